//! That the history has no gaps is checked after every turn of the rules' tests; here is what it says.

use super::*;
use crate::ids::{TaskId, TemplateId};

const TASK: TaskId = TaskId(7);

fn task() -> TaskRow {
    TaskRow {
        id: TASK,
        template: TemplateId(1),
        state: TaskState::InProgress,
        paused: false,
        priority: 0,
        step_count: 2,
        done_steps: 0,
        failed_steps: 0,
        live_steps: 2,
        created_at: 100,
        started_at: Some(100),
        completed_at: None,
        deadline_at: None,
    }
}

fn step(position: u16, state: StepState) -> StepRow {
    StepRow {
        id: TASK.step(position),
        state,
        gate: Gate::Open,
        priority: 0,
        pending_parents: 0,
        ready_at: Some(100),
        attempts: 0,
        attempt_limit: 3,
        fence: 0,
        worker: None,
        started_at: None,
        deadline_at: None,
        completed_at: None,
        queue: 0,
        queued_at: None,
    }
}

fn attempt(fence: i64, attempt: u32, end: AttemptEnd) -> AttemptRow {
    AttemptRow {
        step: TASK.step(0),
        fence,
        attempt,
        worker: Some(WorkerId(5)),
        ready_at: Some(100),
        started_at: Some(100),
        ended_at: 100,
        end,
        error: None,
    }
}

fn by_hand(position: Option<u16>, from: &'static str, to: &'static str) -> TransitionRow {
    TransitionRow {
        task: TASK,
        position,
        at: 100,
        from,
        to,
        worker: WorkerId(5),
        reason: Some("why".to_owned()),
    }
}

fn told(steps: &[StepRow], attempts: &[AttemptRow], by_hand: &[TransitionRow]) -> Vec<String> {
    tell(&task(), steps, attempts, by_hand, usize::from, |_| None)
        .into_iter()
        .map(|entry| {
            let what = entry.position.map_or("task".to_owned(), |p| format!("{p}"));
            let attempt = entry.attempt.map_or(String::new(), |n| format!(" ({n})"));
            format!("{what} {} {}{attempt}", entry.from, entry.to)
        })
        .collect()
}

#[test]
fn several_attempts_within_one_ms_keep_their_order() {
    let attempts = [
        attempt(1, 1, AttemptEnd::Released),
        attempt(2, 1, AttemptEnd::Retry),
        attempt(3, 2, AttemptEnd::Complete),
    ];
    let steps = [step(0, StepState::Complete), step(1, StepState::Ready)];
    assert_eq!(
        told(&steps, &attempts, &[]),
        [
            "0 pending ready",
            "0 ready in_progress (1)",
            "0 in_progress ready (1)",
            "0 ready in_progress (1)",
            "0 in_progress ready (1)",
            "0 ready in_progress (2)",
            "0 in_progress complete (2)",
            "1 pending ready",
        ]
    );
}

#[test]
fn what_was_done_by_hand_stands_between_the_attempts_before_and_after_it() {
    let attempts = [
        attempt(1, 1, AttemptEnd::Error),
        attempt(2, 2, AttemptEnd::Voided),
    ];
    let by_hand = [
        by_hand(None, "pending", "in_progress"),
        by_hand(Some(0), "error", "ready"),
        by_hand(Some(0), "in_progress", "cancelled"),
        by_hand(None, "in_progress", "cancelled"),
    ];
    assert_eq!(
        told(&[step(0, StepState::Cancelled)], &attempts, &by_hand),
        [
            "task pending in_progress",
            "0 pending ready",
            "0 ready in_progress (1)",
            "0 in_progress error (1)",
            "0 error ready",
            "0 ready in_progress (2)",
            "0 in_progress cancelled",
            "task in_progress cancelled",
        ]
    );
}

#[test]
fn a_step_cancelled_before_it_began_was_ready_first_where_it_was() {
    let steps = [
        step(0, StepState::Cancelled),
        StepRow {
            ready_at: None,
            ..step(1, StepState::Cancelled)
        },
    ];
    let by_hand = [
        by_hand(Some(0), "ready", "cancelled"),
        by_hand(Some(1), "pending", "cancelled"),
    ];
    assert_eq!(
        told(&steps, &[], &by_hand),
        [
            "0 pending ready",
            "0 ready cancelled",
            "1 pending cancelled"
        ]
    );
}

#[test]
fn nothing_is_told_of_the_future() {
    let waiting = StepRow {
        gate: Gate::Timed,
        ready_at: Some(9_999),
        ..step(0, StepState::Ready)
    };
    let entries = tell(&task(), &[waiting], &[], &[], usize::from, |_| None);
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].at, entries[0].to), (100, "ready"));
}

#[test]
fn an_attempt_that_runs_is_told_with_who_runs_it() {
    let running = StepRow {
        attempts: 2,
        worker: Some(WorkerId(9)),
        started_at: Some(300),
        ..step(0, StepState::InProgress)
    };
    let attempts = [attempt(1, 1, AttemptEnd::Retry)];
    let entries = tell(&task(), &[running], &attempts, &[], usize::from, |_| {
        Some("E: m".to_owned())
    });
    let last = entries.last().expect("an entry");
    assert_eq!(
        (last.at, last.worker, last.attempt),
        (300, Some(WorkerId(9)), Some(2))
    );
    let failed = &entries[2];
    assert_eq!(
        (failed.to, failed.reason.as_deref()),
        ("ready", Some("E: m"))
    );
}
