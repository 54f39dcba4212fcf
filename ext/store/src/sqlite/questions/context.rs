//! The rows of everything about a task.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use tasker_domain::ids::{StepId, TaskId, WorkerId};
use tasker_domain::rows::{AttemptRow, StepRow, TaskDetails, TransitionRow};
use tasker_domain::state::{StepState, TaskState};

use super::Asked;
use crate::sqlite::rows::{array, count, ending, label, word};
use crate::sqlite::{reads, statement};
use crate::tx::Found;
use crate::view::ContextRows;

impl Asked<'_> {
    pub(super) fn context(&mut self, id: TaskId) -> Found<String> {
        let task = self.task(id)?;
        let template = self.template(task.template)?;
        let steps = reads::steps_of(self.connection, id)?;
        let (first, last) = id.step_range();
        let results: Vec<(i64, String)> =
            statement::ResultsOfTask::new(first.0, last.0).load(self.connection)?;
        let attempts = self.attempts(id)?;
        let transitions = self.transitions(id)?;
        let workers = self.workers(&steps, &attempts, &transitions)?;
        let details = self.details(id)?;
        let rows = ContextRows {
            task,
            details,
            template: &template,
            steps,
            results: results
                .into_iter()
                .map(|(id, text)| (StepId(id), text))
                .collect(),
            attempts,
            transitions,
            workers,
        };
        Ok(rows.render())
    }

    fn details(&mut self, id: TaskId) -> Found<TaskDetails> {
        type Row = (
            String,
            Option<i64>,
            Option<String>,
            Option<String>,
            Option<String>,
            Option<String>,
            Option<String>,
            Option<String>,
        );
        let row: Row = statement::Details::new(id.0).get_result(self.connection)?;
        let (
            context,
            run_at,
            idempotency_key,
            initiator,
            source_system,
            reason,
            tags,
            correlation_id,
        ) = row;
        let context = Arc::from(context);
        Ok(TaskDetails {
            id,
            context,
            run_at,
            idempotency_key,
            initiator,
            source_system,
            reason,
            tags,
            correlation_id,
        })
    }

    fn attempts(&mut self, id: TaskId) -> Found<Vec<AttemptRow>> {
        type Row = (
            i64,
            i64,
            i32,
            Option<i64>,
            Option<i64>,
            Option<i64>,
            i64,
            String,
            Option<String>,
        );
        let (first, last) = id.step_range();
        let rows: Vec<Row> =
            statement::AttemptsOfTask::new(first.0, last.0).load(self.connection)?;
        let made = rows.into_iter().map(
            |(step, fence, attempt, worker, ready_at, started_at, ended_at, end, error)| {
                Ok(AttemptRow {
                    step: StepId(step),
                    fence,
                    attempt: count(attempt),
                    worker: worker.map(WorkerId),
                    ready_at,
                    started_at,
                    ended_at,
                    end: ending(&end)?,
                    error: error.map(Arc::from),
                })
            },
        );
        made.collect()
    }

    fn transitions(&mut self, id: TaskId) -> Found<Vec<TransitionRow>> {
        type Row = (Option<i32>, i64, String, String, i64, Option<String>);
        let rows: Vec<Row> = statement::TransitionsOfTask::new(id.0).load(self.connection)?;
        let made = rows
            .into_iter()
            .map(|(position, at, from, to, worker, reason)| {
                let position = position.and_then(|position| u16::try_from(position).ok());
                let word = |text: &str| match position {
                    None => word::<TaskState>(text).map(TaskState::as_str),
                    Some(_) => word::<StepState>(text).map(StepState::as_str),
                };
                let (from, to) = (word(&from)?, word(&to)?);
                Ok(TransitionRow {
                    task: id,
                    position,
                    at,
                    from,
                    to,
                    worker: WorkerId(worker),
                    reason,
                })
            });
        made.collect()
    }

    fn workers(
        &mut self,
        steps: &[StepRow],
        attempts: &[AttemptRow],
        transitions: &[TransitionRow],
    ) -> Found<HashMap<WorkerId, String>> {
        let mut ids: BTreeSet<i64> = steps
            .iter()
            .filter_map(|step| step.worker)
            .map(|worker| worker.0)
            .collect();
        ids.extend(
            attempts
                .iter()
                .filter_map(|attempt| attempt.worker)
                .map(|worker| worker.0),
        );
        ids.extend(transitions.iter().map(|transition| transition.worker.0));
        let ids = array(ids);
        let rows: Vec<(i64, String)> = statement::WorkerNames::new(&ids).load(self.connection)?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (WorkerId(id), label(&name).to_owned()))
            .collect())
    }
}
