//! Where a task stands after the steps have moved: run once a turn for every task touched.

use crate::ids::TaskId;
use crate::state::{StepState, TaskState};
use crate::working::Working;

/// Ends every touched task that is done, or in which nothing can run any more.
pub fn settle(work: &mut Working) {
    for task in std::mem::take(&mut work.touched) {
        if work.recount.remove(&task) {
            recount(work, task);
        }
        end(work, task);
    }
    work.recount.clear();
    // What was done by hand decides about the end that it brings, not about one later in the turn.
    work.by_hand.clear();
}

fn end(work: &mut Working, task: TaskId) {
    let Some(row) = work.task(task) else { return };
    if !row.state.is_live() {
        return;
    }
    let to = if row.done_steps == row.step_count {
        if work.by_hand.contains(&task) {
            TaskState::ResolvedManually
        } else {
            TaskState::Complete
        }
    } else if row.live_steps == 0 {
        TaskState::Error
    } else {
        return;
    };
    let reason = match to {
        TaskState::Error => Some(format!("{} of its steps failed for good", row.failed_steps)),
        TaskState::ResolvedManually => Some("its last step was resolved by hand".to_owned()),
        TaskState::Pending | TaskState::InProgress | TaskState::Complete | TaskState::Cancelled => {
            None
        }
    };
    move_task(work, task, to, reason);
}

/// Moves a task to another state, with the history and the numbers that go with it.
pub(crate) fn move_task(work: &mut Working, task: TaskId, to: TaskState, reason: Option<String>) {
    let now = work.now;
    let Some(row) = work.task_mut(task) else {
        return;
    };
    let from = row.state;
    if from == to {
        return;
    }
    row.state = to;
    let created_at = row.created_at;
    match to {
        TaskState::Pending => {}
        TaskState::InProgress => {
            row.started_at.get_or_insert(now);
            row.completed_at = None;
        }
        TaskState::Complete | TaskState::ResolvedManually => {
            row.completed_at = Some(now);
            work.tally.tasks_completed += 1;
            work.tally.completion_ms += u64::try_from(now - created_at).unwrap_or(0);
        }
        TaskState::Error => {
            row.completed_at = Some(now);
            work.tally.tasks_failed += 1;
        }
        TaskState::Cancelled => {
            row.completed_at = Some(now);
            work.tally.tasks_cancelled += 1;
        }
    }
    work.record_transition(task, None, from.as_str(), to.as_str(), reason);
}

/// Counts a task's steps anew: what failed, and what may still run.
///
/// A step may still run when it isn't terminal and nothing above it failed. Needs the whole task.
fn recount(work: &mut Working, task: TaskId) {
    let Some(template) = work.template_of(task) else {
        return;
    };
    let mut blocked = vec![false; template.graph.len()];
    let (mut done, mut failed, mut live) = (0, 0, 0);
    for &position in template.graph.topological() {
        let state = work
            .step(task.step(position))
            .map_or(StepState::Cancelled, |row| row.state);
        let above = template
            .graph
            .parents(position)
            .iter()
            .any(|parent| blocked[usize::from(*parent)]);
        if state.is_done() {
            done += 1;
        } else if state.is_terminal() {
            failed += u32::from(state == StepState::Error);
            blocked[usize::from(position)] = true;
        } else if above {
            blocked[usize::from(position)] = true;
        } else {
            live += 1;
        }
    }
    if let Some(row) = work.task_mut(task) {
        row.done_steps = done;
        row.failed_steps = failed;
        row.live_steps = live;
    }
}
