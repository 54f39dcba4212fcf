//! [`Tx`] for PostgreSQL.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::query_builder::{QueryFragment, QueryId};
use diesel_async::RunQueryDsl;
use tasker_domain::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{Json, StepRow, TaskRow};
use tasker_domain::state::TaskState;
use tasker_domain::template::Template;
use tasker_domain::working::{Changes, Edition};

use super::fate::Traces;
use super::fault::{Fault, Said};
use super::foresight::{Answers, Place, claimable, keyed};
use super::link::Session;
use super::memory::{Learned, Memory};
use super::sending::Sending;
use super::{statement, sweep, writes};
use crate::rows::{self, StepTuple, TaskTuple};
use crate::tx::{Due, Found, Key, Source, Standing, Tx};

/// A connection, within a transaction.
pub(super) struct PgTx<'a> {
    pub(super) session: Session<'a>,
    /// Whether the connection was lost: then it isn't the turn's fault that it failed.
    pub(super) lost: Option<String>,
    /// What was asked when the transaction began.
    pub(super) answers: Answers,
    /// Tasks that have begun, of the steps that can be taken.
    pub(super) begun: HashMap<TaskId, TaskRow>,
    pub(super) memory: &'a Memory,
    /// What is to be written. It is sent with the commit, unless something is asked before.
    pub(super) sending: Sending<'a>,
    /// What the transaction leaves behind, once something was written.
    pub(super) traces: Option<Traces>,
    /// What is known once it is committed.
    pub(super) learned: Learned,
}

/// Every row that a statement gives.
macro_rules! load {
    ($tx:expr, $statement:expr) => {{
        $tx.send_what_is_written()?;
        let mut connection = $tx.session.connection;
        let said = $tx.session.wait($statement.load(&mut connection));
        $tx.note(said)
    }};
}
pub(super) use load;

/// The one row that a statement gives.
macro_rules! get {
    ($tx:expr, $statement:expr) => {{
        $tx.send_what_is_written()?;
        let mut connection = $tx.session.connection;
        let said = $tx.session.wait($statement.get_result(&mut connection));
        $tx.note(said)
    }};
}
pub(super) use get;

impl<'a> PgTx<'a> {
    /// A transaction that has begun.
    pub(super) fn new(session: Session<'a>, memory: &'a Memory, answers: Answers) -> PgTx<'a> {
        PgTx {
            session,
            lost: None,
            answers,
            begun: HashMap::new(),
            memory,
            sending: Sending::new(session),
            traces: None,
            learned: Learned::default(),
        }
    }

    /// So that what is asked next sees it.
    pub(super) fn send_what_is_written(&mut self) -> Found<()> {
        if self.sending.is_empty() {
            return Ok(());
        }
        let said = self.session.wait(self.sending.finish());
        self.note(said)
    }

    /// Keeps in mind whether the connection was lost.
    pub(super) fn note<T>(&mut self, said: Said<T>) -> Found<T> {
        said.map_err(|fault| match fault {
            Fault::Refused(error) => error,
            Fault::Lost(detail) => {
                self.lost = Some(detail.clone());
                crate::StoreError::Database(detail)
            }
        })
    }

    pub(super) fn run<S>(&mut self, statement: S) -> Found<usize>
    where
        S: QueryFragment<diesel::pg::Pg> + QueryId + Send,
    {
        self.send_what_is_written()?;
        let mut connection = self.session.connection;
        let said = self.session.wait(statement.execute(&mut connection));
        self.note(said)
    }

    fn load_steps<'q, S>(&mut self, statement: S) -> Found<Vec<StepRow>>
    where
        S: diesel::query_builder::Query<SqlType = rows::StepSql>
            + QueryFragment<diesel::pg::Pg>
            + QueryId
            + Send
            + 'q,
    {
        let loaded: Vec<StepTuple> = load!(self, statement)?;
        loaded.into_iter().map(rows::step).collect()
    }

    fn load_tasks<'q, S>(&mut self, statement: S) -> Found<Vec<TaskRow>>
    where
        S: diesel::query_builder::Query<SqlType = rows::TaskSql>
            + QueryFragment<diesel::pg::Pg>
            + QueryId
            + Send
            + 'q,
    {
        let loaded: Vec<TaskTuple> = load!(self, statement)?;
        loaded.into_iter().map(rows::task).collect()
    }
}

/// Ids as they are bound.
pub(super) fn numbers<T: Copy>(ids: &[T], number: impl Fn(T) -> i64) -> Vec<i64> {
    ids.iter().map(|id| number(*id)).collect()
}

fn forget(missing: &mut Vec<i64>, found: &[TaskRow]) {
    missing.retain(|id| !found.iter().any(|task| task.id.0 == *id));
}

fn texts(rows: Vec<(i64, String)>) -> impl Iterator<Item = (i64, Json)> {
    rows.into_iter().map(|(id, text)| (id, Arc::from(text)))
}

impl Tx for PgTx<'_> {
    fn steps(&mut self, ids: &[StepId]) -> Found<Vec<StepRow>> {
        let ids = numbers(ids, |id| id.0);
        match self.answers.steps(&ids) {
            Some(steps) => Ok(steps),
            None => self.load_steps(statement::StepsByIds::new(&ids)),
        }
    }

    fn steps_of(&mut self, task: TaskId) -> Found<Vec<StepRow>> {
        let (first, last) = task.step_range();
        self.load_steps(statement::StepsOfTask::new(first.0, last.0))
    }

    fn tasks(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
        let ids = numbers(ids, |id| id.0);
        match self.answers.tasks(&ids) {
            Some(tasks) => Ok(tasks),
            None => self.load_tasks(statement::TasksToChange::new(&ids)),
        }
    }

    fn tasks_to_claim(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
        let mut missing = numbers(ids, |id| id.0);
        let known = ids.iter().filter_map(|id| self.begun.remove(id));
        let mut tasks: Vec<TaskRow> = known.collect();
        forget(&mut missing, &tasks);
        if !missing.is_empty() {
            let pending = self.load_tasks(statement::TasksToBegin::new(&missing))?;
            forget(&mut missing, &pending);
            tasks.extend(pending);
        }
        if !missing.is_empty() {
            // Another turn may have begun them since they were looked at; what that one has still in hand is left to it.
            tasks.extend(self.load_tasks(statement::TasksBegun::new(&missing))?);
        }
        Ok(tasks)
    }

    fn definitions(&mut self, ids: &[TemplateId]) -> Found<Vec<(TemplateId, String)>> {
        let ids = numbers(ids, |id| id.0);
        let rows: Vec<(i64, String)> = load!(self, statement::Definitions::new(&ids))?;
        Ok(rows
            .into_iter()
            .map(|(id, text)| (TemplateId(id), text))
            .collect())
    }

    fn editions(&mut self, namespace: &str, name: &str) -> Found<Vec<Edition>> {
        if let Some(editions) = self.answers.editions(namespace, name) {
            return Ok(editions);
        }
        let rows: Vec<(i64, String)> = load!(self, statement::Editions::new(namespace, name))?;
        Ok(rows::editions(rows))
    }

    fn template_names(&mut self) -> Found<Vec<String>> {
        let rows: Vec<(String, String)> = load!(self, statement::TemplateNames::new())?;
        Ok(rows
            .into_iter()
            .map(|(namespace, name)| format!("{namespace}/{name}"))
            .collect())
    }

    fn put_template(
        &mut self,
        template: &Template,
        definition: &str,
        now: Millis,
    ) -> Found<(TemplateId, bool)> {
        writes::put_template(self, template, definition, now)
    }

    fn keys(&mut self, keys: &[Key]) -> Found<Vec<(Key, TaskId)>> {
        if let Some(found) = self.answers.keys(keys) {
            return Ok(found);
        }
        self.send_what_is_written()?;
        let said = self.session.wait(keyed(self.session.connection, keys));
        self.note(said)
    }

    fn task_ids(&mut self, count: u32) -> Found<Vec<TaskId>> {
        if let Some(ids) = self.answers.task_ids(count) {
            return Ok(ids);
        }
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let mut ids: Vec<i64> = load!(self, statement::TaskIds::new(count))?;
        ids.sort_unstable();
        Ok(ids.into_iter().map(TaskId).collect())
    }

    fn claimable(&mut self, source: Source<'_>, limit: u32) -> Found<Vec<StepRow>> {
        let place = Place::from(source);
        let rows = match self.answers.claimable(&place, limit) {
            Some(rows) => rows,
            None => {
                self.send_what_is_written()?;
                let asked = claimable(self.session.connection, &place, limit);
                let said = self.session.wait(asked);
                self.note(said)?
            }
        };
        let mut steps = Vec::with_capacity(rows.len());
        for (step, task) in rows {
            steps.push(rows::step(step)?);
            let task = rows::task(task)?;
            // One whose first step is taken is changed with it, so it is locked, see `tasks_to_claim`.
            if task.state != TaskState::Pending {
                self.begun.insert(task.id, task);
            }
        }
        Ok(steps)
    }

    fn contexts(&mut self, ids: &[TaskId]) -> Found<Vec<(TaskId, Json)>> {
        let mut missing = Vec::new();
        let mut found = Vec::with_capacity(ids.len());
        let mut recall = self.memory.recall();
        for id in ids {
            match recall.context_of(*id) {
                Some(context) => found.push((*id, context)),
                None => missing.push(id.0),
            }
        }
        drop(recall);
        if !missing.is_empty() {
            let rows: Vec<(i64, String)> = load!(self, statement::Contexts::new(&missing))?;
            found.extend(texts(rows).map(|(id, text)| (TaskId(id), text)));
        }
        Ok(found)
    }

    fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, Json)>> {
        let mut missing = Vec::new();
        let mut found = Vec::with_capacity(ids.len());
        let recall = self.memory.recall();
        for id in ids {
            match recall.result_of(*id) {
                Some(result) => found.push((*id, result)),
                None => missing.push(id.0),
            }
        }
        drop(recall);
        if !missing.is_empty() {
            let rows: Vec<(i64, String)> = load!(self, statement::Results::new(&missing))?;
            found.extend(texts(rows).map(|(id, text)| (StepId(id), text)));
        }
        Ok(found)
    }

    fn due(
        &mut self,
        now: Millis,
        me: WorkerId,
        dead: &[WorkerId],
        spare_silent: bool,
    ) -> Found<Due> {
        sweep::due(self, now, me, dead, spare_silent)
    }

    fn renew(&mut self, me: WorkerId, expires_at: Millis) -> Found<()> {
        self.sending
            .add(statement::RenewLease::new(expires_at, me.0));
        Ok(())
    }

    fn write(&mut self, changes: &Changes) -> Found<()> {
        writes::write(self, changes)
    }

    fn standing(&mut self, task: TaskId, me: WorkerId, held_since: Millis) -> Found<Standing> {
        let (first, last) = task.step_range();
        let (here, all): (i64, i64) = get!(
            self,
            statement::HeldOfTask::new(me.0, held_since, first.0, last.0)
        )?;
        let claimable: i64 = get!(self, statement::CountClaimable::new(first.0, last.0))?;
        let next_run_at: Option<i64> = get!(self, statement::NextTimed::new(first.0, last.0))?;
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Standing {
            held_here: small(here),
            held_elsewhere: small(all - here),
            claimable: small(claimable),
            next_run_at,
        })
    }
}
