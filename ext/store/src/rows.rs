//! Between rows as a database gives them and rows as the rules know them.

use std::str::FromStr;
use std::sync::Arc;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use tasker_domain::ids::{StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{AttemptEnd, AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::state::{Gate, StepState, TaskState, UnknownState};
use tasker_domain::working::Edition;

use crate::StoreError;

/// A state as it is loaded: told from the bytes of the database, without a text of its own.
#[derive(Debug, FromSqlRow)]
pub(crate) struct Word<T>(pub(crate) T);

impl<T: FromStr<Err = UnknownState>> FromSql<Text, Sqlite> for Word<T> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Word(value.read_text().parse()?))
    }
}

impl<T: FromStr<Err = UnknownState>> FromSql<Text, Pg> for Word<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Word(std::str::from_utf8(value.as_bytes())?.parse()?))
    }
}

/// A step as it is loaded.
pub(crate) type StepTuple = (
    i64,
    Word<StepState>,
    Word<Gate>,
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
    i64,
    Option<i64>,
);

/// A task as it is loaded.
pub(crate) type TaskTuple = (
    i64,
    i64,
    Word<TaskState>,
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

/// Types of a [`StepTuple`]'s columns.
pub(crate) type StepSql = (
    BigInt,
    Text,
    Text,
    Integer,
    Integer,
    Nullable<BigInt>,
    Integer,
    Integer,
    BigInt,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    BigInt,
    Nullable<BigInt>,
);

/// Types of a [`TaskTuple`]'s columns.
pub(crate) type TaskSql = (
    BigInt,
    BigInt,
    Text,
    Integer,
    Integer,
    Integer,
    Integer,
    Integer,
    Integer,
    BigInt,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
);

/// What is said of a task once, as it is loaded: context, run_at, idempotency_key, initiator, source_system, reason, tags,
/// correlation_id.
pub(crate) type DetailsTuple = (
    String,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// An attempt as it is loaded: step, fence, attempt, worker, ready_at, started_at, ended_at, ending, error.
pub(crate) type AttemptTuple = (
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

/// A transition as it is loaded: position, at, from, to, worker, reason.
pub(crate) type TransitionTuple = (Option<i32>, i64, String, String, i64, Option<String>);

/// A word of the database, as a state.
pub(crate) fn word<T: FromStr<Err = UnknownState>>(text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|unknown: UnknownState| StoreError::Corrupt(unknown.to_string()))
}

/// A count of the database; a CHECK keeps it from being negative.
pub(crate) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// A count for the database; templates are too small for it to overflow.
pub(crate) fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(crate) fn step(row: StepTuple) -> Result<StepRow, StoreError> {
    let (
        id,
        Word(state),
        Word(gate),
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
        queue,
        queued_at,
    ) = row;
    Ok(StepRow {
        id: StepId(id),
        state,
        gate,
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
        queue,
        queued_at,
    })
}

pub(crate) fn task(row: TaskTuple) -> Result<TaskRow, StoreError> {
    let (
        id,
        template,
        Word(state),
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
        state,
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

pub(crate) fn editions(rows: Vec<(i64, String)>) -> Vec<Edition> {
    let edition = |(id, version)| Edition {
        version,
        id: TemplateId(id),
    };
    rows.into_iter().map(edition).collect()
}

pub(crate) fn ending(text: &str) -> Result<AttemptEnd, StoreError> {
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

/// The part of a worker's name that is for people; what follows the first bar proves its identity.
pub(crate) fn label(name: &str) -> &str {
    name.split('|').next().unwrap_or(name)
}

pub(crate) fn details(id: TaskId, row: DetailsTuple) -> TaskDetails {
    let (context, run_at, idempotency_key, initiator, source_system, reason, tags, correlation_id) =
        row;
    let context = Arc::from(context);
    TaskDetails {
        id,
        context,
        run_at,
        idempotency_key,
        initiator,
        source_system,
        reason,
        tags,
        correlation_id,
    }
}

pub(crate) fn attempt(row: AttemptTuple) -> Result<AttemptRow, StoreError> {
    let (step, fence, attempt, worker, ready_at, started_at, ended_at, end, error) = row;
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
}

/// The attempt that completed a step: its row tells of it.
pub(crate) fn completing(step: &StepRow) -> Option<AttemptRow> {
    let ended_at = step.completed_at?;
    (step.state == StepState::Complete).then_some(AttemptRow {
        step: step.id,
        fence: step.fence,
        attempt: step.attempts,
        worker: step.worker,
        ready_at: step.ready_at,
        started_at: step.started_at,
        ended_at,
        end: AttemptEnd::Complete,
        error: None,
    })
}

pub(crate) fn transition(task: TaskId, row: TransitionTuple) -> Result<TransitionRow, StoreError> {
    let (position, at, from, to, worker, reason) = row;
    let position = position.and_then(|position| u16::try_from(position).ok());
    let state = |text: &str| match position {
        None => word::<TaskState>(text).map(TaskState::as_str),
        Some(_) => word::<StepState>(text).map(StepState::as_str),
    };
    let (from, to) = (state(&from)?, state(&to)?);
    Ok(TransitionRow {
        task,
        position,
        at,
        from,
        to,
        worker: WorkerId(worker),
        reason,
    })
}
