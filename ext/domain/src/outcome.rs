//! What a turn answers, command by command.

use crate::ids::{Millis, StepId, TaskId, TemplateId};
use crate::refusal::Refusal;
use crate::rows::Json;
use crate::state::{StepState, TaskState};

/// The answer to one command.
pub type Outcome = Result<Done, Refusal>;

/// What was done.
#[derive(Clone, Debug)]
pub enum Done {
    /// A template is stored.
    Registered {
        /// Its id.
        template: TemplateId,
        /// Whether it wasn't there before.
        new: bool,
    },
    /// Tasks were made, or found by their keys.
    Submitted(Vec<Submitted>),
    /// A report was recorded.
    Recorded,
    /// Steps were taken, perhaps none.
    Granted(Granted),
    /// A deadline was moved.
    Extended {
        /// The new one.
        deadline: Millis,
    },
    /// A task was changed by hand.
    Controlled {
        /// The task's state afterwards.
        task: TaskState,
        /// Whether it is paused.
        paused: bool,
        /// The step's state afterwards, where one was named.
        step: Option<StepState>,
    },
    /// Nothing was asked.
    Nothing,
}

/// A task that a submission made or found.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// Its id.
    pub task: TaskId,
    /// Its template.
    pub template: TemplateId,
    /// How many steps it has.
    pub step_count: u32,
    /// Its state.
    pub state: TaskState,
    /// Whether this submission made it.
    pub created: bool,
}

/// What a claim got.
#[derive(Clone, Debug, Default)]
pub struct Granted {
    /// Where the task stands, for a claim on one task.
    pub task: Option<TaskLine>,
    /// The tasks of the steps, each once.
    pub tasks: Vec<GrantedTask>,
    /// The steps.
    pub steps: Vec<GrantedStep>,
    /// Whether nothing is left that the claim could have taken.
    pub dry: bool,
}

/// Where a task stands after the turn.
#[derive(Clone, Copy, Debug)]
pub struct TaskLine {
    /// Its state.
    pub state: TaskState,
    /// Whether it is paused.
    pub paused: bool,
    /// All steps.
    pub step_count: u32,
    /// Steps that are done.
    pub completed_steps: u32,
    /// Steps that failed for good.
    pub failed_steps: u32,
    /// When a step that backs off becomes ready. Counted, as the next three, only where no step was granted.
    pub next_run_at: Option<Millis>,
    /// Steps held by this coordinator.
    pub held_here: u32,
    /// Steps held by others.
    pub held_elsewhere: u32,
    /// Steps that could be taken.
    pub claimable: u32,
}

/// A task that granted steps belong to.
#[derive(Clone, Debug)]
pub struct GrantedTask {
    /// Its id.
    pub task: TaskId,
    /// Its template.
    pub template: TemplateId,
    /// Its payload.
    pub context: Json,
}

/// A step in the hands of a worker.
#[derive(Clone, Debug)]
pub struct GrantedStep {
    /// The step.
    pub step: StepId,
    /// The fence that its report must bring.
    pub fence: i64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How many there may be.
    pub max_attempts: u32,
    /// Where its task is in [`Granted::tasks`].
    pub task: usize,
    /// When the attempt becomes void.
    pub deadline: Option<Millis>,
    /// The parents' positions and results; none for a skipped one.
    pub parents: Vec<(u16, Option<Json>)>,
}

/// What happened in a turn, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tasks made.
    pub tasks_created: u64,
    /// Tasks that became complete or were resolved by hand.
    pub tasks_completed: u64,
    /// Tasks that ended in error.
    pub tasks_failed: u64,
    /// Tasks cancelled.
    pub tasks_cancelled: u64,
    /// From submission to completion, added up over the completed tasks, in ms.
    pub completion_ms: u64,
    /// Steps completed.
    pub steps_completed: u64,
    /// Steps failed for good.
    pub steps_failed: u64,
    /// Attempts that failed and will be followed by another.
    pub steps_retried: u64,
    /// Attempts begun.
    pub steps_started: u64,
}

impl Tally {
    /// Adds another turn's numbers.
    pub fn add(&mut self, other: &Tally) {
        self.tasks_created += other.tasks_created;
        self.tasks_completed += other.tasks_completed;
        self.tasks_failed += other.tasks_failed;
        self.tasks_cancelled += other.tasks_cancelled;
        self.completion_ms += other.completion_ms;
        self.steps_completed += other.steps_completed;
        self.steps_failed += other.steps_failed;
        self.steps_retried += other.steps_retried;
        self.steps_started += other.steps_started;
    }
}
