use std::sync::Arc;

use serde_json::json;

use super::world::{Held, World, error, one, steps};
use crate::command::Ending;
use crate::ids::WorkerId;
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::rows::AttemptEnd;
use crate::rules::report;
use crate::state::{StepState, TaskState};

fn is_stale(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Refusal::StaleLease { .. }))
}

fn done() -> Ending {
    Ending::Complete(Arc::from("1"))
}

#[test]
fn a_result_is_recorded_once_and_a_second_one_is_refused() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[]), ("b", &["a"])]));
    let held = world.take_only();
    world.complete(held);
    assert!(is_stale(&world.report(held, done())));
    assert!(is_stale(&world.report(held, Ending::Failed(error(true)))));
    assert!(is_stale(&world.report(held, Ending::Released)));
    assert_eq!(world.state(task, "a"), StepState::Complete);
    assert_eq!(world.attempts.len(), 1);
}

#[test]
fn two_reports_of_one_attempt_in_one_turn_count_once() {
    let mut world = World::new();
    world.start(steps(&[("a", &[]), ("b", &[])]));
    let held = world.take(1)[0];
    let outcomes = world.turn(|work| {
        [done(), Ending::Failed(error(true))].map(|ending| {
            let (step, fence) = (held.step, held.fence);
            report::report(
                work,
                &crate::command::Report {
                    step,
                    fence,
                    ending,
                },
            )
        })
    });
    assert!(outcomes[0].is_ok() && is_stale(&outcomes[1]));
}

#[test]
fn a_report_of_another_worker_changes_nothing_whatever_its_fence() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[])]));
    let held = world.take_only();
    let holder = std::mem::replace(&mut world.worker, WorkerId(9));
    for ending in [done(), Ending::Failed(error(true)), Ending::Released] {
        assert!(is_stale(&world.report(held, ending)));
    }
    let beat = world.turn(|work| report::heartbeat(work, held.step, held.fence));
    assert!(is_stale(&beat));
    assert_eq!(world.state(task, "a"), StepState::InProgress);
    world.worker = holder;
    world.complete(held);
    assert_eq!(world.state(task, "a"), StepState::Complete);
}

#[test]
fn a_report_with_another_fence_changes_nothing() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[])]));
    let held = world.take_only();
    for fence in [held.fence - 1, held.fence + 1, 0, i64::MAX, i64::MIN] {
        assert!(is_stale(&world.report(Held { fence, ..held }, done())));
    }
    assert_eq!(world.state(task, "a"), StepState::InProgress);
    assert!(world.attempts.is_empty());
}

#[test]
fn a_report_after_the_deadline_is_refused_and_recorded_as_a_timeout() {
    let mut world = World::new();
    let task = world.start(one(
        json!({"timeout_seconds": 1, "retry": {"backoff_base_ms": 50}}),
    ));
    let held = world.take_only();
    world.now += 1_000;
    assert!(is_stale(&world.report(held, done())));
    assert_eq!(world.state(task, "a"), StepState::Ready);
    assert_eq!(world.attempts[0].end, AttemptEnd::Retry);
    assert_eq!(
        world.last_error()["class"],
        json!("TaskerCore::StepTimeout")
    );
    assert!(world.results.is_empty());
    assert_eq!(world.step(task, "a").ready_at, Some(world.now + 50));
}

#[test]
fn a_report_one_ms_before_the_deadline_counts() {
    let mut world = World::new();
    let task = world.start(one(json!({"timeout_seconds": 1})));
    let held = world.take_only();
    world.now += 999;
    world.complete(held);
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn an_attempt_past_its_deadline_is_void_though_nobody_reports() {
    let mut world = World::new();
    world.rules.step_timeout_ms = 200;
    let task = world.start(one(
        json!({"retry": {"max_attempts": 2, "backoff_base_ms": 0}}),
    ));
    let first = world.take_only();
    world.wait(200);
    assert_eq!(world.state(task, "a"), StepState::Ready);
    assert!(is_stale(&world.report(first, done())));
    world.take_only();
    world.wait(200);
    assert_eq!(world.state(task, "a"), StepState::Error);
    assert_eq!(world.task_state(task), TaskState::Error);
}

#[test]
fn a_heartbeat_moves_the_deadline_and_comes_too_late_after_it() {
    let mut world = World::new();
    let task = world.start(one(json!({"timeout_seconds": 1})));
    let held = world.take_only();
    world.now += 900;
    world
        .turn(|work| report::heartbeat(work, held.step, held.fence))
        .expect("a heartbeat");
    assert_eq!(world.step(task, "a").deadline_at, Some(world.now + 1_000));
    world.now += 1_000;
    assert!(is_stale(
        &world.turn(|work| report::heartbeat(work, held.step, held.fence))
    ));
    assert!(is_stale(&world.turn(|work| report::heartbeat(
        work,
        held.step,
        held.fence + 1
    ))));
}

#[test]
fn the_longest_timeout_that_there_is_does_not_overflow() {
    let mut world = World::new();
    world.rules.step_timeout_ms = i64::MAX;
    let task = world.start(steps(&[("a", &[])]));
    let held = world.take_only();
    world
        .turn(|work| report::heartbeat(work, held.step, held.fence))
        .expect("a heartbeat");
    assert_eq!(world.step(task, "a").deadline_at, Some(i64::MAX));
}

#[test]
fn a_step_whose_worker_is_lost_is_ready_at_once_for_another() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[])]));
    let lost = world.take_only();
    world.worker = WorkerId(2);
    world
        .report(lost, Ending::Lapsed("it ended".to_owned()))
        .expect("a lapse");
    assert_eq!(world.last_error()["class"], json!("TaskerCore::WorkerLost"));
    let held = world.take_only();
    assert_eq!(world.step(task, "a").worker, Some(WorkerId(2)));
    assert!(is_stale(&world.report(lost, done())));
    world.complete(held);
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn a_step_that_loses_its_worker_again_and_again_stops_after_max_attempts() {
    let mut world = World::new();
    let task = world.start(one(json!({"retry": {"max_attempts": 2}})));
    for _ in 0..2 {
        let held = world.take_only();
        world
            .report(held, Ending::Lapsed("it ended".to_owned()))
            .expect("a lapse");
    }
    assert_eq!(world.state(task, "a"), StepState::Error);
    assert_eq!(world.step(task, "a").attempts, 2);
}

#[test]
fn a_step_that_is_given_back_has_its_attempt_again() {
    let mut world = World::new();
    let task = world.start(one(json!({"retry": {"max_attempts": 1}})));
    for _ in 0..5 {
        let held = world.take_only();
        assert_eq!(world.step(task, "a").attempts, 1);
        world.report(held, Ending::Released).expect("a release");
        assert_eq!(world.step(task, "a").attempts, 0);
        assert!(is_stale(&world.report(held, done())));
    }
    let held = world.take_only();
    assert_eq!(held.fence, 6);
    world.complete(held);
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn steps_on_their_last_attempt_are_not_taken_ahead() {
    let wide = |attempts: u32| {
        let steps: Vec<_> = (0..30)
            .map(|n| {
                json!({"name": format!("s{n}"), "handler": {"callable": "H"}, "retry": {"max_attempts": attempts}})
            })
            .collect();
        json!({ "steps": steps })
    };
    let mut world = World::new();
    world.start(wide(2));
    assert_eq!(world.take(30).len(), 30);

    let mut world = World::new();
    let task = world.start(wide(1));
    let at_once = world.rules.last_attempts_at_once as usize;
    for _ in 0..30 / at_once {
        let taken = world.take(30);
        assert_eq!(taken.len(), at_once);
        for held in taken {
            world.complete(held);
        }
    }
    assert_eq!(world.task_state(task), TaskState::Complete);
}
