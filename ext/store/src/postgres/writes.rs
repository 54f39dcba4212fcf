//! Rows that turns write: for each table one statement, however many rows, and all of them on their way at once. Every
//! update names the rows as the turn had read them, and counts them.

use std::collections::HashMap;

use diesel::query_builder::{QueryFragment, QueryId};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{BoxFuture, FutureExt, try_join, try_join_all};
use tasker_domain::ids::{Millis, StepId, TemplateId};
use tasker_domain::rows::{AttemptEnd, AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::template::Template;
use tasker_domain::working::Changes;

use super::fate::Traces;
use super::fault::Fault;
use super::statement;
use super::transaction::{PgTx, get, load};
use crate::StoreError;
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

/// What is on its way to the server.
struct Sending<'a> {
    connection: &'a AsyncPgConnection,
    under_way: Vec<BoxFuture<'a, Result<(), Fault>>>,
}

impl<'a> Sending<'a> {
    /// Sends a statement that has to reach exactly as many rows.
    fn send<S>(&mut self, rows: usize, statement: S)
    where
        S: QueryFragment<diesel::pg::Pg> + QueryId + Send,
    {
        if rows == 0 {
            return;
        }
        let connection = &mut self.connection;
        // What is bound is taken out of the statement here: the future holds nothing of it.
        let sent =
            diesel_async::AsyncConnectionCore::execute_returning_count(connection, statement);
        self.under_way.push(
            async move {
                if sent.await? == rows {
                    Ok(())
                } else {
                    Err(Fault::Refused(StoreError::Conflict))
                }
            }
            .boxed(),
        );
    }
}

pub(super) fn write(tx: &mut PgTx<'_>, changes: &Changes) -> Found<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut sending = Sending {
        connection: tx.session.connection,
        under_way: Vec::new(),
    };
    put_tasks(&mut sending, &changes.new_tasks);
    put_steps(&mut sending, &changes.new_steps);
    put_keys(&mut sending, changes);
    set_tasks(&mut sending, &changes.tasks);
    set_steps(&mut sending, changes);
    put_attempts(&mut sending, &changes.attempts);
    put_transitions(&mut sending, &changes.transitions);
    let Sending {
        mut connection,
        under_way,
    } = sending;
    let said = tx.session.wait(async {
        let id = statement::TransactionId::new();
        let id = async { Ok(id.get_result::<String>(&mut connection).await?) };
        let (_, id) = try_join(try_join_all(under_way), id).await?;
        Ok::<_, Fault>(id)
    });
    tx.traces = Some(Traces::new(tx.note(said)?, changes));
    Ok(())
}

/// A column of some rows.
fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

fn put_tasks(sending: &mut Sending<'_>, tasks: &[(TaskRow, TaskDetails)]) {
    sending.send(
        tasks.len(),
        statement::PutTasks::new(
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
        ),
    );
    sending.send(
        tasks.len(),
        statement::PutDetails::new(
            &column(tasks, |(_, details)| details.id.0),
            &column(tasks, |(_, details)| &*details.context),
            &column(tasks, |(_, details)| details.run_at),
            &column(tasks, |(_, details)| details.idempotency_key.as_deref()),
            &column(tasks, |(_, details)| details.initiator.as_deref()),
            &column(tasks, |(_, details)| details.source_system.as_deref()),
            &column(tasks, |(_, details)| details.reason.as_deref()),
            &column(tasks, |(_, details)| details.tags.as_deref()),
            &column(tasks, |(_, details)| details.correlation_id.as_deref()),
        ),
    );
}

fn put_steps(sending: &mut Sending<'_>, steps: &[StepRow]) {
    sending.send(
        steps.len(),
        statement::PutSteps::new(
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
        ),
    );
}

fn put_keys(sending: &mut Sending<'_>, changes: &Changes) {
    let keys = &changes.new_keys;
    sending.send(
        keys.len(),
        statement::PutKeys::new(
            &column(keys, |(namespace, ..)| namespace.as_str()),
            &column(keys, |(_, name, ..)| name.as_str()),
            &column(keys, |(_, _, key, _)| key.as_str()),
            &column(keys, |(.., task)| task.0),
        ),
    );
}

fn set_tasks(sending: &mut Sending<'_>, tasks: &[(TaskRow, TaskRow)]) {
    sending.send(
        tasks.len(),
        statement::SetTasks::new(
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
        ),
    );
}

fn set_steps(sending: &mut Sending<'_>, changes: &Changes) {
    let steps = &changes.steps;
    let results: HashMap<StepId, &str> = changes
        .results
        .iter()
        .map(|(id, result)| (*id, &**result))
        .collect();
    sending.send(
        steps.len(),
        statement::SetSteps::new(
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
        ),
    );
}

/// The row of a complete step tells of the attempt that completed it.
fn put_attempts(sending: &mut Sending<'_>, attempts: &[AttemptRow]) {
    let rest: Vec<&AttemptRow> = attempts
        .iter()
        .filter(|row| row.end != AttemptEnd::Complete)
        .collect();
    sending.send(
        rest.len(),
        statement::PutAttempts::new(
            &column(&rest, |row| row.step.0),
            &column(&rest, |row| row.fence),
            &column(&rest, |row| number(row.attempt)),
            &column(&rest, |row| row.worker.map(|worker| worker.0)),
            &column(&rest, |row| row.ready_at),
            &column(&rest, |row| row.started_at),
            &column(&rest, |row| row.ended_at),
            &column(&rest, |row| row.end.as_str()),
            &column(&rest, |row| row.error.as_deref()),
        ),
    );
}

fn put_transitions(sending: &mut Sending<'_>, transitions: &[TransitionRow]) {
    sending.send(
        transitions.len(),
        statement::PutTransitions::new(
            &column(transitions, |row| row.task.0),
            &column(transitions, |row| row.position.map(i32::from)),
            &column(transitions, |row| row.at),
            &column(transitions, |row| row.from),
            &column(transitions, |row| row.to),
            &column(transitions, |row| row.worker.0),
            &column(transitions, |row| row.reason.as_deref()),
        ),
    );
}
