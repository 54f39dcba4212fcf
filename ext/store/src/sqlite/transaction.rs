//! [`Tx`] for SQLite.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{Json, StepRow, TaskRow};
use tasker_domain::template::Template;
use tasker_domain::working::{Changes, Edition};

use super::{reads, statement, sweep, writes};
use crate::tx::{Due, Found, Key, Source, Standing, Tx};

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

    fn tasks_to_claim(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
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

    fn task_ids(&mut self, count: u32) -> Found<Vec<TaskId>> {
        let count = i64::from(count);
        let next: i64 = statement::ReserveTasks::new(count).get_result(self.connection)?;
        let ids = (next - count..next).map(TaskId);
        Ok(ids.take_while(|id| id.is_possible()).collect())
    }

    fn claimable(&mut self, source: Source<'_>, limit: u32) -> Found<Vec<StepRow>> {
        reads::claimable(self.connection, source, limit)
    }

    fn contexts(&mut self, ids: &[TaskId]) -> Found<Vec<(TaskId, Json)>> {
        let ids = super::array::array(ids.iter().map(|id| id.0));
        let rows: Vec<(i64, String)> = statement::Contexts::new(&ids).load(self.connection)?;
        Ok(rows
            .into_iter()
            .map(|(id, text)| (TaskId(id), Arc::from(text)))
            .collect())
    }

    fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, Json)>> {
        let ids = super::array::array(ids.iter().map(|id| id.0));
        let rows: Vec<(i64, String)> = statement::Results::new(&ids).load(self.connection)?;
        Ok(rows
            .into_iter()
            .map(|(id, text)| (StepId(id), Arc::from(text)))
            .collect())
    }

    fn due(
        &mut self,
        now: Millis,
        me: WorkerId,
        dead: &[WorkerId],
        spare_silent: bool,
    ) -> Found<Due> {
        sweep::due(self.connection, now, me, dead, spare_silent)
    }

    fn renew(&mut self, me: WorkerId, expires_at: Millis) -> Found<()> {
        statement::RenewLease::new(expires_at, me.0).execute(self.connection)?;
        Ok(())
    }

    fn write(&mut self, changes: &Changes) -> Found<()> {
        writes::write(self.connection, changes)
    }

    fn standing(&mut self, task: TaskId, me: WorkerId, held_since: Millis) -> Found<Standing> {
        reads::standing(self.connection, task, me, held_since)
    }
}
