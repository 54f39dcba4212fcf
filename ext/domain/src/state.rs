//! The states of tasks and steps, as they are stored.

use std::fmt;
use std::str::FromStr;

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in the order of a life.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that is stored and shown.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownState;
            fn from_str(text: &str) -> Result<Self, UnknownState> {
                match text { $($text => Ok($name::$variant),)+ other => Err(UnknownState(other.to_owned())) }
            }
        }
    };
}

/// A word that names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown state {0:?}")]
pub struct UnknownState(pub String);

states! {
    /// The states of a task.
    TaskState {
        /// Submitted; no step has been taken yet.
        Pending = "pending",
        /// At least one step has been taken.
        InProgress = "in_progress",
        /// Every step is complete, skipped or resolved by hand.
        Complete = "complete",
        /// A step failed for good and nothing else can run.
        Error = "error",
        /// Stopped by a caller.
        Cancelled = "cancelled",
        /// Finished by resolving its last open step by hand.
        ResolvedManually = "resolved_manually",
    }
}

states! {
    /// The states of a step.
    StepState {
        /// Its parents aren't done.
        Pending = "pending",
        /// Its parents are done; it waits to be taken.
        Ready = "ready",
        /// A worker holds it.
        InProgress = "in_progress",
        /// Its result is recorded.
        Complete = "complete",
        /// It failed for good.
        Error = "error",
        /// Its task was cancelled.
        Cancelled = "cancelled",
        /// A person gave its result.
        ResolvedManually = "resolved_manually",
        /// The request asked to pass it by.
        Skipped = "skipped",
    }
}

states! {
    /// What keeps a ready step from being taken now.
    Gate {
        /// Nothing: it can be taken.
        Open = "open",
        /// Its `ready_at` lies ahead.
        Timed = "timed",
        /// Its task is paused.
        Paused = "paused",
    }
}

impl TaskState {
    /// Whether the task still has something to do.
    pub fn is_live(self) -> bool {
        match self {
            TaskState::Pending | TaskState::InProgress => true,
            TaskState::Complete
            | TaskState::Error
            | TaskState::Cancelled
            | TaskState::ResolvedManually => false,
        }
    }
}

impl StepState {
    /// Whether children may start.
    pub fn is_done(self) -> bool {
        match self {
            StepState::Complete | StepState::ResolvedManually | StepState::Skipped => true,
            StepState::Pending
            | StepState::Ready
            | StepState::InProgress
            | StepState::Error
            | StepState::Cancelled => false,
        }
    }

    /// Whether the step will not move on by itself.
    pub fn is_terminal(self) -> bool {
        match self {
            StepState::Complete
            | StepState::ResolvedManually
            | StepState::Skipped
            | StepState::Error
            | StepState::Cancelled => true,
            StepState::Pending | StepState::Ready | StepState::InProgress => false,
        }
    }

    /// Whether the step keeps everything below it from running.
    pub fn blocks(self) -> bool {
        matches!(self, StepState::Error | StepState::Cancelled)
    }
}

/// Where a task stands, in a word made for people.
///
/// Derived from the counts of its steps; `paused` is only shown while there is something to do.
pub fn execution_status(state: TaskState, paused: bool, counts: &Counts) -> &'static str {
    match state {
        TaskState::Complete | TaskState::ResolvedManually => "all_complete",
        TaskState::Error => "blocked_by_failures",
        TaskState::Cancelled => "cancelled",
        TaskState::Pending | TaskState::InProgress => {
            if counts.in_progress > 0 {
                "processing"
            } else if paused {
                "paused"
            } else if counts.open > 0 {
                "has_ready_steps"
            } else if counts.timed > 0 {
                "waiting_for_retry"
            } else if counts.failed > 0 {
                "blocked_by_failures"
            } else {
                "waiting_for_dependencies"
            }
        }
    }
}

/// How many steps of a task stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Held by a worker.
    pub in_progress: u32,
    /// Ready, with nothing in the way.
    pub open: u32,
    /// Ready, but not before their time.
    pub timed: u32,
    /// Failed for good.
    pub failed: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_back_from_its_word() {
        for state in TaskState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        for state in StepState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        for gate in Gate::ALL {
            assert_eq!(gate.as_str().parse(), Ok(*gate));
        }
        assert!("finished".parse::<TaskState>().is_err());
    }

    #[test]
    fn a_paused_task_with_a_step_at_work_is_processing() {
        let counts = Counts {
            in_progress: 1,
            open: 2,
            ..Counts::default()
        };
        assert_eq!(
            execution_status(TaskState::InProgress, true, &counts),
            "processing"
        );
        let counts = Counts {
            open: 2,
            ..Counts::default()
        };
        assert_eq!(
            execution_status(TaskState::InProgress, true, &counts),
            "paused"
        );
    }
}
