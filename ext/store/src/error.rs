//! What can go wrong between a turn and its database.

use tasker_domain::refusal::Refusal;

/// A failure of the store. The message is fit for a user; what the database said goes to the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be opened.
    #[error("the database {path} can't be opened: {why}")]
    Open {
        /// Which.
        path: String,
        /// Why, and what to do.
        why: String,
    },
    /// Another process holds the write lock for longer than the busy timeout.
    #[error(
        "the database is locked by another process for longer than busy_timeout_ms; nothing was written, try again"
    )]
    Locked,
    /// There is no room.
    #[error("the database or its disk is full; nothing was written, make room and try again")]
    Full,
    /// It can't be written.
    #[error("the database is read-only; check the permissions of its file and folder")]
    ReadOnly,
    /// The file isn't where it was opened any more.
    #[error(
        "the database file {path} was removed or replaced while it was open; nothing was written; put it back, or open \
         a new coordinator"
    )]
    Gone {
        /// Which.
        path: String,
    },
    /// The file is something else.
    #[error("the file is not a database; nothing was changed")]
    NotADatabase,
    /// The database can't be reached, or doesn't answer, for longer than the patience of a turn.
    #[error("{why}; nothing was written, try again when it is back")]
    Unreachable {
        /// Which, and what it said.
        why: String,
    },
    /// The database can be reached and doesn't let us in, or isn't fit for use.
    #[error("{why}")]
    Refusing {
        /// Which, why, and what to do.
        why: String,
    },
    /// The connection was lost during a commit, and nobody could be asked what became of it.
    #[error(
        "the connection to the database was lost during a commit, and whether it took place is not known; look before you \
         try again, or submit with an idempotency_key"
    )]
    Unknown,
    /// The server cancelled a statement.
    #[error(
        "a statement took longer than the database's statement_timeout; nothing was written, try again"
    )]
    TooSlow,
    /// A row was not as the turn had read it.
    #[error("a row changed under the turn; nothing was written, try again")]
    Conflict,
    /// A row holds what this version doesn't know.
    #[error(
        "the database holds data that this version does not understand; details are in the log"
    )]
    Corrupt(String),
    /// Anything else that the database said.
    #[error("the database reported an error; nothing was written, details are in the log")]
    Database(String),
    /// A rule or a statement panicked; the transaction was rolled back.
    #[error("an internal error occurred; nothing was written, details are in the log")]
    Panicked(String),
    /// A question about something that isn't there.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl StoreError {
    /// What the log should say beside the message.
    pub fn detail(&self) -> Option<&str> {
        match self {
            StoreError::Corrupt(detail)
            | StoreError::Database(detail)
            | StoreError::Panicked(detail) => Some(detail),
            StoreError::Open { .. }
            | StoreError::Gone { .. }
            | StoreError::Locked
            | StoreError::Full
            | StoreError::ReadOnly
            | StoreError::NotADatabase
            | StoreError::Unreachable { .. }
            | StoreError::Refusing { .. }
            | StoreError::Unknown
            | StoreError::TooSlow
            | StoreError::Conflict
            | StoreError::Refused(_) => None,
        }
    }

    /// What a panic said, as an error.
    pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> StoreError {
        let said = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        let said = said.or_else(|| payload.downcast_ref::<String>().cloned());
        StoreError::Panicked(said.unwrap_or_else(|| "a panic without a message".to_owned()))
    }

    /// Whether the same turn may succeed if it is run again at once.
    pub fn is_conflict(&self) -> bool {
        matches!(self, StoreError::Conflict)
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> StoreError {
        let said = error.to_string();
        let has = |part: &str| said.contains(part);
        if has("database is locked") || has("database table is locked") {
            StoreError::Locked
        } else if has("disk is full") {
            StoreError::Full
        } else if has("readonly database") {
            StoreError::ReadOnly
        } else if has("not a database") {
            StoreError::NotADatabase
        } else if matches!(error, diesel::result::Error::DeserializationError(_)) {
            StoreError::Corrupt(said)
        } else {
            StoreError::Database(said)
        }
    }
}
