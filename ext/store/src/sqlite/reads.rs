//! Rows that turns load.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{StepRow, TaskRow};
use tasker_domain::rules::claim;
use tasker_domain::working::Edition;

use super::array::array;
use super::statement;
use crate::rows::{self, StepTuple, TaskTuple};
use crate::tx::{Found, Key, Source, Standing};

pub(super) fn steps(connection: &mut SqliteConnection, ids: &[StepId]) -> Found<Vec<StepRow>> {
    let ids = array(ids.iter().map(|id| id.0));
    let loaded: Vec<StepTuple> = statement::StepsByIds::new(&ids).load(connection)?;
    loaded.into_iter().map(rows::step).collect()
}

pub(super) fn steps_of(connection: &mut SqliteConnection, task: TaskId) -> Found<Vec<StepRow>> {
    let (first, last) = task.step_range();
    let loaded: Vec<StepTuple> = statement::StepsOfTask::new(first.0, last.0).load(connection)?;
    loaded.into_iter().map(rows::step).collect()
}

pub(super) fn tasks(connection: &mut SqliteConnection, ids: &[TaskId]) -> Found<Vec<TaskRow>> {
    let ids = array(ids.iter().map(|id| id.0));
    let loaded: Vec<TaskTuple> = statement::TasksByIds::new(&ids).load(connection)?;
    loaded.into_iter().map(rows::task).collect()
}

pub(super) fn claimable(
    connection: &mut SqliteConnection,
    source: Source<'_>,
    limit: u32,
) -> Found<Vec<StepRow>> {
    let most = i64::from(limit);
    let loaded: Vec<StepTuple> = match source {
        Source::Any => statement::ClaimableOfAny::new(most).load(connection)?,
        Source::Task(task) => {
            let (first, last) = task.step_range();
            statement::ClaimableOfTask::new(first.0, last.0, most).load(connection)?
        }
        Source::Queues(queues) => return claimable_of(connection, queues, limit),
    };
    loaded.into_iter().map(rows::step).collect()
}

/// The first of several queues: each is read in its order, and they are merged.
fn claimable_of(
    connection: &mut SqliteConnection,
    queues: &[i64],
    limit: u32,
) -> Found<Vec<StepRow>> {
    let mut merged = Vec::new();
    for queue in queues {
        let first = statement::ClaimableOfQueue::new(*queue, i64::from(limit));
        let loaded: Vec<StepTuple> = first.load(connection)?;
        for row in loaded {
            merged.push(rows::step(row)?);
        }
    }
    merged.sort_unstable_by_key(claim::rank);
    merged.truncate(limit as usize);
    Ok(merged)
}

pub(super) fn definitions(
    connection: &mut SqliteConnection,
    ids: &[TemplateId],
) -> Found<Vec<(TemplateId, String)>> {
    let ids = array(ids.iter().map(|id| id.0));
    let loaded: Vec<(i64, String)> = statement::Definitions::new(&ids).load(connection)?;
    Ok(loaded
        .into_iter()
        .map(|(id, text)| (TemplateId(id), text))
        .collect())
}

pub(super) fn editions(
    connection: &mut SqliteConnection,
    namespace: &str,
    name: &str,
) -> Found<Vec<Edition>> {
    let loaded: Vec<(i64, String)> = statement::Editions::new(namespace, name).load(connection)?;
    Ok(loaded
        .into_iter()
        .map(|(id, version)| Edition {
            version,
            id: TemplateId(id),
        })
        .collect())
}

pub(super) fn template_names(connection: &mut SqliteConnection) -> Found<Vec<String>> {
    let loaded: Vec<(String, String)> = statement::TemplateNames::new().load(connection)?;
    Ok(loaded
        .into_iter()
        .map(|(namespace, name)| format!("{namespace}/{name}"))
        .collect())
}

pub(super) fn keys(connection: &mut SqliteConnection, keys: &[Key]) -> Found<Vec<(Key, TaskId)>> {
    let mut found = Vec::new();
    for key in keys {
        let (namespace, name, text) = key;
        let task: Option<i64> = statement::KeyedTask::new(namespace, name, text)
            .get_result(connection)
            .optional()?;
        found.extend(task.map(|task| (key.clone(), TaskId(task))));
    }
    Ok(found)
}

pub(super) fn standing(
    connection: &mut SqliteConnection,
    task: TaskId,
    me: WorkerId,
    held_since: Millis,
) -> Found<Standing> {
    let (first, last) = task.step_range();
    let (here, all): (i64, i64) =
        statement::HeldOfTask::new(me.0, held_since, first.0, last.0).get_result(connection)?;
    let claimable: i64 = statement::CountClaimable::new(first.0, last.0).get_result(connection)?;
    let next_run_at: Option<i64> =
        statement::NextTimed::new(first.0, last.0).get_result(connection)?;
    let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(Standing {
        held_here: small(here),
        held_elsewhere: small(all - here),
        claimable: small(claimable),
        next_run_at,
    })
}
