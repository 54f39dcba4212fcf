//! What a caller is told when something failed: a kind, a sentence, and details as JSON.

use serde_json::json;
use tasker_domain::refusal::Refusal;
use tasker_store::StoreError;

/// A failure on its way to a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which error it becomes: `task_not_found`, `database_error`, `busy` …
    pub kind: &'static str,
    /// A sentence: what, which, and what to do.
    pub message: String,
    /// Details as a JSON object.
    pub context: String,
}

impl Failure {
    fn plain(kind: &'static str, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            message: message.into(),
            context: "{}".to_owned(),
        }
    }

    /// No place in the queue, or no answer in time.
    pub fn busy(message: impl Into<String>) -> Failure {
        Failure::plain("busy", message)
    }

    /// The coordinator was closed.
    pub fn closed() -> Failure {
        Failure::plain(
            "coordinator_closed",
            "the coordinator is closed; make a new one with TaskerCore.create_coordinator",
        )
    }

    /// Something that should not happen; details are in the log.
    pub fn internal(message: impl Into<String>) -> Failure {
        Failure::plain("internal_error", message)
    }

    /// A setting that can't be used.
    pub fn configuration(message: impl Into<String>) -> Failure {
        Failure::plain("configuration_error", message)
    }

    /// A request that can't be understood.
    pub fn validation(path: &str, message: impl Into<String>) -> Failure {
        let message = message.into();
        let context = json!({"errors": [{"path": path, "message": message}]}).to_string();
        Failure {
            kind: "validation_error",
            message,
            context,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure {
            kind: refusal.kind(),
            message: refusal.to_string(),
            context: refusal.context().to_string(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        if let Some(detail) = error.detail() {
            log::error!("{error}: {detail}");
        }
        match error {
            StoreError::Refused(refusal) => Failure::from(refusal),
            StoreError::Panicked(_) => Failure::internal(error.to_string()),
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
            | StoreError::Corrupt(_)
            | StoreError::Database(_) => Failure::plain("database_error", error.to_string()),
        }
    }
}
