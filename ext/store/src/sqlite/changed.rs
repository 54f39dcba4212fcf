//! Rows that turns change. Every update names the row as the turn had read it, and counts one row.
//!
//! The changes of every day have statements of their own, which set and bind only what they change: an index is looked at
//! only where a column of it is set. A change is one of those when the row afterwards is just what its statement makes of
//! the row before; every other is written whole.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::rows::{StepRow, TaskRow};
use tasker_domain::state::{StepState, TaskState};

use super::statement;
use crate::StoreError;
use crate::rows::number;
use crate::tx::Found;

pub(super) fn set_step(
    connection: &mut SqliteConnection,
    old: &StepRow,
    new: &StepRow,
    result: Option<&str>,
) -> Found<()> {
    let changed = match step_change(old, new, result) {
        StepChange::Taken => statement::TakeStep::new(
            new.worker.map(|worker| worker.0),
            new.started_at,
            new.deadline_at,
            old.id.0,
            old.fence,
        )
        .execute(connection)?,
        StepChange::ReleasedAndTaken => statement::TakeWaitingStep::new(
            new.ready_at,
            new.worker.map(|worker| worker.0),
            new.started_at,
            new.deadline_at,
            new.queued_at,
            old.id.0,
            old.fence,
            number(old.pending_parents),
        )
        .execute(connection)?,
        StepChange::Released => statement::ReleaseStep::new(
            new.ready_at,
            new.queued_at,
            old.id.0,
            old.fence,
            number(old.pending_parents),
        )
        .execute(connection)?,
        StepChange::Completed => {
            statement::CompleteStep::new(new.completed_at, result, old.id.0, old.fence)
                .execute(connection)?
        }
        StepChange::LessParents => statement::CountParents::new(
            number(new.pending_parents),
            old.id.0,
            old.fence,
            number(old.pending_parents),
        )
        .execute(connection)?,
        StepChange::Other => set_whole_step(connection, old, new, result)?,
    };
    one(changed)
}

/// What a turn did to a step.
#[derive(Debug, PartialEq, Eq)]
enum StepChange {
    Taken,
    ReleasedAndTaken,
    Released,
    Completed,
    LessParents,
    Other,
}

fn step_change(old: &StepRow, new: &StepRow, result: Option<&str>) -> StepChange {
    let (change, made) = match (old.state, new.state) {
        (StepState::InProgress, StepState::Complete) => (
            StepChange::Completed,
            StepRow {
                state: StepState::Complete,
                deadline_at: None,
                completed_at: new.completed_at,
                ..old.clone()
            },
        ),
        (StepState::Ready, StepState::InProgress) => (StepChange::Taken, taken(old.clone(), new)),
        (StepState::Pending, StepState::InProgress) => (
            StepChange::ReleasedAndTaken,
            taken(released(old.clone(), new), new),
        ),
        (StepState::Pending, StepState::Ready) => {
            (StepChange::Released, released(old.clone(), new))
        }
        (StepState::Pending, StepState::Pending) => (
            StepChange::LessParents,
            StepRow {
                pending_parents: new.pending_parents,
                ..old.clone()
            },
        ),
        _ => return StepChange::Other,
    };
    // Only a completion has a place for a result.
    let told = result.is_none() || change == StepChange::Completed;
    if told && made == *new {
        change
    } else {
        StepChange::Other
    }
}

fn taken(before: StepRow, new: &StepRow) -> StepRow {
    StepRow {
        state: StepState::InProgress,
        attempts: before.attempts + 1,
        fence: before.fence + 1,
        worker: new.worker,
        started_at: new.started_at,
        deadline_at: new.deadline_at,
        ..before
    }
}

fn released(before: StepRow, new: &StepRow) -> StepRow {
    StepRow {
        state: StepState::Ready,
        pending_parents: 0,
        ready_at: new.ready_at,
        queued_at: new.queued_at,
        ..before
    }
}

fn set_whole_step(
    connection: &mut SqliteConnection,
    old: &StepRow,
    new: &StepRow,
    result: Option<&str>,
) -> Found<usize> {
    let set = statement::SetStep::new(
        new.state.as_str(),
        new.gate.as_str(),
        number(new.pending_parents),
        new.ready_at,
        number(new.attempts),
        number(new.attempt_limit),
        new.fence,
        new.worker.map(|worker| worker.0),
        new.started_at,
        new.deadline_at,
        new.completed_at,
        new.queued_at,
        result,
        new.id.0,
        old.state.as_str(),
        old.fence,
        number(old.pending_parents),
    );
    Ok(set.execute(connection)?)
}

pub(super) fn set_task(
    connection: &mut SqliteConnection,
    old: &TaskRow,
    new: &TaskRow,
) -> Found<()> {
    let changed = match task_change(old, new) {
        TaskChange::Begun => statement::BeginTask::new(
            new.started_at,
            old.id.0,
            number(old.done_steps),
            number(old.failed_steps),
            number(old.live_steps),
        )
        .execute(connection)?,
        TaskChange::Counted => statement::CountSteps::new(
            number(new.done_steps),
            number(new.live_steps),
            old.id.0,
            number(old.done_steps),
            number(old.failed_steps),
            number(old.live_steps),
        )
        .execute(connection)?,
        TaskChange::Completed => statement::CompleteTask::new(
            number(new.done_steps),
            number(new.live_steps),
            new.completed_at,
            old.id.0,
            number(old.done_steps),
            number(old.failed_steps),
            number(old.live_steps),
        )
        .execute(connection)?,
        TaskChange::Other => set_whole_task(connection, old, new)?,
    };
    one(changed)
}

/// What a turn did to a task.
#[derive(Debug, PartialEq, Eq)]
enum TaskChange {
    Begun,
    Counted,
    Completed,
    Other,
}

fn task_change(old: &TaskRow, new: &TaskRow) -> TaskChange {
    let (change, made) = match (old.state, new.state) {
        (TaskState::Pending, TaskState::InProgress) => (
            TaskChange::Begun,
            TaskRow {
                state: TaskState::InProgress,
                started_at: new.started_at,
                ..old.clone()
            },
        ),
        (TaskState::InProgress, TaskState::InProgress) => {
            (TaskChange::Counted, counted(old.clone(), new))
        }
        (TaskState::InProgress, TaskState::Complete) => (
            TaskChange::Completed,
            TaskRow {
                state: TaskState::Complete,
                completed_at: new.completed_at,
                ..counted(old.clone(), new)
            },
        ),
        _ => return TaskChange::Other,
    };
    if made == *new {
        change
    } else {
        TaskChange::Other
    }
}

fn counted(before: TaskRow, new: &TaskRow) -> TaskRow {
    TaskRow {
        done_steps: new.done_steps,
        live_steps: new.live_steps,
        ..before
    }
}

fn set_whole_task(connection: &mut SqliteConnection, old: &TaskRow, new: &TaskRow) -> Found<usize> {
    let set = statement::SetTask::new(
        new.state.as_str(),
        i32::from(new.paused),
        number(new.done_steps),
        number(new.failed_steps),
        number(new.live_steps),
        new.started_at,
        new.completed_at,
        new.deadline_at,
        new.id.0,
        old.state.as_str(),
        number(old.done_steps),
        number(old.failed_steps),
        number(old.live_steps),
    );
    Ok(set.execute(connection)?)
}

fn one(changed: usize) -> Found<()> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

#[cfg(test)]
mod tests;
