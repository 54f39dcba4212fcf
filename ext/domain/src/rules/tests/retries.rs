use std::collections::HashMap;

use serde_json::{Value, json};

use super::world::{World, error, one};
use crate::command::{Ending, Failing};
use crate::rows::AttemptEnd;
use crate::settings::Rules;
use crate::state::{Gate, StepState, TaskState};

/// How long a step waits after each failure, until it fails for good.
fn waits(retry: Value) -> Vec<i64> {
    let mut world = World::new();
    let task = world.start(one(json!({ "retry": retry })));
    let mut waits = Vec::new();
    loop {
        let held = world.take_only();
        world.fail(held, error(false));
        if world.state(task, "a") == StepState::Error {
            assert_eq!(world.task_state(task), TaskState::Error);
            return waits;
        }
        let ready_at = world.step(task, "a").ready_at.expect("a time");
        let wait = ready_at - world.now;
        waits.push(wait);
        if wait > 0 {
            assert_eq!(world.take(1), [], "it was taken before its time");
            world.wait(wait - 1);
            assert_eq!(world.take(1), [], "it was taken 1 ms before its time");
            world.wait(1);
        }
    }
}

#[test]
fn each_backoff_waits_by_its_formula_and_stops_after_max_attempts() {
    let retry =
        |backoff: &str| json!({"max_attempts": 5, "backoff": backoff, "backoff_base_ms": 100});
    assert_eq!(waits(retry("none")), [100, 100, 100, 100]);
    assert_eq!(waits(retry("linear")), [100, 200, 300, 400]);
    assert_eq!(waits(retry("exponential")), [100, 200, 400, 800]);
    assert_eq!(waits(retry("fibonacci")), [100, 100, 200, 300]);
}

#[test]
fn no_wait_is_longer_than_the_cap() {
    let retry = json!({"max_attempts": 4, "backoff": "exponential", "backoff_base_ms": 100, "max_backoff_ms": 150});
    assert_eq!(waits(retry), [100, 150, 150]);
}

#[test]
fn a_base_of_nothing_retries_at_once() {
    let retry = json!({"max_attempts": 3, "backoff": "none", "backoff_base_ms": 0});
    assert_eq!(waits(retry), [0, 0]);
}

#[test]
fn one_attempt_means_no_retry_and_so_does_none_and_not_retryable() {
    for retry in [
        json!({"max_attempts": 1}),
        json!({"max_attempts": 0}),
        json!({"max_attempts": 5, "retryable": false}),
    ] {
        assert!(waits(retry.clone()).is_empty(), "{retry}");
    }
}

#[test]
fn jitter_shortens_waits_and_the_same_seed_gives_the_same() {
    let retry =
        json!({"max_attempts": 4, "backoff": "none", "backoff_base_ms": 1000, "jitter": 0.5});
    let first = waits(retry.clone());
    assert!(
        first.iter().all(|wait| (500..=1000).contains(wait)),
        "{first:?}"
    );
    assert!(first.iter().any(|wait| *wait != first[0]), "{first:?}");
    assert_eq!(waits(retry), first);
}

#[test]
fn a_permanent_error_is_not_retried() {
    let mut world = World::new();
    let task = world.start(one(json!({"retry": {"max_attempts": 5}})));
    let held = world.take_only();
    world.fail(held, error(true));
    assert_eq!(world.state(task, "a"), StepState::Error);
    assert_eq!(world.attempts[0].end, AttemptEnd::Error);
    assert_eq!(world.tally.steps_failed, 1);
    assert_eq!(world.tally.tasks_failed, 1);
}

#[test]
fn the_wait_that_an_error_asks_for_wins_over_the_formula() {
    let mut world = World::new();
    let task = world.start(one(json!({"retry": {"max_backoff_ms": 2000}})));
    let held = world.take_only();
    let failing = Failing {
        retry_after_ms: Some(90_000),
        ..error(false)
    };
    world.fail(held, failing);
    let row = world.step(task, "a");
    assert_eq!(
        (row.state, row.gate, row.ready_at),
        (StepState::Ready, Gate::Timed, Some(world.now + 90_000))
    );
    assert_eq!(world.tally.steps_retried, 1);
}

#[test]
fn each_attempt_has_its_number_its_fence_and_its_error_in_the_history() {
    let mut world = World::new();
    world.start(one(
        json!({"retry": {"max_attempts": 3, "backoff_base_ms": 0}}),
    ));
    for _ in 0..2 {
        let held = world.take_only();
        world.fail(held, error(false));
    }
    let held = world.take_only();
    world.complete(held);
    let told: Vec<_> = world
        .attempts
        .iter()
        .map(|row| (row.attempt, row.fence, row.end, row.error.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            (1, 1, AttemptEnd::Retry, true),
            (2, 2, AttemptEnd::Retry, true),
            (3, 3, AttemptEnd::Complete, false)
        ]
    );
}

#[test]
fn a_result_that_breaks_its_schema_fails_for_good_and_says_where() {
    let mut world = World::new();
    let task = world.start(one(json!({
        "result_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}, "retry": {"max_attempts": 9}
    })));
    let held = world.take_only();
    world
        .report(held, Ending::Complete(r#"{"n":"x"}"#.into()))
        .expect("a record of the failure");
    assert_eq!(world.state(task, "a"), StepState::Error);
    assert_eq!(
        world.last_error()["context"]["errors"][0]["path"],
        json!("n")
    );
    assert_eq!(
        world.last_error()["message"],
        json!(
            "the result doesn't match the step's result_schema: n: \"x\" is not of type \"integer\""
        )
    );
    assert!(world.results.is_empty());
}

#[test]
fn of_configured_limits_the_most_specific_wins() {
    let limit = |limits: &[(&str, u32)], retry: Value| {
        let retry_limits: HashMap<_, _> = limits
            .iter()
            .map(|(name, limit)| ((*name).to_owned(), *limit))
            .collect();
        let mut world = World::with(Rules {
            retry_limits,
            ..Rules::default()
        });
        let task = world.start(one(json!({ "retry": retry })));
        world.step(task, "a").attempt_limit
    };
    let all = [("a", 9), ("default/flow", 8), ("flow", 7), ("default", 6)];
    let retry = || json!({"max_attempts": 5});
    assert_eq!(limit(&all, retry()), 9);
    assert_eq!(limit(&all[1..], retry()), 8);
    assert_eq!(limit(&all[2..], retry()), 7);
    assert_eq!(limit(&all[3..], retry()), 6);
    assert_eq!(limit(&[("b", 4)], retry()), 5);
    assert_eq!(limit(&all, json!({"retryable": false})), 1);
}
