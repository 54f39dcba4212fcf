//! [`Sight`] for PostgreSQL.

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tasker_domain::ids::{StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::working::Edition;

use super::fault::Fault;
use super::statement;
use super::transaction::numbers;
use crate::StoreError;
use crate::rows::{self, AttemptTuple, DetailsTuple, StepTuple, TaskTuple, TransitionTuple};
use crate::sight::Sight;
use crate::tx::{Found, Standing};
use crate::view::Filter;

/// A connection, within a transaction that sees one moment.
pub(super) struct PgSight<'a> {
    pub(super) connection: &'a mut AsyncPgConnection,
    /// What was heard when the connection was lost.
    pub(super) lost: Option<String>,
}

impl PgSight<'_> {
    fn note<T>(&mut self, said: diesel::QueryResult<T>) -> Found<T> {
        said.map_err(|error| match Fault::from(error) {
            Fault::Refused(error) => error,
            Fault::Lost(detail) => {
                self.lost = Some(detail.clone());
                StoreError::Database(detail)
            }
        })
    }
}

/// Every row that a statement gives.
macro_rules! load {
    ($sight:expr, $statement:expr) => {{
        let said = $statement.load($sight.connection).await;
        $sight.note(said)
    }};
}

/// The one row that a statement gives.
macro_rules! get {
    ($sight:expr, $statement:expr) => {{
        let said = $statement.get_result($sight.connection).await;
        $sight.note(said)
    }};
}

impl Sight for PgSight<'_> {
    async fn tasks(&mut self, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
        let ids = numbers(ids, |id| id.0);
        let loaded: Vec<TaskTuple> = load!(self, statement::TasksToRead::new(&ids))?;
        loaded.into_iter().map(rows::task).collect()
    }

    async fn steps(&mut self, ids: &[StepId]) -> Found<Vec<StepRow>> {
        let ids = numbers(ids, |id| id.0);
        let loaded: Vec<StepTuple> = load!(self, statement::StepsByIds::new(&ids))?;
        loaded.into_iter().map(rows::step).collect()
    }

    async fn steps_of(&mut self, task: TaskId) -> Found<Vec<StepRow>> {
        let (first, last) = task.step_range();
        let loaded: Vec<StepTuple> = load!(self, statement::StepsOfTask::new(first.0, last.0))?;
        loaded.into_iter().map(rows::step).collect()
    }

    async fn details(&mut self, task: TaskId) -> Found<TaskDetails> {
        let row: DetailsTuple = get!(self, statement::Details::new(task.0))?;
        Ok(rows::details(task, row))
    }

    async fn results(&mut self, ids: &[StepId]) -> Found<Vec<(StepId, String)>> {
        let ids = numbers(ids, |id| id.0);
        let loaded: Vec<(i64, String)> = load!(self, statement::Results::new(&ids))?;
        Ok(loaded
            .into_iter()
            .map(|(id, text)| (StepId(id), text))
            .collect())
    }

    async fn results_of(&mut self, task: TaskId) -> Found<Vec<(StepId, String)>> {
        let (first, last) = task.step_range();
        let loaded: Vec<(i64, String)> =
            load!(self, statement::ResultsOfTask::new(first.0, last.0))?;
        Ok(loaded
            .into_iter()
            .map(|(id, text)| (StepId(id), text))
            .collect())
    }

    async fn attempts_of(&mut self, task: TaskId, steps: &[StepRow]) -> Found<Vec<AttemptRow>> {
        let (first, last) = task.step_range();
        let loaded: Vec<AttemptTuple> =
            load!(self, statement::AttemptsOfTask::new(first.0, last.0))?;
        let mut attempts: Vec<AttemptRow> = loaded
            .into_iter()
            .map(rows::attempt)
            .collect::<Found<_>>()?;
        attempts.extend(steps.iter().filter_map(rows::completing));
        attempts.sort_unstable_by_key(|row| (row.step, row.fence));
        Ok(attempts)
    }

    async fn transitions_of(&mut self, task: TaskId) -> Found<Vec<TransitionRow>> {
        let loaded: Vec<TransitionTuple> = load!(self, statement::TransitionsOfTask::new(task.0))?;
        loaded
            .into_iter()
            .map(|row| rows::transition(task, row))
            .collect()
    }

    async fn worker_names(&mut self, ids: &[WorkerId]) -> Found<Vec<(WorkerId, String)>> {
        let ids = numbers(ids, |id| id.0);
        let loaded: Vec<(i64, String)> = load!(self, statement::WorkerNames::new(&ids))?;
        Ok(loaded
            .into_iter()
            .map(|(id, name)| (WorkerId(id), name))
            .collect())
    }

    async fn definitions(&mut self, ids: &[TemplateId]) -> Found<Vec<(TemplateId, String)>> {
        let ids = numbers(ids, |id| id.0);
        let loaded: Vec<(i64, String)> = load!(self, statement::Definitions::new(&ids))?;
        Ok(loaded
            .into_iter()
            .map(|(id, text)| (TemplateId(id), text))
            .collect())
    }

    async fn editions(&mut self, namespace: &str, name: &str) -> Found<Vec<Edition>> {
        let loaded: Vec<(i64, String)> = load!(self, statement::Editions::new(namespace, name))?;
        Ok(loaded
            .into_iter()
            .map(|(id, version)| Edition {
                version,
                id: TemplateId(id),
            })
            .collect())
    }

    async fn template_names(&mut self) -> Found<Vec<String>> {
        let loaded: Vec<(String, String)> = load!(self, statement::TemplateNames::new())?;
        Ok(loaded
            .into_iter()
            .map(|(namespace, name)| format!("{namespace}/{name}"))
            .collect())
    }

    async fn templates(&mut self) -> Found<Vec<(i64, String, String, String, i32)>> {
        load!(self, statement::AllTemplates::new())
    }

    async fn listed(&mut self, filter: &Filter) -> Found<Vec<TaskId>> {
        let before = filter.before.map_or(i64::MAX, |id| id.0);
        let (namespace, name) = (filter.namespace.as_deref(), filter.name.as_deref());
        let limit = i64::from(filter.limit);
        let ids: Vec<i64> = match filter.status {
            Some(state) => load!(
                self,
                statement::ListByState::new(
                    state.as_str(),
                    before,
                    namespace,
                    namespace,
                    name,
                    name,
                    limit
                )
            )?,
            None => load!(
                self,
                statement::ListAll::new(before, namespace, namespace, name, name, limit)
            )?,
        };
        Ok(ids.into_iter().map(TaskId).collect())
    }

    async fn standing(&mut self, task: TaskId) -> Found<Standing> {
        let (first, last) = task.step_range();
        let (_, held): (i64, i64) = get!(self, statement::HeldOfTask::new(0, 0, first.0, last.0))?;
        let claimable: i64 = get!(self, statement::CountClaimable::new(first.0, last.0))?;
        let next_run_at = get!(self, statement::NextTimed::new(first.0, last.0))?;
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Standing {
            held_here: 0,
            held_elsewhere: small(held),
            claimable: small(claimable),
            next_run_at,
        })
    }

    async fn count_active(&mut self) -> Found<i64> {
        get!(self, statement::CountActive::new())
    }

    async fn database_id(&mut self) -> Found<i64> {
        get!(self, statement::DatabaseId::new())
    }
}
