//! Steps on their way to a caller. A grant that nobody takes gives its steps back.

use std::sync::{Arc, Mutex};

use tasker_domain::ids::StepId;
use tasker_domain::outcome::Granted;
use tokio::sync::Notify;

/// What an exchange got.
#[derive(Debug, Default)]
pub struct Grant {
    /// Where the task stands, for an exchange on one task.
    pub task: Option<TaskLine>,
    /// Reports that were refused.
    pub refused: Vec<RefusedReport>,
    /// The tasks of the steps, each once.
    pub tasks: Vec<GrantedTask>,
    /// The steps.
    pub steps: Vec<GrantedStep>,
    returns: Option<Returns>,
}

/// Where a task stands after an exchange.
#[derive(Clone, Copy, Debug)]
pub struct TaskLine {
    /// Its state.
    pub state: &'static str,
    /// When a step that waits becomes ready, in ms since the epoch. This and the next three are only told where no
    /// step was granted.
    pub next_run_at: Option<i64>,
    /// Steps held by this coordinator.
    pub held_here: u32,
    /// Steps held by others.
    pub held_elsewhere: u32,
    /// Steps that could be taken.
    pub claimable: u32,
    /// All steps.
    pub step_count: u32,
    /// Steps that are done.
    pub completed_steps: u32,
    /// Steps that failed for good.
    pub failed_steps: u32,
    /// Whether it is paused.
    pub paused: bool,
}

/// A report that changed nothing.
#[derive(Clone, Debug)]
pub struct RefusedReport {
    /// Which of the exchange's reports.
    pub index: usize,
    /// The kind of failure.
    pub kind: &'static str,
    /// Why.
    pub message: String,
}

/// A task that granted steps belong to.
#[derive(Clone, Debug)]
pub struct GrantedTask {
    /// Its id.
    pub task_id: i64,
    /// Its template.
    pub template_id: i64,
    /// Its payload, JSON.
    pub context: Arc<str>,
}

/// A step to be run.
#[derive(Clone, Debug)]
pub struct GrantedStep {
    /// The step.
    pub step_id: i64,
    /// What its report must bring.
    pub fence: i64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How many there may be.
    pub max_attempts: u32,
    /// Where its task is in [`Grant::tasks`].
    pub task: usize,
    /// Where it stands in its template.
    pub position: u16,
    /// When the attempt becomes void, in ms since the epoch.
    pub deadline_ms: Option<i64>,
    /// The parents' positions and results, JSON; none for a skipped one.
    pub parents: Vec<(u16, Option<Arc<str>>)>,
}

/// Where steps that nobody took are put; the actor collects them when the bell rings.
#[derive(Clone, Debug)]
pub(crate) struct Returns {
    steps: Arc<Mutex<Vec<(StepId, i64)>>>,
    bell: Arc<Notify>,
}

impl Returns {
    pub(crate) fn new(bell: Arc<Notify>) -> Returns {
        Returns {
            steps: Arc::default(),
            bell,
        }
    }

    pub(crate) fn collect(&self) -> Vec<(StepId, i64)> {
        match self.steps.lock() {
            Ok(mut steps) => std::mem::take(&mut *steps),
            Err(poisoned) => std::mem::take(&mut *poisoned.into_inner()),
        }
    }

    /// Puts steps back without ringing, for a later time.
    pub(crate) fn keep(&self, back: impl IntoIterator<Item = (StepId, i64)>) {
        match self.steps.lock() {
            Ok(mut steps) => steps.extend(back),
            Err(poisoned) => poisoned.into_inner().extend(back),
        }
    }

    fn put(&self, back: impl Iterator<Item = (StepId, i64)>) {
        self.keep(back);
        self.bell.notify_one();
    }
}

impl Grant {
    pub(crate) fn new(granted: Granted, refused: Vec<RefusedReport>, returns: Returns) -> Grant {
        let line = |line: tasker_domain::outcome::TaskLine| TaskLine {
            state: line.state.as_str(),
            next_run_at: line.next_run_at,
            held_here: line.held_here,
            held_elsewhere: line.held_elsewhere,
            claimable: line.claimable,
            step_count: line.step_count,
            completed_steps: line.completed_steps,
            failed_steps: line.failed_steps,
            paused: line.paused,
        };
        let task = |task: tasker_domain::outcome::GrantedTask| GrantedTask {
            task_id: task.task.0,
            template_id: task.template.0,
            context: task.context,
        };
        let step = |step: tasker_domain::outcome::GrantedStep| GrantedStep {
            step_id: step.step.0,
            fence: step.fence,
            attempt: step.attempt,
            max_attempts: step.max_attempts,
            task: step.task,
            position: step.step.position(),
            deadline_ms: step.deadline,
            parents: step.parents,
        };
        Grant {
            task: granted.task.map(line),
            refused,
            tasks: granted.tasks.into_iter().map(task).collect(),
            steps: granted.steps.into_iter().map(step).collect(),
            returns: Some(returns),
        }
    }

    /// Says that the steps have reached the one who runs them.
    pub fn taken(&mut self) {
        self.returns = None;
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        if let Some(returns) = self.returns.take()
            && !self.steps.is_empty()
        {
            returns.put(
                self.steps
                    .iter()
                    .map(|step| (StepId(step.step_id), step.fence)),
            );
        }
    }
}
