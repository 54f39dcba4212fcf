//! A caller's hold on a coordinator. Dropping the last one closes it, without waiting.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Sender;

use crate::engine::{self, Line};
use crate::envelope::Envelope;
use crate::failure::Failure;
use crate::settings::Settings;

/// A coordinator that runs in threads of its own.
#[derive(Clone)]
pub struct Handle {
    held: Arc<Held>,
}

struct Held {
    requests: Sender<Envelope>,
    line: Arc<Line>,
    ended: crossbeam_channel::Receiver<()>,
    busy_timeout: Duration,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Only a word: whoever drops this may hold the GVL, and must not wait.
        self.line.close();
    }
}

impl Handle {
    /// Opens the database and starts the threads.
    ///
    /// Blocks while the database is opened and migrated; returns when requests can be sent.
    ///
    /// # Errors
    /// `configuration_error` for settings that can't be used, `database_error` for a database that can't.
    pub fn open(settings_json: &str) -> Result<Handle, Failure> {
        crate::logs::install();
        let settings = Settings::parse(settings_json)?;
        let busy_timeout = settings.busy_timeout;
        let engine::Started {
            requests,
            line,
            ended,
        } = engine::start(settings)?;
        Ok(Handle {
            held: Arc::new(Held {
                requests,
                line,
                ended,
                busy_timeout,
            }),
        })
    }

    /// Where requests are put; it is bounded. [`Handle::ring`] after each.
    pub fn requests(&self) -> &Sender<Envelope> {
        &self.held.requests
    }

    /// Rings the doorbell.
    pub fn ring(&self) {
        self.held.line.ring();
    }

    /// Whether it was closed, by a call or by itself.
    pub fn is_closed(&self) -> bool {
        self.held.line.is_closed()
    }

    /// How long a caller should wait for a place among the requests.
    pub fn busy_timeout(&self) -> Duration {
        self.held.busy_timeout
    }

    /// Closes: takes no more requests, finishes those that it has, gives back what it holds, and waits for its
    /// threads to end. Doing so again is harmless.
    ///
    /// # Errors
    /// `busy` when they haven't ended within `limit`; they go on ending.
    pub fn close(&self, limit: Duration) -> Result<(), Failure> {
        self.held.line.close();
        if self.join(limit) {
            return Ok(());
        }
        Err(Failure::busy(format!(
            "the coordinator is still closing after {} ms",
            limit.as_millis()
        )))
    }

    /// Waits until the threads have ended; whether they have.
    pub fn join(&self, limit: Duration) -> bool {
        // Nothing is ever sent: the channel is cut when the engine has ended.
        !matches!(
            self.held.ended.recv_timeout(limit),
            Err(crossbeam_channel::RecvTimeoutError::Timeout)
        )
    }
}
