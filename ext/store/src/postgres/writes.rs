//! Rows that turns write: for each table one statement, however many rows, and all of them on their way at once. Every
//! update names the rows as the turn had read them, and has the server count them.

use std::collections::HashMap;

use diesel_async::RunQueryDsl;
use tasker_domain::ids::{Millis, StepId, TemplateId};
use tasker_domain::rows::{AttemptEnd, AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::template::Template;
use tasker_domain::working::Changes;

use super::fate::Traces;
use super::memory::Learned;
use super::sending::Sending;
use super::statement;
use super::transaction::{PgTx, get, load};
use crate::rows::number;
use crate::tx::Found;

pub(super) fn put_template(
    tx: &mut PgTx<'_>,
    template: &Template,
    definition: &str,
    now: Millis,
) -> Found<(TemplateId, bool)> {
    if let Some(id) = newest(tx, template, definition)? {
        return Ok((id, false));
    }
    // Looked at again once nobody else can store it.
    tx.run(statement::LockTemplates::new())?;
    if let Some(id) = newest(tx, template, definition)? {
        return Ok((id, false));
    }
    let Template {
        namespace,
        name,
        version,
        ..
    } = template;
    let steps = i32::try_from(template.steps.len()).unwrap_or(i32::MAX);
    let id: i64 = get!(
        tx,
        statement::PutTemplate::new(namespace, name, version, definition, steps, now)
    )?;
    Ok((TemplateId(id), true))
}

/// The newest text of this version, if it is this one.
fn newest(tx: &mut PgTx<'_>, template: &Template, definition: &str) -> Found<Option<TemplateId>> {
    let Template {
        namespace,
        name,
        version,
        ..
    } = template;
    let rows: Vec<(i64, String)> = load!(tx, statement::NewestText::new(namespace, name, version))?;
    let same = rows
        .as_slice()
        .first()
        .filter(|(_, text)| text == definition);
    Ok(same.map(|(id, _)| TemplateId(*id)))
}

pub(super) fn write(tx: &mut PgTx<'_>, changes: &Changes) -> Found<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let sending = &mut tx.sending;
    put_tasks(sending, &changes.new_tasks);
    put_steps(sending, &changes.new_steps);
    put_keys(sending, changes);
    set_tasks(sending, &changes.tasks);
    set_steps(sending, changes);
    put_attempts(sending, &changes.attempts);
    put_transitions(sending, &changes.transitions);
    tx.learned = Learned::from(changes);
    let id = match tx.answers.id.take() {
        Some(id) => id,
        // It held no row when it began.
        None => get!(tx, statement::TransactionId::new())?,
    };
    tx.traces = Some(Traces::new(id, changes));
    Ok(())
}

/// A column of some rows.
fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

fn put_tasks(sending: &mut Sending<'_>, tasks: &[(TaskRow, TaskDetails)]) {
    if tasks.is_empty() {
        return;
    }
    sending.add(statement::PutTasks::new(
        &column(tasks, |(row, _)| row.id.0),
        &column(tasks, |(row, _)| row.template.0),
        &column(tasks, |(row, _)| row.state.as_str()),
        &column(tasks, |(row, _)| row.paused),
        &column(tasks, |(row, _)| row.priority),
        &column(tasks, |(row, _)| number(row.step_count)),
        &column(tasks, |(row, _)| number(row.done_steps)),
        &column(tasks, |(row, _)| number(row.failed_steps)),
        &column(tasks, |(row, _)| number(row.live_steps)),
        &column(tasks, |(row, _)| row.created_at),
        &column(tasks, |(row, _)| row.started_at),
        &column(tasks, |(row, _)| row.completed_at),
        &column(tasks, |(row, _)| row.deadline_at),
    ));
    if tasks.is_empty() {
        return;
    }
    sending.add(statement::PutDetails::new(
        &column(tasks, |(_, details)| details.id.0),
        &column(tasks, |(_, details)| &*details.context),
        &column(tasks, |(_, details)| details.run_at),
        &column(tasks, |(_, details)| details.idempotency_key.as_deref()),
        &column(tasks, |(_, details)| details.initiator.as_deref()),
        &column(tasks, |(_, details)| details.source_system.as_deref()),
        &column(tasks, |(_, details)| details.reason.as_deref()),
        &column(tasks, |(_, details)| details.tags.as_deref()),
        &column(tasks, |(_, details)| details.correlation_id.as_deref()),
    ));
}

fn put_steps(sending: &mut Sending<'_>, steps: &[StepRow]) {
    if steps.is_empty() {
        return;
    }
    sending.add(statement::PutSteps::new(
        &column(steps, |row| row.id.0),
        &column(steps, |row| row.state.as_str()),
        &column(steps, |row| row.gate.as_str()),
        &column(steps, |row| row.priority),
        &column(steps, |row| number(row.pending_parents)),
        &column(steps, |row| row.ready_at),
        &column(steps, |row| number(row.attempts)),
        &column(steps, |row| number(row.attempt_limit)),
        &column(steps, |row| row.fence),
        &column(steps, |row| row.worker.map(|worker| worker.0)),
        &column(steps, |row| row.started_at),
        &column(steps, |row| row.deadline_at),
        &column(steps, |row| row.completed_at),
        &column(steps, |row| row.queue),
        &column(steps, |row| row.queued_at),
    ));
}

fn put_keys(sending: &mut Sending<'_>, changes: &Changes) {
    let keys = &changes.new_keys;
    if keys.is_empty() {
        return;
    }
    sending.add(statement::PutKeys::new(
        &column(keys, |(namespace, ..)| namespace.as_str()),
        &column(keys, |(_, name, ..)| name.as_str()),
        &column(keys, |(_, _, key, _)| key.as_str()),
        &column(keys, |(.., task)| task.0),
    ));
}

fn set_tasks(sending: &mut Sending<'_>, tasks: &[(TaskRow, TaskRow)]) {
    if tasks.is_empty() {
        return;
    }
    sending.add(statement::SetTasks::new(
        &column(tasks, |(_, new)| new.id.0),
        &column(tasks, |(_, new)| new.state.as_str()),
        &column(tasks, |(_, new)| new.paused),
        &column(tasks, |(_, new)| number(new.done_steps)),
        &column(tasks, |(_, new)| number(new.failed_steps)),
        &column(tasks, |(_, new)| number(new.live_steps)),
        &column(tasks, |(_, new)| new.started_at),
        &column(tasks, |(_, new)| new.completed_at),
        &column(tasks, |(_, new)| new.deadline_at),
        &column(tasks, |(old, _)| old.state.as_str()),
        &column(tasks, |(old, _)| number(old.done_steps)),
        &column(tasks, |(old, _)| number(old.failed_steps)),
        &column(tasks, |(old, _)| number(old.live_steps)),
        tasks.len() as i64,
    ));
}

fn set_steps(sending: &mut Sending<'_>, changes: &Changes) {
    let steps = &changes.steps;
    let results: HashMap<StepId, &str> = changes
        .results
        .iter()
        .map(|(id, result)| (*id, &**result))
        .collect();
    if steps.is_empty() {
        return;
    }
    sending.add(statement::SetSteps::new(
        &column(steps, |(_, new)| new.id.0),
        &column(steps, |(_, new)| new.state.as_str()),
        &column(steps, |(_, new)| new.gate.as_str()),
        &column(steps, |(_, new)| number(new.pending_parents)),
        &column(steps, |(_, new)| new.ready_at),
        &column(steps, |(_, new)| number(new.attempts)),
        &column(steps, |(_, new)| number(new.attempt_limit)),
        &column(steps, |(_, new)| new.fence),
        &column(steps, |(_, new)| new.worker.map(|worker| worker.0)),
        &column(steps, |(_, new)| new.started_at),
        &column(steps, |(_, new)| new.deadline_at),
        &column(steps, |(_, new)| new.completed_at),
        &column(steps, |(_, new)| new.queued_at),
        &column(steps, |(_, new)| results.get(&new.id).copied()),
        &column(steps, |(old, _)| old.state.as_str()),
        &column(steps, |(old, _)| old.fence),
        &column(steps, |(old, _)| number(old.pending_parents)),
        steps.len() as i64,
    ));
}

/// The row of a complete step tells of the attempt that completed it.
fn put_attempts(sending: &mut Sending<'_>, attempts: &[AttemptRow]) {
    let rest: Vec<&AttemptRow> = attempts
        .iter()
        .filter(|row| row.end != AttemptEnd::Complete)
        .collect();
    if rest.is_empty() {
        return;
    }
    sending.add(statement::PutAttempts::new(
        &column(&rest, |row| row.step.0),
        &column(&rest, |row| row.fence),
        &column(&rest, |row| number(row.attempt)),
        &column(&rest, |row| row.worker.map(|worker| worker.0)),
        &column(&rest, |row| row.ready_at),
        &column(&rest, |row| row.started_at),
        &column(&rest, |row| row.ended_at),
        &column(&rest, |row| row.end.as_str()),
        &column(&rest, |row| row.error.as_deref()),
    ));
}

fn put_transitions(sending: &mut Sending<'_>, transitions: &[TransitionRow]) {
    if transitions.is_empty() {
        return;
    }
    sending.add(statement::PutTransitions::new(
        &column(transitions, |row| row.task.0),
        &column(transitions, |row| row.position.map(i32::from)),
        &column(transitions, |row| row.at),
        &column(transitions, |row| row.from),
        &column(transitions, |row| row.to),
        &column(transitions, |row| row.worker.0),
        &column(transitions, |row| row.reason.as_deref()),
    ));
}
