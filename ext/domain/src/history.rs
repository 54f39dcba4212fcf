//! The history of a task: every transition, told from attempts, steps and the transitions made by hand.
//!
//! An attempt is stored in one row, when it ends. Its row tells of two transitions, and the next one's of when
//! the step was ready again: so the history costs one row an attempt and still holds every step of the way.

use serde::Serialize;

use crate::ids::{Millis, StepId, WorkerId};
use crate::rows::{AttemptEnd, AttemptRow, StepRow, TaskRow, TransitionRow};
use crate::state::{StepState, TaskState};

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When, in ms since the epoch.
    pub at: Millis,
    /// The step's position; none for the task itself.
    pub position: Option<u16>,
    /// The state before.
    pub from: &'static str,
    /// The state after.
    pub to: &'static str,
    /// Who did it.
    pub worker: Option<WorkerId>,
    /// Which attempt, where one began or ended.
    pub attempt: Option<u32>,
    /// Why.
    pub reason: Option<String>,
}

/// Tells a task's history in the order of time; within one ms, in the order of the graph.
///
/// `order` gives a position's place in a topological order, `reason_of` why an attempt ended as it did.
pub fn tell(
    task: &TaskRow,
    steps: &[StepRow],
    attempts: &[AttemptRow],
    transitions: &[TransitionRow],
    order: impl Fn(u16) -> usize,
    reason_of: impl Fn(&AttemptRow) -> Option<String>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = transitions.iter().map(from_transition).collect();
    for attempt in attempts {
        entries.extend(from_attempt(task, attempt, reason_of(attempt)));
    }
    for step in steps {
        let begun = attempts
            .iter()
            .any(|attempt| attempt.step == step.id && attempt.attempt == 1);
        entries.extend(from_step(task, step, begun));
    }
    entries.sort_by_key(|entry| {
        let place = match entry.position {
            None if entry.to == TaskState::InProgress.as_str() => 0,
            None => usize::MAX,
            Some(position) => order(position).saturating_add(1),
        };
        (entry.at, place, stage(entry))
    });
    entries
}

fn from_transition(row: &TransitionRow) -> Entry {
    Entry {
        at: row.at,
        position: row.position,
        from: row.from,
        to: row.to,
        worker: Some(row.worker),
        attempt: None,
        reason: row.reason.clone(),
    }
}

fn from_attempt(task: &TaskRow, attempt: &AttemptRow, reason: Option<String>) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(3);
    let position = Some(attempt.step.position());
    if attempt.attempt == 1 {
        entries.extend(became_ready(task, attempt.step, attempt.ready_at));
    }
    if let Some(at) = attempt.started_at {
        entries.push(took(attempt.step, at, attempt.worker, attempt.attempt));
    }
    let (to, reason) = match attempt.end {
        AttemptEnd::Complete => (StepState::Complete, reason),
        AttemptEnd::Retry => (StepState::Ready, reason),
        AttemptEnd::Error => (StepState::Error, reason),
        AttemptEnd::Released => (
            StepState::Ready,
            Some("given back before it began".to_owned()),
        ),
        // The transition made by hand tells to which state it went.
        AttemptEnd::Voided => return entries,
    };
    let from = if attempt.started_at.is_some() {
        StepState::InProgress
    } else {
        StepState::Ready
    };
    entries.push(Entry {
        at: attempt.ended_at,
        position,
        from: from.as_str(),
        to: to.as_str(),
        worker: attempt.worker,
        attempt: Some(attempt.attempt),
        reason,
    });
    entries
}

fn from_step(task: &TaskRow, step: &StepRow, begun: bool) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(2);
    match step.state {
        StepState::Ready | StepState::InProgress => {
            if step.attempts <= 1 && !begun {
                entries.extend(became_ready(task, step.id, step.ready_at));
            }
            if let (StepState::InProgress, Some(at)) = (step.state, step.started_at) {
                entries.push(took(step.id, at, step.worker, step.attempts));
            }
        }
        StepState::Pending
        | StepState::Complete
        | StepState::Error
        | StepState::Cancelled
        | StepState::ResolvedManually
        | StepState::Skipped => {}
    }
    entries
}

fn became_ready(task: &TaskRow, step: StepId, at: Option<Millis>) -> Option<Entry> {
    let at = at?.max(task.created_at);
    Some(Entry {
        at,
        position: Some(step.position()),
        from: StepState::Pending.as_str(),
        to: StepState::Ready.as_str(),
        worker: None,
        attempt: None,
        reason: None,
    })
}

fn took(step: StepId, at: Millis, worker: Option<WorkerId>, attempt: u32) -> Entry {
    Entry {
        at,
        position: Some(step.position()),
        from: StepState::Ready.as_str(),
        to: StepState::InProgress.as_str(),
        worker,
        attempt: Some(attempt),
        reason: None,
    }
}

/// A step is ready, then taken, then done.
fn stage(entry: &Entry) -> u8 {
    match (entry.from, entry.to) {
        ("pending", "ready") => 0,
        (_, "in_progress") => 1,
        _ => 2,
    }
}
