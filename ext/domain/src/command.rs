//! What a turn is asked to do.

use std::sync::Arc;

use crate::ids::{Millis, StepId, TaskId};
use crate::rows::Json;

/// One order within a turn. Each succeeds or is refused on its own.
#[derive(Clone, Debug)]
pub enum Command {
    /// Store a template.
    Register(Register),
    /// Make tasks: all or none.
    Submit(Vec<Submission>),
    /// Record how an attempt ended.
    Report(Report),
    /// Take steps.
    Claim(Claim),
    /// Move an attempt's deadline on.
    Heartbeat {
        /// The step.
        step: StepId,
        /// The fence of the claim.
        fence: i64,
    },
    /// Something done to a whole task by hand.
    Control(Control),
    /// See to what time has brought: backoffs over, deadlines missed, workers lost.
    Tick,
    /// Panic while applying: a switch for tests.
    Panic,
}

/// A template to be stored.
#[derive(Clone, Debug)]
pub struct Register {
    /// The definition, as JSON, in either format.
    pub definition: Json,
}

/// A task to be made.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    /// The template's namespace.
    pub namespace: String,
    /// The template's name.
    pub name: String,
    /// The template's version; the newest where none is given.
    pub version: Option<String>,
    /// The payload.
    pub context: String,
    /// Higher goes first.
    pub priority: i32,
    /// A second submission with the same key gets the first one's task.
    pub idempotency_key: Option<String>,
    /// Not before this time.
    pub run_at: Option<Millis>,
    /// Who asks for it.
    pub initiator: Option<String>,
    /// The system that asks for it.
    pub source_system: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// A JSON array of strings.
    pub tags: Option<String>,
    /// The caller's own id.
    pub correlation_id: Option<String>,
    /// Steps to pass by; only those that their template calls skippable.
    pub bypass_steps: Vec<String>,
}

/// How an attempt ended, as its worker tells it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The step.
    pub step: StepId,
    /// The fence of the claim.
    pub fence: i64,
    /// The ending.
    pub ending: Ending,
}

/// The endings of an attempt.
#[derive(Clone, Debug)]
pub enum Ending {
    /// The handler returned this.
    Complete(Json),
    /// The handler raised.
    Failed(Failing),
    /// The step was given back before its handler began.
    Released,
    /// The attempt outlived its deadline.
    TimedOut,
    /// Its worker is gone; why is told.
    Lapsed(String),
}

/// A failure.
#[derive(Clone, Debug)]
pub struct Failing {
    /// The error as JSON: class, message, error_code, context, backtrace.
    pub error: Json,
    /// Whether trying again would be of no use.
    pub permanent: bool,
    /// The wait that the error itself asks for, in ms.
    pub retry_after_ms: Option<i64>,
}

/// A wish for steps.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Of which tasks.
    pub scope: Scope,
    /// At most this many.
    pub want: u32,
}

/// Where steps may be taken from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Any task.
    Any,
    /// This task.
    Task(TaskId),
    /// Tasks of templates in one of these namespaces.
    Namespaces(Arc<[String]>),
}

/// Something done to a task by hand.
#[derive(Clone, Debug)]
pub struct Control {
    /// The task.
    pub task: TaskId,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: Option<String>,
}

/// What can be done to a task by hand.
#[derive(Clone, Debug)]
pub enum Action {
    /// Stop it.
    Cancel,
    /// Let no further step start.
    Pause,
    /// Let steps start again.
    Resume,
    /// Give a failed step, or one that backs off, another run of attempts now.
    Retry {
        /// The step's name.
        step: String,
    },
    /// Give a step its result.
    Resolve {
        /// The step's name.
        step: String,
        /// The result.
        result: Json,
        /// Who did it.
        by: Option<String>,
    },
}
