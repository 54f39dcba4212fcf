//! Each change is written by its own statement, and each leaves just the row that the rules made.

use tasker_domain::ids::{StepId, TaskId, TemplateId, WorkerId};
use tasker_domain::rows::{StepRow, TaskDetails, TaskRow};
use tasker_domain::state::{Gate, StepState, TaskState};
use tasker_domain::working::Changes;

use super::super::{connect, migrate, reads, writes};
use super::*;
use crate::Options;

const STEP: StepId = StepId(1 << 16);
const TASK: TaskId = TaskId(1);

fn connection() -> SqliteConnection {
    let mut connection = connect::writer(None, &Options::default()).unwrap();
    migrate::migrate(&mut connection, None).unwrap();
    connection
}

fn step(state: StepState, pending_parents: u32) -> StepRow {
    StepRow {
        id: STEP,
        state,
        gate: Gate::Open,
        priority: 7,
        pending_parents,
        ready_at: None,
        attempts: 1,
        attempt_limit: 5,
        fence: 4,
        worker: Some(WorkerId(3)),
        started_at: Some(11),
        deadline_at: None,
        completed_at: None,
        queue: 12,
        queued_at: None,
    }
}

/// Every step that one may become another from, and the change that it is.
fn step_changes() -> Vec<(StepRow, StepRow, StepChange)> {
    let waits = step(StepState::Pending, 2);
    let ready = StepRow {
        ready_at: Some(20),
        queued_at: Some(21),
        ..step(StepState::Ready, 0)
    };
    let held = StepRow {
        attempts: 2,
        fence: 5,
        worker: Some(WorkerId(9)),
        started_at: Some(22),
        deadline_at: Some(99),
        ..StepRow {
            state: StepState::InProgress,
            ..ready.clone()
        }
    };
    let done = StepRow {
        state: StepState::Complete,
        deadline_at: None,
        completed_at: Some(30),
        ..held.clone()
    };
    let waits_less = StepRow {
        pending_parents: 1,
        ..waits.clone()
    };
    vec![
        (waits.clone(), waits_less, StepChange::LessParents),
        (waits.clone(), ready.clone(), StepChange::Released),
        (waits, held.clone(), StepChange::ReleasedAndTaken),
        (ready, held.clone(), StepChange::Taken),
        (held, done, StepChange::Completed),
    ]
}

/// The row with one thing more that is different, once for each thing.
fn variants(row: &StepRow) -> Vec<StepRow> {
    let vary = |change: fn(&mut StepRow)| {
        let mut row = row.clone();
        change(&mut row);
        row
    };
    vec![
        vary(|row| row.gate = Gate::Paused),
        vary(|row| row.attempt_limit += 1),
        vary(|row| row.attempts += 1),
        vary(|row| row.fence += 1),
        vary(|row| row.ready_at = Some(77)),
        vary(|row| row.queued_at = Some(78)),
        vary(|row| row.completed_at = Some(79)),
        vary(|row| row.deadline_at = Some(80)),
        vary(|row| row.started_at = Some(81)),
        vary(|row| row.worker = Some(WorkerId(82))),
    ]
}

/// The one row after the change, and its result, in a database of its own.
fn written(old: &StepRow, new: &StepRow, result: Option<&str>) -> Found<(StepRow, Option<String>)> {
    let mut connection = connection();
    let new_steps = vec![old.clone()];
    let stored = Changes {
        new_steps,
        ..Changes::default()
    };
    writes::write(&mut connection, &stored)?;
    set_step(&mut connection, old, new, result)?;
    let results: Vec<(i64, String)> = statement::Results::new("[65536]").load(&mut connection)?;
    let row = reads::steps(&mut connection, &[STEP])?.remove(0);
    Ok((row, results.into_iter().next().map(|(_, text)| text)))
}

#[test]
fn every_change_of_a_step_leaves_the_row_that_the_rules_made() {
    for (old, new, change) in step_changes() {
        let result = (change == StepChange::Completed).then_some("[1]");
        assert_eq!(step_change(&old, &new, result), change);
        let (row, told) = written(&old, &new, result).unwrap();
        assert_eq!((row, told.as_deref()), (new, result), "{change:?}");
    }
}

#[test]
fn a_change_that_is_more_than_its_name_says_is_written_whole() {
    for (old, new, change) in step_changes() {
        for new in variants(&new) {
            let (row, _) = written(&old, &new, None).unwrap();
            assert_eq!(row, new, "{change:?}");
        }
    }
}

#[test]
fn a_result_is_kept_whatever_the_change_is() {
    for (old, new, change) in step_changes() {
        if change == StepChange::Completed {
            continue;
        }
        let (row, told) = written(&old, &new, Some("2")).unwrap();
        assert_eq!((row, told.as_deref()), (new, Some("2")), "{change:?}");
    }
}

#[test]
fn a_step_that_is_not_as_the_turn_had_read_it_is_left_alone() {
    for (old, new, change) in step_changes() {
        let others = [
            StepRow {
                fence: old.fence - 1,
                ..old.clone()
            },
            StepRow {
                state: StepState::Cancelled,
                ..old.clone()
            },
        ];
        for stored in others {
            let mut connection = connection();
            let new_steps = vec![stored.clone()];
            let put = Changes {
                new_steps,
                ..Changes::default()
            };
            writes::write(&mut connection, &put).unwrap();
            let refused = set_step(&mut connection, &old, &new, None);
            assert!(matches!(refused, Err(StoreError::Conflict)), "{change:?}");
            let row = reads::steps(&mut connection, &[STEP]).unwrap().remove(0);
            assert_eq!(row, stored, "{change:?}");
        }
    }
}

#[test]
fn open_parents_are_held_against_those_that_the_turn_had_read() {
    let stored = step(StepState::Pending, 3);
    let (old, new) = (step(StepState::Pending, 2), step(StepState::Pending, 1));
    let mut connection = connection();
    let new_steps = vec![stored];
    let put = Changes {
        new_steps,
        ..Changes::default()
    };
    writes::write(&mut connection, &put).unwrap();
    let refused = set_step(&mut connection, &old, &new, None);
    assert!(matches!(refused, Err(StoreError::Conflict)));
}

fn task(state: TaskState, done_steps: u32, live_steps: u32) -> TaskRow {
    TaskRow {
        id: TASK,
        template: TemplateId(1),
        state,
        paused: false,
        priority: 0,
        step_count: 5,
        done_steps,
        failed_steps: 0,
        live_steps,
        created_at: 1,
        started_at: None,
        completed_at: None,
        deadline_at: Some(500),
    }
}

fn task_changes() -> Vec<(TaskRow, TaskRow, TaskChange)> {
    let begun = TaskRow {
        started_at: Some(8),
        ..task(TaskState::InProgress, 0, 5)
    };
    let counted = TaskRow {
        done_steps: 2,
        live_steps: 3,
        ..begun.clone()
    };
    let done = TaskRow {
        state: TaskState::Complete,
        done_steps: 5,
        live_steps: 0,
        completed_at: Some(9),
        ..begun.clone()
    };
    let paused = TaskRow {
        paused: true,
        ..counted.clone()
    };
    vec![
        (
            task(TaskState::Pending, 0, 5),
            begun.clone(),
            TaskChange::Begun,
        ),
        (begun, counted.clone(), TaskChange::Counted),
        (counted.clone(), done, TaskChange::Completed),
        (counted, paused, TaskChange::Other),
    ]
}

fn stored_task(row: &TaskRow) -> SqliteConnection {
    let details = TaskDetails {
        id: TASK,
        context: "{}".into(),
        run_at: None,
        idempotency_key: None,
        initiator: None,
        source_system: None,
        reason: None,
        tags: None,
        correlation_id: None,
    };
    let new_tasks = vec![(row.clone(), details)];
    let put = Changes {
        new_tasks,
        ..Changes::default()
    };
    let mut connection = connection();
    writes::write(&mut connection, &put).unwrap();
    connection
}

#[test]
fn every_change_of_a_task_leaves_the_row_that_the_rules_made() {
    for (old, new, change) in task_changes() {
        assert_eq!(task_change(&old, &new), change);
        let mut connection = stored_task(&old);
        set_task(&mut connection, &old, &new).unwrap();
        let row = reads::tasks(&mut connection, &[TASK]).unwrap().remove(0);
        assert_eq!(row, new, "{change:?}");
    }
}

#[test]
fn a_task_that_is_not_as_the_turn_had_read_it_is_left_alone() {
    for (old, new, change) in task_changes() {
        let stored = TaskRow {
            live_steps: old.live_steps - 1,
            ..old.clone()
        };
        let mut connection = stored_task(&stored);
        let refused = set_task(&mut connection, &old, &new);
        assert!(matches!(refused, Err(StoreError::Conflict)), "{change:?}");
        let row = reads::tasks(&mut connection, &[TASK]).unwrap().remove(0);
        assert_eq!(row, stored, "{change:?}");
    }
}
