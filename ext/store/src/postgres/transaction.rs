//! [`Tx`] for PostgreSQL.

use std::sync::Arc;

use diesel::query_builder::{QueryFragment, QueryId};
use diesel_async::RunQueryDsl;
use tasker_domain::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{Json, StepRow, TaskRow};
use tasker_domain::template::Template;
use tasker_domain::working::{Changes, Edition};

use super::fate::Traces;
use super::fault::{Fault, Said};
use super::link::Session;
use super::{statement, sweep, writes};
use crate::rows::{self, StepTuple, TaskTuple};
use crate::tx::{Due, Found, Key, Source, Standing, Tx};

/// A connection, within a transaction.
pub(super) struct PgTx<'a> {
    pub(super) session: Session<'a>,
    /// Whether the connection was lost: then it isn't the turn's fault that it failed.
    pub(super) lost: Option<String>,
    /// What the transaction leaves behind, once something was written.
    pub(super) traces: Option<Traces>,
}

/// Every row that a statement gives.
macro_rules! load {
    ($tx:expr, $statement:expr) => {{
        let mut connection = $tx.session.connection;
        let said = $tx.session.wait($statement.load(&mut connection));
        $tx.note(said)
    }};
}
pub(super) use load;

/// The one row that a statement gives.
macro_rules! get {
    ($tx:expr, $statement:expr) => {{
        let mut connection = $tx.session.connection;
        let said = $tx.session.wait($statement.get_result(&mut connection));
        $tx.note(said)
    }};
}
pub(super) use get;

impl PgTx<'_> {
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
        self.load_steps(statement::StepsByIds::new(&ids))
    }

    fn steps_of(&mut self, task: TaskId) -> Found<Vec<StepRow>> {
        let (first, last) = task.step_range();
        self.load_steps(statement::StepsOfTask::new(first.0, last.0))
    }

    fn tasks(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
        let ids = numbers(ids, |id| id.0);
        self.load_tasks(statement::TasksToChange::new(&ids))
    }

    fn tasks_to_claim(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
        let mut missing = numbers(ids, |id| id.0);
        let mut tasks = self.load_tasks(statement::TasksBegun::new(&missing))?;
        forget(&mut missing, &tasks);
        if !missing.is_empty() {
            let pending = self.load_tasks(statement::TasksToBegin::new(&missing))?;
            forget(&mut missing, &pending);
            tasks.extend(pending);
        }
        if !missing.is_empty() {
            // Another turn may have begun them between the two looks; what that one has still in hand is left to it.
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
        let rows: Vec<(i64, String)> = load!(self, statement::Editions::new(namespace, name))?;
        Ok(rows
            .into_iter()
            .map(|(id, version)| Edition {
                version,
                id: TemplateId(id),
            })
            .collect())
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
        let namespaces: Vec<&str> = keys.iter().map(|key| key.0.as_str()).collect();
        let names: Vec<&str> = keys.iter().map(|key| key.1.as_str()).collect();
        let texts: Vec<&str> = keys.iter().map(|key| key.2.as_str()).collect();
        let rows: Vec<(String, String, String, i64)> = load!(
            self,
            statement::KeyedTasks::new(&namespaces, &names, &texts)
        )?;
        Ok(rows
            .into_iter()
            .map(|(namespace, name, key, task)| ((namespace, name, key), TaskId(task)))
            .collect())
    }

    fn task_ids(&mut self, count: u32) -> Found<Vec<TaskId>> {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let mut ids: Vec<i64> = load!(self, statement::TaskIds::new(count))?;
        ids.sort_unstable();
        Ok(ids.into_iter().map(TaskId).collect())
    }

    fn claimable(&mut self, source: Source<'_>, limit: u32) -> Found<Vec<StepRow>> {
        let limit = i64::from(limit);
        match source {
            Source::Any => self.load_steps(statement::ClaimableOfAny::new(limit)),
            Source::Task(task) => {
                let (first, last) = task.step_range();
                self.load_steps(statement::ClaimableOfTask::new(first.0, last.0, limit))
            }
            Source::Queues(queues) => {
                self.load_steps(statement::ClaimableOfQueues::new(queues, limit, limit))
            }
        }
    }

    fn contexts(&mut self, ids: &[TaskId]) -> Found<Vec<(TaskId, Json)>> {
        let ids = numbers(ids, |id| id.0);
        let rows: Vec<(i64, String)> = load!(self, statement::Contexts::new(&ids))?;
        Ok(texts(rows).map(|(id, text)| (TaskId(id), text)).collect())
    }

    fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, Json)>> {
        let ids = numbers(ids, |id| id.0);
        let rows: Vec<(i64, String)> = load!(self, statement::Results::new(&ids))?;
        Ok(texts(rows).map(|(id, text)| (StepId(id), text)).collect())
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
        self.run(statement::RenewLease::new(expires_at, me.0))
            .map(drop)
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
