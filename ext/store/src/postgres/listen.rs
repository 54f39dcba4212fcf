//! Hearing what other processes have made claimable.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use futures_util::future::{Either, select};
use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_postgres::AsyncMessage;

use super::address::Address;
use super::backoff::Backoff;
use super::dial::{Dialled, dial};
use super::session::{Profile, words};
use crate::StoreError;
use crate::options::Options;

/// A thread with a connection of its own that waits for notifications.
pub struct Listener {
    thread: JoinHandle<()>,
    stop: Arc<Notify>,
    hears: Arc<AtomicBool>,
}

impl Listener {
    /// Starts to listen; `heard` is called, on that thread, for every notification, and whenever some may have been
    /// missed.
    ///
    /// # Errors
    /// [`StoreError`] when the system gives no thread.
    pub fn start(
        address: &Address,
        options: &Options,
        heard: impl Fn() + Send + 'static,
    ) -> Result<Listener, StoreError> {
        let profile = Profile::new(address, options);
        let stop = Arc::new(Notify::new());
        let hears = Arc::new(AtomicBool::new(false));
        let (stopped, hearing) = (Arc::clone(&stop), Arc::clone(&hears));
        let thread = std::thread::Builder::new()
            .name("tasker-listener".into())
            .spawn(move || run(&profile, &stopped, &hearing, &heard))
            .map_err(|error| StoreError::Database(format!("no thread to listen: {error}")))?;
        Ok(Listener {
            thread,
            stop,
            hears,
        })
    }

    /// Tells whether notifications arrive at present.
    pub fn ear(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.hears)
    }

    /// Ends it; the thread is given to be joined.
    pub fn stop(self) -> JoinHandle<()> {
        self.stop.notify_one();
        self.thread
    }
}

fn run(profile: &Profile, stop: &Notify, hears: &AtomicBool, heard: &impl Fn()) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::error!("no runtime to listen, looking goes on instead: {error}");
            return;
        }
    };
    runtime.block_on(async {
        let listening = pin!(listen_on(profile, hears, heard));
        let stopped = pin!(stop.notified());
        select(listening, stopped).await;
        hears.store(false, Ordering::Release);
    });
    // Looking up a name may take long, and can't be broken off.
    runtime.shutdown_background();
}

/// Listens for ever, on one connection after the other.
async fn listen_on(profile: &Profile, hears: &AtomicBool, heard: &impl Fn()) {
    let mut backoff = Backoff::new();
    loop {
        match dial(&profile.address).await {
            // The connection that writes says so, too, and louder.
            Err(error) => log::debug!("no connection to listen on: {error}"),
            Ok(dialled) => {
                let why = listen(dialled, &profile.listening(), hears, &mut backoff, heard).await;
                log::warn!("the connection that listens was lost: {why}");
            }
        }
        hears.store(false, Ordering::Release);
        heard();
        sleep(backoff.next()).await;
    }
}

/// Listens on one connection, until it is lost: why.
async fn listen(
    dialled: Dialled,
    asked: &str,
    hears: &AtomicBool,
    backoff: &mut Backoff,
    heard: &impl Fn(),
) -> String {
    let Dialled {
        client,
        mut connection,
    } = dialled;
    let mut messages = pin!(async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(_))) => heard(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return words(&error),
                None => return "the server closed it".to_owned(),
            }
        }
    });
    let begun = {
        let listen = pin!(client.batch_execute(asked));
        match select(listen, messages.as_mut()).await {
            Either::Left((Ok(()), _)) => true,
            Either::Left((Err(error), _)) => return words(&error),
            Either::Right((why, _)) => return why,
        }
    };
    hears.store(begun, Ordering::Release);
    *backoff = Backoff::new();
    // What came before this connection was there was not heard.
    heard();
    messages.await
}
