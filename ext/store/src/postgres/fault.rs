//! What PostgreSQL says, as errors of this crate.

use diesel::result::{DatabaseErrorKind, Error};

use super::session::SESSION;
use crate::StoreError;

/// What the server says of an update that didn't reach the rows that the turn had read.
pub(super) const CHANGED: &str = "tasker_core.changed";

/// How a statement failed, before it is known what became of its transaction.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server refused it, or a rule did; the connection goes on.
    Refused(StoreError),
    /// The connection is gone, or can't be trusted any more.
    Lost(String),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Refused(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        match &error {
            Error::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
                said,
            ) => Fault::Lost(said.message().to_owned()),
            Error::DatabaseError(_, said) if ends_session(said.message()) => {
                Fault::Lost(said.message().to_owned())
            }
            _ => Fault::Refused(refused(&error)),
        }
    }
}

/// The server's words, where it ends the session after saying them. They are matched in English; in another language
/// the end is noticed by the rollback that follows, which fails.
fn ends_session(said: &str) -> bool {
    [
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "idle-in-transaction timeout",
        // pgbouncer's, which says so and hangs up.
        "server conn crashed",
        "query_wait_timeout",
        "query_timeout",
        "pgbouncer",
    ]
    .iter()
    .any(|words| said.contains(words))
}

/// A statement that the server refused.
fn refused(error: &Error) -> StoreError {
    let Error::DatabaseError(kind, said) = error else {
        return StoreError::Database(error.to_string());
    };
    let message = said.message();
    let has = |words: &str| message.contains(words);
    match kind {
        DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::SerializationFailure => {
            log::debug!("a turn met another one: {message}");
            StoreError::Conflict
        }
        DatabaseErrorKind::ReadOnlyTransaction => StoreError::Refusing {
            why: format!(
                "PostgreSQL takes no writes here: {message}; nothing was written; connect to the server that takes them \
                 (target_session_attrs=read-write), or see default_transaction_read_only"
            ),
        },
        _ if has("deadlock detected") || has(CHANGED) => StoreError::Conflict,
        _ if has("lock timeout") => StoreError::Locked,
        _ if has("statement timeout") => StoreError::TooSlow,
        _ if has(SESSION) || (has("prepared statement") && has("exist")) => {
            StoreError::Refusing {
                why: "a pooler before PostgreSQL gives each transaction another session; nothing was written; set \
                      database_pooler to \"transaction\""
                    .to_owned(),
            }
        }
        _ if is_about_rights(message) => StoreError::Refusing {
            why: format!(
                "PostgreSQL refuses it: {message}; nothing was written; grant the right to the user of the URL"
            ),
        },
        _ if has("No space left on device") || has("could not extend file") => StoreError::Full,
        _ => {
            let detail = said.details().map(|detail| format!(" ({detail})"));
            StoreError::Database(format!("{message}{}", detail.unwrap_or_default()))
        }
    }
}

/// A schema that may not be used is passed over as if it weren't there.
fn is_about_rights(said: &str) -> bool {
    [
        "permission denied",
        "must be owner",
        "no schema has been selected",
    ]
    .iter()
    .any(|words| said.contains(words))
}

/// The result of a statement.
pub(super) type Said<T> = Result<T, Fault>;

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: DatabaseErrorKind, message: &str) -> Fault {
        Fault::from(Error::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn the_end_of_a_session_is_told_from_the_refusal_of_a_statement() {
        let unknown = || DatabaseErrorKind::Unknown;
        for words in [
            "terminating connection due to administrator command",
            "the database system is shutting down",
            "server conn crashed?",
        ] {
            assert!(matches!(said(unknown(), words), Fault::Lost(_)), "{words}");
        }
        assert!(matches!(
            said(DatabaseErrorKind::UnableToSendCommand, "connection closed"),
            Fault::Lost(_)
        ));
        let cases = [
            ("deadlock detected", "Conflict"),
            (
                "invalid input syntax for type boolean: \"tasker_core.changed\"",
                "Conflict",
            ),
            ("canceling statement due to lock timeout", "Locked"),
            ("canceling statement due to statement timeout", "TooSlow"),
            (
                "could not extend file \"base/1/2\": No space left on device",
                "Full",
            ),
            ("permission denied for table steps", "Refusing"),
            (
                "invalid input syntax for type boolean: \"tasker_core.session\"",
                "Refusing",
            ),
            ("prepared statement \"s1\" already exists", "Refusing"),
            ("something else", "Database"),
        ];
        for (words, expected) in cases {
            let Fault::Refused(error) = said(unknown(), words) else {
                panic!("{words} ended the session")
            };
            assert!(format!("{error:?}").starts_with(expected), "{error:?}");
        }
    }
}
