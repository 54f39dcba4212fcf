//! By what a transaction is known again.

use serde::Serialize;
use tasker_domain::ids::Millis;
use tasker_domain::working::Changes;

/// What a transaction leaves behind, by which it is known again. Its id alone doesn't do: after a crash the server
/// gives ids anew whose transactions were lost with it, and another's may be committed.
#[derive(Debug, Serialize)]
pub(in super::super) struct Traces {
    id: String,
    /// The time of the turn.
    at: Option<Millis>,
    /// A task that was made, or whose history goes on.
    task: Option<i64>,
    ended_step: Option<i64>,
    ended_fence: Option<i64>,
    /// A step as it was written.
    step: Option<i64>,
    fence: Option<i64>,
    ready_at: Option<Millis>,
    queued_at: Option<Millis>,
    started_at: Option<Millis>,
    deadline_at: Option<Millis>,
    completed_at: Option<Millis>,
}

impl Traces {
    /// Of a transaction with this id that wrote this.
    pub(in super::super) fn new(id: String, changes: &Changes) -> Traces {
        let made = changes.new_tasks.first().map(|(row, _)| row);
        let moved = changes.transitions.first();
        let ended = changes.attempts.first();
        let steps = || changes.steps.iter().map(|(_, row)| row);
        // One that is done stays as it is.
        let step = steps()
            .find(|row| row.completed_at.is_some())
            .or_else(|| steps().next());
        Traces {
            id,
            at: made
                .map(|row| row.created_at)
                .or_else(|| moved.map(|row| row.at))
                .or_else(|| ended.map(|row| row.ended_at)),
            task: made
                .map(|row| row.id.0)
                .or_else(|| moved.map(|row| row.task.0)),
            ended_step: ended.map(|row| row.step.0),
            ended_fence: ended.map(|row| row.fence),
            step: step.map(|row| row.id.0),
            fence: step.map(|row| row.fence),
            ready_at: step.and_then(|row| row.ready_at),
            queued_at: step.and_then(|row| row.queued_at),
            started_at: step.and_then(|row| row.started_at),
            deadline_at: step.and_then(|row| row.deadline_at),
            completed_at: step.and_then(|row| row.completed_at),
        }
    }
}
