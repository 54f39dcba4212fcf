//! Questions, and the JSON that answers them. Payloads go into it as the text that they are.

mod context;
mod listing;
mod object;
mod template;

pub use context::ContextRows;
pub(crate) use listing::{Listed, listing};
pub(crate) use object::Object;
pub(crate) use template::{described, listed_templates};

use tasker_domain::ids::{StepId, TaskId, TemplateId};
use tasker_domain::state::TaskState;

/// A question to a reader.
#[derive(Clone, Debug)]
pub enum Question {
    /// Everything about a task.
    Context(TaskId),
    /// Tasks, newest first.
    List(Filter),
    /// A template by its id.
    Template(TemplateId),
    /// A template by its name, the newest version where none is given.
    TemplateNamed {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Its version.
        version: Option<String>,
    },
    /// Every template.
    Templates,
    /// Whether an attempt still counts.
    Attempt {
        /// The step.
        step: StepId,
        /// The fence of its claim.
        fence: i64,
    },
    /// The result of a step.
    Result {
        /// The task.
        task: TaskId,
        /// The step's name.
        step: String,
    },
    /// What tells this database from every other.
    Database,
    /// How many tasks have something to do.
    Active,
    /// Panic while answering: a switch for tests.
    Panic,
}

/// Which tasks a list holds.
#[derive(Clone, Debug)]
pub struct Filter {
    /// In this state.
    pub status: Option<TaskState>,
    /// Of templates in this namespace.
    pub namespace: Option<String>,
    /// Of templates of this name.
    pub name: Option<String>,
    /// At most this many.
    pub limit: u32,
    /// With ids below this one.
    pub before: Option<TaskId>,
}
