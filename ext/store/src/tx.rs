//! What a database has to be able to do within one transaction.
//!
//! Sets in, sets out: a turn of a hundred reports costs as many calls as a turn of one.

use std::sync::Arc;

use tasker_domain::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{Json, StepRow, TaskRow};
use tasker_domain::template::Template;
use tasker_domain::working::{Changes, Edition};

use crate::StoreError;

pub use crate::due::Due;

/// The result of a call on the database.
pub type Found<T> = Result<T, StoreError>;

/// A key against a second submission: namespace, name, key.
pub type Key = (String, String, String);

/// Where steps that can be taken are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// In any task.
    Any,
    /// In this task.
    Task(TaskId),
    /// In these queues, see [`tasker_domain::queue::of`]; each is named once, and there is at least one.
    Queues(&'a [i64]),
}

/// Where a task's steps stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// Held by the worker that asks.
    pub held_here: u32,
    /// Held by others.
    pub held_elsewhere: u32,
    /// Could be taken; counted up to 1,000.
    pub claimable: u32,
    /// When the next one that waits is due.
    pub next_run_at: Option<Millis>,
}

/// One transaction of a database.
pub trait Tx {
    /// These steps; ids that aren't there are left out.
    fn steps(&mut self, ids: &[StepId]) -> Found<Vec<StepRow>>;
    /// Every step of a task.
    fn steps_of(&mut self, task: TaskId) -> Found<Vec<StepRow>>;
    /// These tasks; ids that aren't there are left out.
    fn tasks(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>>;
    /// The tasks of steps that may be taken. One that is left out, since another turn has it in hand, has its steps
    /// passed over.
    fn tasks_to_claim(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>>;
    /// The texts of these templates.
    fn definitions(&mut self, ids: &[TemplateId]) -> Found<Vec<(TemplateId, String)>>;
    /// The editions of a template, oldest first.
    fn editions(&mut self, namespace: &str, name: &str) -> Found<Vec<Edition>>;
    /// `namespace/name` of every template.
    fn template_names(&mut self) -> Found<Vec<String>>;
    /// Stores a template's text unless the same is there; its id, and whether it is new.
    fn put_template(
        &mut self,
        template: &Template,
        definition: &str,
        now: Millis,
    ) -> Found<(TemplateId, bool)>;
    /// The tasks of these keys.
    fn keys(&mut self, keys: &[Key]) -> Found<Vec<(Key, TaskId)>>;
    /// So many ids for the tasks of this turn, ascending; no other turn gets them, even if this one uses none. Fewer
    /// where there are no more. Asked for once a turn, before the rules run.
    fn task_ids(&mut self, count: u32) -> Found<Vec<TaskId>>;
    /// Up to `limit` steps that can be taken: those that should go first, by
    /// [`rank`](tasker_domain::rules::claim::rank). Of one task any may come.
    fn claimable(&mut self, source: Source<'_>, limit: u32) -> Found<Vec<StepRow>>;
    /// The payloads of these tasks.
    fn contexts(&mut self, ids: &[TaskId]) -> Found<Vec<(TaskId, Json)>>;
    /// The results of these steps; steps without one are left out.
    fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, Json)>>;
    /// What is due at `now`. `dead` are workers known to be gone though their lease isn't over; those that are only silent
    /// keep theirs where `spare_silent` says so.
    fn due(
        &mut self,
        now: Millis,
        me: WorkerId,
        dead: &[WorkerId],
        spare_silent: bool,
    ) -> Found<Due>;
    /// Moves this worker's lease on.
    fn renew(&mut self, me: WorkerId, expires_at: Millis) -> Found<()>;
    /// Writes what the turn changed. Every update is held against the row that the turn had read.
    fn write(&mut self, changes: &Changes) -> Found<()>;
    /// Where a task's steps stand, as written. Attempts whose deadline was before `held_since` don't count as held:
    /// where the disk is full, say, nobody can put an end to them.
    fn standing(&mut self, task: TaskId, me: WorkerId, held_since: Millis) -> Found<Standing>;
}

/// Templates that were read and parsed before.
pub type TemplateCache = std::collections::HashMap<TemplateId, Arc<Template>>;
