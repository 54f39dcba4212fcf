//! Rows that turns write. Those that they change are in `changed.rs`.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{Millis, StepId, TemplateId, WorkerId};
use tasker_domain::rows::{AttemptEnd, AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::template::Template;
use tasker_domain::working::Changes;

use super::{changed, statement};
use crate::rows::number;
use crate::tx::Found;

pub(super) fn enroll(
    connection: &mut SqliteConnection,
    name: &str,
    now: Millis,
    expires: Millis,
) -> Found<WorkerId> {
    Ok(WorkerId(
        statement::Enroll::new(name, now, expires).get_result(connection)?,
    ))
}

pub(super) fn put_template(
    connection: &mut SqliteConnection,
    template: &Template,
    definition: &str,
    now: Millis,
) -> Found<(TemplateId, bool)> {
    let Template {
        namespace,
        name,
        version,
        ..
    } = template;
    let newest: Option<(i64, String)> = statement::NewestText::new(namespace, name, version)
        .get_result(connection)
        .optional()?;
    if let Some((id, text)) = newest
        && text == definition
    {
        return Ok((TemplateId(id), false));
    }
    let steps = i32::try_from(template.steps.len()).unwrap_or(i32::MAX);
    let id = statement::PutTemplate::new(namespace, name, version, definition, steps, now)
        .get_result(connection)?;
    Ok((TemplateId(id), true))
}

pub(super) fn write(connection: &mut SqliteConnection, changes: &Changes) -> Found<()> {
    for (row, details) in &changes.new_tasks {
        put_task(connection, row, details)?;
    }
    for row in &changes.new_steps {
        put_step(connection, row)?;
    }
    for (namespace, name, key, task) in &changes.new_keys {
        statement::PutKey::new(namespace, name, key, task.0).execute(connection)?;
    }
    for (old, new) in &changes.tasks {
        changed::set_task(connection, old, new)?;
    }
    for (old, new) in &changes.steps {
        changed::set_step(connection, old, new, result_of(changes, new.id))?;
    }
    // The row of a complete step tells of the attempt that completed it.
    let ended = changes.attempts.iter();
    for row in ended.filter(|row| row.end != AttemptEnd::Complete) {
        put_attempt(connection, row)?;
    }
    for row in &changes.transitions {
        put_transition(connection, row)?;
    }
    Ok(())
}

/// The result that the turn gave the step.
fn result_of(changes: &Changes, step: StepId) -> Option<&str> {
    let results = &changes.results;
    let place = results.binary_search_by_key(&step, |(id, _)| *id).ok()?;
    results.get(place).map(|(_, result)| &**result)
}

fn put_task(connection: &mut SqliteConnection, row: &TaskRow, details: &TaskDetails) -> Found<()> {
    statement::PutTask::new(
        row.id.0,
        row.template.0,
        row.state.as_str(),
        i32::from(row.paused),
        row.priority,
        number(row.step_count),
        number(row.done_steps),
        number(row.failed_steps),
        number(row.live_steps),
        row.created_at,
        row.started_at,
        row.completed_at,
        row.deadline_at,
    )
    .execute(connection)?;
    statement::PutDetails::new(
        details.id.0,
        &details.context,
        details.run_at,
        details.idempotency_key.as_deref(),
        details.initiator.as_deref(),
        details.source_system.as_deref(),
        details.reason.as_deref(),
        details.tags.as_deref(),
        details.correlation_id.as_deref(),
    )
    .execute(connection)?;
    Ok(())
}

fn put_step(connection: &mut SqliteConnection, row: &StepRow) -> Found<()> {
    statement::PutStep::new(
        row.id.0,
        row.state.as_str(),
        row.gate.as_str(),
        row.priority,
        number(row.pending_parents),
        row.ready_at,
        number(row.attempts),
        number(row.attempt_limit),
        row.fence,
        row.worker.map(|worker| worker.0),
        row.started_at,
        row.deadline_at,
        row.completed_at,
        row.queue,
        row.queued_at,
    )
    .execute(connection)?;
    Ok(())
}

fn put_attempt(connection: &mut SqliteConnection, row: &AttemptRow) -> Found<()> {
    statement::PutAttempt::new(
        row.step.0,
        row.fence,
        number(row.attempt),
        row.worker.map(|worker| worker.0),
        row.ready_at,
        row.started_at,
        row.ended_at,
        row.end.as_str(),
        row.error.as_deref(),
    )
    .execute(connection)?;
    Ok(())
}

fn put_transition(connection: &mut SqliteConnection, row: &TransitionRow) -> Found<()> {
    statement::PutTransition::new(
        row.task.0,
        row.position.map(i32::from),
        row.at,
        row.from,
        row.to,
        row.worker.0,
        row.reason.as_deref(),
    )
    .execute(connection)?;
    Ok(())
}
