//! [`Sight`] for SQLite.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::working::Edition;

use super::array::array;
use super::{reads, statement};
use crate::rows::{self, AttemptTuple, DetailsTuple, TransitionTuple};
use crate::sight::Sight;
use crate::tx::{Found, Standing};
use crate::view::Filter;

/// A connection, within a transaction that sees one moment.
pub(super) struct SqliteSight<'a> {
    pub(super) connection: &'a mut SqliteConnection,
}

impl Sight for SqliteSight<'_> {
    async fn tasks(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
        reads::tasks(self.connection, ids)
    }

    async fn steps(&mut self, ids: &[StepId]) -> Found<Vec<StepRow>> {
        reads::steps(self.connection, ids)
    }

    async fn steps_of(&mut self, task: TaskId) -> Found<Vec<StepRow>> {
        reads::steps_of(self.connection, task)
    }

    async fn details(&mut self, task: TaskId) -> Found<TaskDetails> {
        let row: DetailsTuple = statement::Details::new(task.0).get_result(self.connection)?;
        Ok(rows::details(task, row))
    }

    async fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, String)>> {
        let ids = array(ids.iter().map(|id| id.0));
        let loaded: Vec<(i64, String)> = statement::Results::new(&ids).load(self.connection)?;
        Ok(with_steps(loaded))
    }

    async fn results_of(&mut self, task: TaskId) -> Found<Vec<(StepId, String)>> {
        let (first, last) = task.step_range();
        let loaded: Vec<(i64, String)> =
            statement::ResultsOfTask::new(first.0, last.0).load(self.connection)?;
        Ok(with_steps(loaded))
    }

    async fn attempts_of(&mut self, task: TaskId, steps: &[StepRow]) -> Found<Vec<AttemptRow>> {
        let (first, last) = task.step_range();
        let loaded: Vec<AttemptTuple> =
            statement::AttemptsOfTask::new(first.0, last.0).load(self.connection)?;
        let mut attempts: Vec<AttemptRow> = loaded
            .into_iter()
            .map(rows::attempt)
            .collect::<Found<_>>()?;
        attempts.extend(steps.iter().filter_map(rows::completing));
        attempts.sort_by_key(|row| (row.step, row.fence));
        // What a file of an earlier version tells of an attempt itself comes first.
        attempts.dedup_by_key(|row| (row.step, row.fence));
        Ok(attempts)
    }

    async fn transitions_of(&mut self, task: TaskId) -> Found<Vec<TransitionRow>> {
        let loaded: Vec<TransitionTuple> =
            statement::TransitionsOfTask::new(task.0).load(self.connection)?;
        loaded
            .into_iter()
            .map(|row| rows::transition(task, row))
            .collect()
    }

    async fn worker_names(&mut self, ids: &[WorkerId]) -> Found<Vec<(WorkerId, String)>> {
        let ids = array(ids.iter().map(|id| id.0));
        let loaded: Vec<(i64, String)> = statement::WorkerNames::new(&ids).load(self.connection)?;
        Ok(loaded
            .into_iter()
            .map(|(id, name)| (WorkerId(id), name))
            .collect())
    }

    async fn definitions(&mut self, ids: &[TemplateId]) -> Found<Vec<(TemplateId, String)>> {
        reads::definitions(self.connection, ids)
    }

    async fn editions(&mut self, namespace: &str, name: &str) -> Found<Vec<Edition>> {
        reads::editions(self.connection, namespace, name)
    }

    async fn template_names(&mut self) -> Found<Vec<String>> {
        reads::template_names(self.connection)
    }

    async fn templates(&mut self) -> Found<Vec<(i64, String, String, String, i32)>> {
        Ok(statement::AllTemplates::new().load(self.connection)?)
    }

    async fn listed(&mut self, filter: &Filter) -> Found<Vec<TaskId>> {
        let before = filter.before.map_or(i64::MAX, |id| id.0);
        let (namespace, name) = (filter.namespace.as_deref(), filter.name.as_deref());
        let limit = i64::from(filter.limit);
        let ids: Vec<i64> = match filter.status {
            Some(state) => statement::ListByState::new(
                state.as_str(),
                before,
                namespace,
                namespace,
                name,
                name,
                limit,
            )
            .load(self.connection)?,
            None => statement::ListAll::new(before, namespace, namespace, name, name, limit)
                .load(self.connection)?,
        };
        Ok(ids.into_iter().map(TaskId).collect())
    }

    async fn standing(&mut self, task: TaskId) -> Found<Standing> {
        reads::standing(self.connection, task, WorkerId(0), 0)
    }

    async fn count_active(&mut self) -> Found<i64> {
        Ok(statement::CountActive::new().get_result(self.connection)?)
    }

    async fn database_id(&mut self) -> Found<i64> {
        Ok(statement::DatabaseId::new().get_result(self.connection)?)
    }
}

fn with_steps(loaded: Vec<(i64, String)>) -> Vec<(StepId, String)> {
    loaded
        .into_iter()
        .map(|(id, text)| (StepId(id), text))
        .collect()
}
