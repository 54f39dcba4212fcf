//! Which steps a claim gets.

use std::cmp::Reverse;

use crate::command::Scope;
use crate::ids::{Millis, StepId};
use crate::rows::StepRow;
use crate::rules::report::timeout_ms;
use crate::rules::settle::move_task;
use crate::state::{Gate, StepState, TaskState};
use crate::working::Working;

/// Whether the step can be taken now.
pub fn is_claimable(work: &Working, step: StepId) -> bool {
    let open = work
        .step(step)
        .is_some_and(|row| row.state == StepState::Ready && row.gate == Gate::Open);
    open && work
        .task(step.task())
        .is_some_and(|task| task.state.is_live() && !task.paused)
}

/// Puts steps into the order in which they are taken, each once.
pub fn sort(work: &Working, candidates: &mut Vec<StepId>) {
    candidates.sort_unstable_by_key(|id| {
        work.step(*id)
            .map(rank)
            .unwrap_or((Reverse(i32::MIN), Millis::MAX, *id))
    });
    candidates.dedup();
}

/// Where a step stands among those that can be taken; the least goes first.
pub type Rank = (Reverse<i32>, Millis, StepId);

/// The rank of a step: by priority, then by its place in the queue.
pub fn rank(row: &StepRow) -> Rank {
    let place = row.queued_at.unwrap_or(Millis::MAX);
    (Reverse(row.priority), place, row.id)
}

/// What a claim took.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The steps, in the order in which they are to run.
    pub steps: Vec<StepId>,
    /// Whether nothing is left that it could have taken.
    pub dry: bool,
}

/// Takes up to `want` of the sorted candidates within `scope`; what is taken is removed from them.
///
/// Of steps on their last attempt it takes no more than [`last_attempts_at_once`] and leaves the others where they are.
///
/// [`last_attempts_at_once`]: crate::settings::Rules::last_attempts_at_once
pub fn claim(
    work: &mut Working,
    candidates: &mut Vec<StepId>,
    scope: &Scope,
    want: u32,
) -> Claimed {
    let mut taken = Vec::new();
    let mut leaves = false;
    let mut last_attempts = work.rules.last_attempts_at_once;
    candidates.retain(|&step| {
        if taken.len() >= want as usize {
            return true;
        }
        // Another turn has its task in hand.
        if work.task(step.task()).is_none() {
            leaves = true;
            return true;
        }
        if !is_inside(work, step, scope) {
            return true;
        }
        if is_claimable(work, step) {
            if is_on_last_attempt(work, step) {
                if last_attempts == 0 {
                    leaves = true;
                    return true;
                }
                last_attempts -= 1;
            }
            take(work, step);
            taken.push(step);
        }
        false
    });
    Claimed {
        dry: taken.len() < want as usize && !leaves,
        steps: taken,
    }
}

/// Whether the scope holds the step. What a step's queue says of its namespace is held against the name here.
fn is_inside(work: &Working, step: StepId, scope: &Scope) -> bool {
    match scope {
        Scope::Any => true,
        Scope::Task(task) => step.task() == *task,
        Scope::Namespaces(names) => work
            .template_of(step.task())
            .is_some_and(|template| names.contains(&template.namespace)),
    }
}

fn is_on_last_attempt(work: &Working, step: StepId) -> bool {
    work.step(step)
        .is_some_and(|row| row.attempts + 1 >= row.attempt_limit)
}

fn take(work: &mut Working, step: StepId) {
    let worker = work.worker;
    // Another machine, whose clock is a little ahead, may have made it ready: no step begins before its parents end.
    let ready = work.step(step).and_then(|row| row.ready_at);
    let now = work.now.max(ready.unwrap_or(work.now));
    let deadline = now.saturating_add(timeout_ms(work, step));
    if let Some(row) = work.step_mut(step) {
        row.state = StepState::InProgress;
        row.attempts += 1;
        row.fence += 1;
        row.worker = Some(worker);
        row.started_at = Some(now);
        row.deadline_at = Some(deadline);
    }
    work.tally.steps_started += 1;
    if work
        .task(step.task())
        .is_some_and(|task| task.state == TaskState::Pending)
    {
        move_task(work, step.task(), TaskState::InProgress, None);
    }
}
