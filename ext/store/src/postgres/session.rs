//! A connection with the settings that every one of ours has.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use diesel::connection::CacheSize;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use super::address::Address;
use super::dial::{DialError, dial};
use crate::StoreError;
use crate::options::Options;

/// How long a statement may take before the server is given up as one that doesn't answer. Longer than any of ours
/// takes; what a server that runs says about slow statements (`statement_timeout`) comes first.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How a plan is found: by the indexes that are there for it, also in tables that were never analysed, once for each
/// connection.
const PLANS: &str = "enable_seqscan = off; enable_bitmapscan = off; enable_hashjoin = off; enable_mergejoin = off; \
                     jit = off; plan_cache_mode = force_generic_plan";

/// Where a session has a mark by which it is known again: with a pooler before the server that nobody told us of, each
/// transaction may be in another one. What the server says where it isn't the same has this name in it.
pub(super) const SESSION: &str = "tasker_core.session";

/// How connections are made and used.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) address: Address,
    pub(super) schema: String,
    /// Whether a pooler gives each transaction another connection of its own, so that nothing outlasts a transaction.
    pub(super) pooled: bool,
    begin: String,
    begin_reading: String,
    telling: String,
    settings: String,
    /// How long to wait for a server that can't be reached, or for a row that another process holds.
    pub(super) patience: Duration,
}

impl Profile {
    pub(super) fn new(address: &Address, options: &Options) -> Profile {
        let mut settings = settings(options);
        let (begin, begin_reading) = if options.pooled {
            // What another client of the pooler left prepared on this connection may bear the name of one of ours.
            let locally = format!("DEALLOCATE ALL; {}", each("SET LOCAL", &settings));
            (
                format!("BEGIN; {locally}"),
                format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {locally}"),
            )
        } else {
            // Another process's session may have statements of the same names, and other tables in its path.
            let session = format!("{:016x}", RandomState::new().build_hasher().finish());
            settings.push(format!("{SESSION} = '{session}'"));
            let same = format!(
                "SELECT (CASE current_setting('{SESSION}', true) WHEN '{session}' THEN 'true' ELSE '{SESSION}' END)::boolean"
            );
            (
                format!("BEGIN; {same}"),
                format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {same}"),
            )
        };
        Profile {
            address: address.clone(),
            schema: options.schema.clone(),
            pooled: options.pooled,
            begin,
            begin_reading,
            telling: format!("NOTIFY \"{}\"", channel(&options.schema)),
            settings: each("SET", &settings),
            patience: Duration::from_millis(options.busy_timeout_ms),
        }
    }

    /// Begins a transaction that writes.
    pub(super) fn begin(&self) -> &str {
        &self.begin
    }

    /// Begins a transaction that reads, all of it as of one moment.
    pub(super) fn begin_reading(&self) -> &str {
        &self.begin_reading
    }

    /// Begins to listen to the notifications of this schema.
    pub(super) fn listening(&self) -> String {
        format!("LISTEN \"{}\"", channel(&self.schema))
    }

    /// Tells whoever listens that there is something to do.
    pub(super) fn telling(&self) -> &str {
        &self.telling
    }

    /// Opens a connection. Its work goes on while this thread's runtime runs.
    pub(super) async fn connect(&self) -> Result<AsyncPgConnection, DialError> {
        let dialled = dial(&self.address).await?;
        let client = dialled.client;
        tokio::spawn(dialled.connection.drive());
        // diesel sends settings of its own: within a transaction, so that a pooler keeps them on one connection.
        let failed = |error: &dyn std::fmt::Display| DialError::unreachable(&self.address, error);
        let start = if self.pooled {
            "BEGIN; DEALLOCATE ALL"
        } else {
            "BEGIN"
        };
        client
            .batch_execute(start)
            .await
            .map_err(|error| failed(&words(&error)))?;
        let mut connection = AsyncPgConnection::try_from(client)
            .await
            .map_err(|error| failed(&error))?;
        let rest = if self.pooled { "" } else { &self.settings };
        connection
            .batch_execute(&format!("COMMIT; {rest}"))
            .await
            .map_err(|error| failed(&error))?;
        if self.pooled {
            connection.set_prepared_statement_cache_size(CacheSize::Disabled);
        }
        Ok(connection)
    }
}

/// The channel of notifications: one for each schema.
fn channel(schema: &str) -> String {
    format!("tasker_core_{schema}")
}

fn each(word: &str, settings: &[String]) -> String {
    settings
        .iter()
        .map(|setting| format!("{word} {setting}; "))
        .collect()
}

fn settings(options: &Options) -> Vec<String> {
    let patience = options.busy_timeout_ms.max(1);
    let mut settings: Vec<String> = PLANS.split("; ").map(str::to_owned).collect();
    settings.push(format!("search_path = \"{}\"", options.schema));
    settings.push(format!("lock_timeout = {patience}"));
    // A process that hangs, or is cut off, in the middle of a transaction must not hold its rows for ever.
    settings.push("idle_in_transaction_session_timeout = 10000".to_owned());
    settings
}

/// What the server said, or what else went wrong.
pub(super) fn words(error: &tokio_postgres::Error) -> String {
    let said = error.as_db_error();
    said.map_or_else(|| error.to_string(), |said| said.message().to_owned())
}

/// What a user is told of a connection that couldn't be made.
pub(super) fn open_error(error: DialError) -> StoreError {
    log::warn!("no connection to PostgreSQL: {}", error.detail());
    if error.is_transient() {
        StoreError::Unreachable {
            why: error.to_string(),
        }
    } else {
        StoreError::Refusing {
            why: error.to_string(),
        }
    }
}
