//! How a step that is done lets its children go on.

use crate::ids::StepId;
use crate::state::{Gate, StepState};
use crate::working::Working;

/// Tells the children of a step that is now done; those without further parents become ready.
pub(crate) fn release_children(work: &mut Working, step: StepId) {
    let task = step.task();
    let Some(template) = work.template_of(task) else {
        return;
    };
    let paused = work.task(task).is_some_and(|row| row.paused);
    for &position in template.graph.children(step.position()) {
        let child = task.step(position);
        let now = work.now;
        let Some(row) = work.step_mut(child) else {
            continue;
        };
        row.pending_parents = row.pending_parents.saturating_sub(1);
        if row.pending_parents == 0 && row.state == StepState::Pending {
            row.state = StepState::Ready;
            row.ready_at = Some(now);
            row.gate = if paused { Gate::Paused } else { Gate::Open };
            if !paused {
                work.wake(child, Some(step));
            }
        }
    }
}

/// Makes a step ready again from `at` on, behind the gate that its task and the clock call for.
pub(crate) fn make_ready(work: &mut Working, step: StepId, at: i64) {
    let paused = work.task(step.task()).is_some_and(|row| row.paused);
    let now = work.now;
    let Some(row) = work.step_mut(step) else {
        return;
    };
    row.state = StepState::Ready;
    row.ready_at = Some(at);
    row.deadline_at = None;
    row.completed_at = None;
    row.gate = gate(paused, at, now);
    if row.gate == Gate::Open {
        work.wake(step, None);
    }
}

/// The gate of a step that is ready at `at`.
pub(crate) fn gate(paused: bool, at: i64, now: i64) -> Gate {
    if at > now {
        Gate::Timed
    } else if paused {
        Gate::Paused
    } else {
        Gate::Open
    }
}

/// Opens the gate of a step whose time has come.
pub fn open_gate(work: &mut Working, step: StepId) {
    let now = work.now;
    let Some(row) = work.step(step) else { return };
    let Some(at) = row.ready_at else { return };
    if row.state == StepState::Ready && row.gate == Gate::Timed && at <= now {
        make_ready(work, step, at);
    }
}
