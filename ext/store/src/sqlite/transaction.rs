//! [`Tx`] for SQLite.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::command::Scope;
use tasker_domain::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{Json, StepRow, TaskRow};
use tasker_domain::template::Template;
use tasker_domain::working::{Changes, Edition};

use super::{reads, statement, sweep, writes};
use crate::tx::{Due, Found, Key, Standing, Tx};

/// The connection, within a transaction.
pub(super) struct SqliteTx<'a> {
    pub(super) connection: &'a mut SqliteConnection,
}

impl Tx for SqliteTx<'_> {
    fn steps(&mut self, ids: &[StepId]) -> Found<Vec<StepRow>> {
        reads::steps(self.connection, ids)
    }

    fn steps_of(&mut self, task: TaskId) -> Found<Vec<StepRow>> {
        reads::steps_of(self.connection, task)
    }

    fn tasks(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
        reads::tasks(self.connection, ids)
    }

    fn definitions(&mut self, ids: &[TemplateId]) -> Found<Vec<(TemplateId, String)>> {
        reads::definitions(self.connection, ids)
    }

    fn editions(&mut self, namespace: &str, name: &str) -> Found<Vec<Edition>> {
        reads::editions(self.connection, namespace, name)
    }

    fn template_names(&mut self) -> Found<Vec<String>> {
        reads::template_names(self.connection)
    }

    fn put_template(
        &mut self,
        template: &Template,
        definition: &str,
        now: Millis,
    ) -> Found<(TemplateId, bool)> {
        writes::put_template(self.connection, template, definition, now)
    }

    fn keys(&mut self, keys: &[Key]) -> Found<Vec<(Key, TaskId)>> {
        reads::keys(self.connection, keys)
    }

    fn next_task(&mut self) -> Found<i64> {
        Ok(statement::NextTask::new().get_result(self.connection)?)
    }

    fn claimable(&mut self, scope: Scope, limit: u32) -> Found<Vec<StepRow>> {
        reads::claimable(self.connection, scope, limit)
    }

    fn contexts(&mut self, ids: &[TaskId]) -> Found<Vec<(TaskId, Json)>> {
        let ids = super::rows::array(ids.iter().map(|id| id.0));
        let rows: Vec<(i64, String)> = statement::Contexts::new(&ids).load(self.connection)?;
        Ok(rows
            .into_iter()
            .map(|(id, text)| (TaskId(id), Arc::from(text)))
            .collect())
    }

    fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, Json)>> {
        let ids = super::rows::array(ids.iter().map(|id| id.0));
        let rows: Vec<(i64, String)> = statement::Results::new(&ids).load(self.connection)?;
        Ok(rows
            .into_iter()
            .map(|(id, text)| (StepId(id), Arc::from(text)))
            .collect())
    }

    fn due(&mut self, now: Millis, me: WorkerId, dead: &[WorkerId]) -> Found<Due> {
        sweep::due(self.connection, now, me, dead)
    }

    fn drop_workers(&mut self, workers: &[WorkerId]) -> Found<()> {
        for worker in workers {
            statement::LeaveWorker::new(worker.0).execute(self.connection)?;
        }
        Ok(())
    }

    fn renew(&mut self, me: WorkerId, expires_at: Millis) -> Found<()> {
        statement::RenewLease::new(expires_at, me.0).execute(self.connection)?;
        Ok(())
    }

    fn write(&mut self, changes: &Changes, next_task: Option<i64>) -> Found<()> {
        writes::write(self.connection, changes, next_task)
    }

    fn standing(&mut self, task: TaskId, me: WorkerId, held_since: Millis) -> Found<Standing> {
        reads::standing(self.connection, task, me, held_since)
    }
}
