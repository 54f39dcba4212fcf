//! What a database has to be able to read for the answers to questions.

use tasker_domain::ids::{StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::working::Edition;

use crate::tx::{Found, Standing};
use crate::view::Filter;

/// One moment of a database.
///
/// Reading is asynchronous for PostgreSQL's sake, where one thread answers several questions at once; SQLite's futures
/// are ready when they are made.
pub(crate) trait Sight {
    /// These tasks; ids that aren't there are left out.
    async fn tasks(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>>;
    /// These steps; ids that aren't there are left out.
    async fn steps(&mut self, ids: &[StepId]) -> Found<Vec<StepRow>>;
    /// Every step of a task, by position.
    async fn steps_of(&mut self, task: TaskId) -> Found<Vec<StepRow>>;
    /// What is said of a task once.
    async fn details(&mut self, task: TaskId) -> Found<TaskDetails>;
    /// The results of these steps; steps without one are left out.
    async fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, String)>>;
    /// The results of a task's steps.
    async fn results_of(&mut self, task: TaskId) -> Found<Vec<(StepId, String)>>;
    /// The attempts of a task that ended, by step and fence; `steps` are all of its steps.
    async fn attempts_of(&mut self, task: TaskId, steps: &[StepRow]) -> Found<Vec<AttemptRow>>;
    /// The transitions of a task that no attempt tells of, in their order.
    async fn transitions_of(&mut self, task: TaskId) -> Found<Vec<TransitionRow>>;
    /// Full names of these workers.
    async fn worker_names(&mut self, ids: &[WorkerId]) -> Found<Vec<(WorkerId, String)>>;
    /// The texts of these templates.
    async fn definitions(&mut self, ids: &[TemplateId]) -> Found<Vec<(TemplateId, String)>>;
    /// The editions of a template, oldest first.
    async fn editions(&mut self, namespace: &str, name: &str) -> Found<Vec<Edition>>;
    /// `namespace/name` of every template.
    async fn template_names(&mut self) -> Found<Vec<String>>;
    /// Every version of every template: id of its newest text, namespace, name, version, steps.
    async fn templates(&mut self) -> Found<Vec<(i64, String, String, String, i32)>>;
    /// Ids of tasks, newest first.
    async fn listed(&mut self, filter: &Filter) -> Found<Vec<TaskId>>;
    /// Where a task's steps stand.
    async fn standing(&mut self, task: TaskId) -> Found<Standing>;
    /// How many tasks have something to do.
    async fn count_active(&mut self) -> Found<i64>;
    /// What tells this database from every other.
    async fn database_id(&mut self) -> Found<i64>;
}
