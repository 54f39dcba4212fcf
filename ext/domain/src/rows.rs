//! The rows that the rules work on. The store reads and writes them; their fields are its columns.

use std::sync::Arc;

use crate::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use crate::state::{Gate, StepState, TaskState};

/// JSON text that is carried and never rewritten.
pub type Json = Arc<str>;

/// The part of a task that changes while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// The task's id.
    pub id: TaskId,
    /// The stored template that it runs.
    pub template: TemplateId,
    /// Its state.
    pub state: TaskState,
    /// Whether no further step may be taken.
    pub paused: bool,
    /// Higher goes first; 0 by default.
    pub priority: i32,
    /// All steps.
    pub step_count: u32,
    /// Steps complete, skipped or resolved by hand.
    pub done_steps: u32,
    /// Steps failed for good.
    pub failed_steps: u32,
    /// Steps that may still run: neither terminal nor below a failed one.
    pub live_steps: u32,
    /// When it was submitted.
    pub created_at: Millis,
    /// When its first step was taken.
    pub started_at: Option<Millis>,
    /// When it reached a state that it doesn't leave by itself.
    pub completed_at: Option<Millis>,
    /// When it fails by `max_duration_minutes`.
    pub deadline_at: Option<Millis>,
}

/// What is written once, when the task is submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDetails {
    /// The task's id.
    pub id: TaskId,
    /// The payload, as it came or with the schema's defaults added.
    pub context: Json,
    /// When its first steps may start.
    pub run_at: Option<Millis>,
    /// The caller's key against a second submission.
    pub idempotency_key: Option<String>,
    /// Who asked for it.
    pub initiator: Option<String>,
    /// The system that asked for it.
    pub source_system: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// A JSON array of strings.
    pub tags: Option<String>,
    /// The caller's own id.
    pub correlation_id: Option<String>,
}

/// The part of a step that changes while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The step's id, with its task and position in it.
    pub id: StepId,
    /// Its state.
    pub state: StepState,
    /// What keeps it, once ready, from being taken.
    pub gate: Gate,
    /// Its task's priority.
    pub priority: i32,
    /// Parents that aren't done.
    pub pending_parents: u32,
    /// When it became, or becomes, ready.
    pub ready_at: Option<Millis>,
    /// Attempts begun.
    pub attempts: u32,
    /// Attempts that it may begin.
    pub attempt_limit: u32,
    /// Counts every time it was taken or voided. A report must bring the fence of its claim.
    pub fence: i64,
    /// Who holds it, or held it last.
    pub worker: Option<WorkerId>,
    /// When the last attempt began.
    pub started_at: Option<Millis>,
    /// When the running attempt becomes void.
    pub deadline_at: Option<Millis>,
    /// When it became terminal.
    pub completed_at: Option<Millis>,
    /// The queue of its task's namespace, see [`crate::queue::of`]; never changed.
    pub queue: i64,
    /// Its place in the queue, see [`crate::queue::place`]; taken anew each time it becomes claimable.
    pub queued_at: Option<Millis>,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptEnd {
    /// With a result.
    Complete,
    /// It failed and will be tried again.
    Retry,
    /// It failed for good.
    Error,
    /// It was given back before it began.
    Released,
    /// Its task was cancelled, or the step resolved by hand.
    Voided,
}

impl AttemptEnd {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            AttemptEnd::Complete => "complete",
            AttemptEnd::Retry => "retry",
            AttemptEnd::Error => "error",
            AttemptEnd::Released => "released",
            AttemptEnd::Voided => "voided",
        }
    }
}

/// One attempt, written when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// The step.
    pub step: StepId,
    /// The fence of its claim: unique for the step.
    pub fence: i64,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// Who held it.
    pub worker: Option<WorkerId>,
    /// When the step had become ready.
    pub ready_at: Option<Millis>,
    /// When it was taken.
    pub started_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Millis,
    /// How it ended.
    pub end: AttemptEnd,
    /// The failure as JSON, where there was one.
    pub error: Option<Json>,
}

/// A transition that no attempt tells of: of tasks, and of steps by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionRow {
    /// The task.
    pub task: TaskId,
    /// The step's position; none for the task itself.
    pub position: Option<u16>,
    /// When.
    pub at: Millis,
    /// From which state.
    pub from: &'static str,
    /// To which state.
    pub to: &'static str,
    /// By which worker's turn.
    pub worker: WorkerId,
    /// Why.
    pub reason: Option<String>,
}
