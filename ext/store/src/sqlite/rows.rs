//! Between rows as SQLite gives them and rows as the rules know them.

use std::str::FromStr;

use tasker_domain::ids::{StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{AttemptEnd, StepRow, TaskRow};

use crate::StoreError;

/// A step as it is loaded.
pub(super) type StepTuple = (
    i64,
    String,
    String,
    i32,
    i32,
    Option<i64>,
    i32,
    i32,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

/// A task as it is loaded.
pub(super) type TaskTuple = (
    i64,
    i64,
    String,
    i32,
    i32,
    i32,
    i32,
    i32,
    i32,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

/// A word of the database, as a state.
pub(super) fn word<T: FromStr<Err = tasker_domain::state::UnknownState>>(
    text: &str,
) -> Result<T, StoreError> {
    text.parse()
        .map_err(|unknown: tasker_domain::state::UnknownState| {
            StoreError::Corrupt(unknown.to_string())
        })
}

/// A count of the database; a CHECK keeps it from being negative.
pub(super) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// A count for the database; templates are too small for it to overflow.
pub(super) fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(super) fn step(row: StepTuple) -> Result<StepRow, StoreError> {
    let (
        id,
        state,
        gate,
        priority,
        parents,
        ready_at,
        attempts,
        limit,
        fence,
        worker,
        started,
        deadline,
        completed,
    ) = row;
    Ok(StepRow {
        id: StepId(id),
        state: word(&state)?,
        gate: word(&gate)?,
        priority,
        pending_parents: count(parents),
        ready_at,
        attempts: count(attempts),
        attempt_limit: count(limit),
        fence,
        worker: worker.map(WorkerId),
        started_at: started,
        deadline_at: deadline,
        completed_at: completed,
    })
}

pub(super) fn task(row: TaskTuple) -> Result<TaskRow, StoreError> {
    let (
        id,
        template,
        state,
        paused,
        priority,
        steps,
        done,
        failed,
        live,
        created,
        started,
        completed,
        deadline,
    ) = row;
    Ok(TaskRow {
        id: TaskId(id),
        template: TemplateId(template),
        state: word(&state)?,
        paused: paused != 0,
        priority,
        step_count: count(steps),
        done_steps: count(done),
        failed_steps: count(failed),
        live_steps: count(live),
        created_at: created,
        started_at: started,
        completed_at: completed,
        deadline_at: deadline,
    })
}

pub(super) fn ending(text: &str) -> Result<AttemptEnd, StoreError> {
    [
        AttemptEnd::Complete,
        AttemptEnd::Retry,
        AttemptEnd::Error,
        AttemptEnd::Released,
        AttemptEnd::Voided,
    ]
    .into_iter()
    .find(|end| end.as_str() == text)
    .ok_or_else(|| StoreError::Corrupt(format!("unknown ending {text:?}")))
}

/// Ids as one JSON array.
pub(super) fn array(ids: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for (index, id) in ids.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(']');
    text
}

/// The part of a worker's name that is for people; what follows the first bar proves its identity.
pub(super) fn label(name: &str) -> &str {
    name.split('|').next().unwrap_or(name)
}
