//! Why there is no session, and whether another try makes sense.

use std::fmt::Display;

use super::super::address::{Address, Server};
use super::failed::Failed;

/// Why an address couldn't be dialled. The message is fit for a user; the detail is for the log.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum DialError {
    /// Nobody answers, or not now: another try makes sense.
    #[error("{message}")]
    Unreachable {
        /// What, which, and what to do.
        message: String,
        /// What was said.
        detail: String,
    },
    /// It was refused, and will be again until somebody changes something.
    #[error("{message}")]
    Refused {
        /// What, which, and what to do.
        message: String,
        /// What was said.
        detail: String,
    },
}

impl DialError {
    /// A session that ended before it was of use.
    pub(in super::super) fn unreachable(address: &Address, said: &dyn Display) -> DialError {
        DialError::Unreachable {
            message: format!(
                "{} can't be reached: the connection ended as it began; check that it runs, details are in the log",
                address.describe()
            ),
            detail: said.to_string(),
        }
    }

    /// What makes an address useless before anybody is asked.
    pub(super) fn useless(address: &Address, why: String) -> DialError {
        DialError::Refused {
            message: format!("{} can't be used: {why}", address.describe()),
            detail: why,
        }
    }

    /// A server that answers, and refuses.
    pub(super) fn refused(address: &Address, server: &Server, failed: &Failed) -> DialError {
        DialError::Refused {
            message: format!(
                "{} can't be used: {}",
                address.describe_at(server),
                failed.sentence()
            ),
            detail: failed.detail(),
        }
    }

    /// None of the servers could be reached.
    pub(super) fn missed(address: &Address, missed: &[(&Server, Failed)]) -> DialError {
        let each = |text: fn(&Failed) -> String| match missed {
            [(_, only)] => text(only),
            several => {
                let line =
                    |(server, failed): &(&Server, Failed)| format!("{server}: {}", text(failed));
                several.iter().map(line).collect::<Vec<_>>().join(" | ")
            }
        };
        DialError::Unreachable {
            message: format!(
                "{} can't be reached: {}",
                address.describe(),
                each(Failed::sentence)
            ),
            detail: each(Failed::detail),
        }
    }

    /// Whether another try makes sense.
    pub(in super::super) fn is_transient(&self) -> bool {
        matches!(self, DialError::Unreachable { .. })
    }

    /// What the log should say beside the message.
    pub(in super::super) fn detail(&self) -> &str {
        match self {
            DialError::Unreachable { detail, .. } | DialError::Refused { detail, .. } => detail,
        }
    }
}
