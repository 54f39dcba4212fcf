//! What time has brought: waits that are over, deadlines missed, workers lost.

use tasker_domain::ids::{Millis, StepId, TaskId};

use crate::rows::label;

/// The most steps of a kind that one turn takes on, which is what statements give at most; what is left falls due at once
/// again.
const MOST_STEPS: usize = 1_000;

/// The same for tasks.
const MOST_TASKS: usize = 100;

/// What time has brought.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// Steps whose wait is over.
    pub timed: Vec<StepId>,
    /// Attempts past their deadline, with their fences.
    pub overdue: Vec<(StepId, i64)>,
    /// Attempts whose worker is gone: step, fence, why.
    pub orphaned: Vec<(StepId, i64, String)>,
    /// Tasks past their deadline.
    pub tasks: Vec<TaskId>,
    /// When something falls due next, after all of that.
    pub next: Option<Millis>,
}

/// The same, as a database gives it.
pub(crate) struct DueRows {
    pub(crate) timed: Vec<i64>,
    pub(crate) overdue: Vec<(i64, i64)>,
    /// Steps of workers without a lease: step, fence, the worker's name.
    pub(crate) orphans: Vec<(i64, i64, String)>,
    pub(crate) tasks: Vec<i64>,
    /// When something falls due after `now`.
    pub(crate) next: Option<Millis>,
}

impl DueRows {
    pub(crate) fn at(self, now: Millis) -> Due {
        let more = self.timed.len() >= MOST_STEPS
            || self.overdue.len() >= MOST_STEPS
            || self.orphans.len() >= MOST_STEPS
            || self.tasks.len() >= MOST_TASKS;
        let overdue = self.overdue.into_iter();
        let orphans = self.orphans.into_iter();
        Due {
            timed: self.timed.into_iter().map(StepId).collect(),
            overdue: overdue.map(|(id, fence)| (StepId(id), fence)).collect(),
            orphaned: orphans
                .map(|(id, fence, name)| (StepId(id), fence, gone(label(&name))))
                .collect(),
            tasks: self.tasks.into_iter().map(TaskId).collect(),
            next: if more { Some(now) } else { self.next },
        }
    }
}

/// Why an attempt of a worker that is gone ended.
fn gone(name: &str) -> String {
    format!("{name} ended, or was silent for longer than its lease")
}
