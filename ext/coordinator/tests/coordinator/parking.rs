use std::time::{Duration, Instant};

use serde_json::json;
use tasker_coordinator::Request;

use crate::client::{Client, LONG_MS, failed, grant, until, wait};

#[test]
fn a_parked_claim_wakes_when_a_task_is_submitted() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let parked = client.park(1, LONG_MS);
    client.until_parked(1);
    let task = client.submit();
    let granted = grant(wait(&parked));
    assert_eq!(granted.steps.len(), 1);
    assert_eq!(granted.tasks[0].task_id, task);
    client.until_parked(0);
}

#[test]
fn parked_claims_share_what_comes_and_the_rest_go_on_waiting() {
    let client = Client::new();
    client.register(&[("a", &[]), ("b", &[])]);
    let parked: Vec<_> = (0..5).map(|_| client.park(1, LONG_MS)).collect();
    client.until_parked(5);
    client.submit();
    client.until_parked(3);
    let answered = parked.iter().filter(|parked| !parked.is_empty()).count();
    assert_eq!(answered, 2);
    assert!(
        !parked[0].is_empty() && !parked[1].is_empty(),
        "who waited longest comes first"
    );
    client.submit_many(2);
    for parked in parked {
        assert_eq!(grant(wait(&parked)).steps.len(), 1);
    }
}

#[test]
fn a_parked_claim_is_answered_with_nothing_when_its_time_is_over() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let began = Instant::now();
    let granted = grant(wait(&client.park(1, 60)));
    assert!(granted.steps.is_empty());
    assert!(began.elapsed() >= Duration::from_millis(60));
    client.until_parked(0);
}

#[test]
fn of_several_patiences_each_ends_by_itself() {
    let client = Client::new();
    let waits = [120, 40, 80, LONG_MS];
    let parked: Vec<_> = waits.iter().map(|ms| client.park(1, *ms)).collect();
    for parked in &parked[..3] {
        assert!(grant(wait(parked)).steps.is_empty());
    }
    assert!(parked[3].is_empty());
    client.until_parked(1);
}

#[test]
fn a_wait_longer_than_any_clock_is_a_long_wait() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let parked = client.park(1, u64::MAX);
    client.until_parked(1);
    client.submit();
    assert_eq!(grant(wait(&parked)).steps.len(), 1);
}

#[test]
fn steps_granted_to_a_caller_that_is_gone_are_ready_again_at_once() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let gone = client.park(1, LONG_MS);
    client.until_parked(1);
    drop(gone);
    let task = client.submit();
    let parked = client.park(1, LONG_MS);
    let granted = grant(wait(&parked));
    assert_eq!(granted.steps[0].attempt, 1, "the attempt was given back");
    assert_eq!(granted.tasks[0].task_id, task);
}

#[test]
fn a_grant_that_nobody_took_is_given_back() {
    let client = Client::new();
    client.register(&[("a", &[]), ("b", &[])]);
    let task = client.submit();
    drop(client.exchange(0, 2, Vec::new()));
    let granted = grant(wait(&client.park(2, LONG_MS)));
    assert!(!granted.steps.is_empty());
    drop(granted);
    until("both are ready again", || {
        let context = client.context(task);
        let steps = context["steps"].as_array().expect("steps");
        steps
            .iter()
            .all(|step| step["status"] == "ready" && step["attempts"] == 0)
    });
}

#[test]
fn a_claim_on_one_task_waits_until_that_task_is_done() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let (task, other) = (client.submit(), client.submit());
    let held = client.exchange(task, 1, Vec::new());
    let request = || Request::exchange(task, 1, LONG_MS, Vec::new()).expect("a request");
    let parked = client.send(request());
    client.until_parked(1);
    client.call("cancel", json!({"task_id": other}));
    assert!(parked.is_empty());
    let mut held = held;
    held.taken();
    client.exchange(0, 0, crate::client::reports(&held));
    let granted = grant(wait(&parked));
    assert!(granted.steps.is_empty());
    assert_eq!(granted.task.expect("a line").state, "complete");
    let at_once = grant(wait(&client.send(request())));
    assert_eq!(at_once.task.expect("a line").state, "complete");
}

#[test]
fn what_wakes_a_step_wakes_a_parked_claim() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let task = client.submit();
    client.call("pause", json!({"task_id": task}));
    let parked = client.park(1, LONG_MS);
    client.until_parked(1);
    client.call("resume", json!({"task_id": task}));
    let mut granted = grant(wait(&parked));
    granted.taken();
    let mut failure = failed(&crate::client::reports(&granted)[0]);
    failure.outcome = 2;
    let parked = client.park(1, LONG_MS);
    client.exchange(0, 0, vec![failure]);
    assert_eq!(client.context(task)["status"], "error");
    client.call("retry_step", json!({"task_id": task, "step": "a"}));
    assert_eq!(grant(wait(&parked)).steps[0].attempt, 2);
}

#[test]
fn a_claim_that_would_wait_costs_no_turn_where_the_last_one_left_nothing() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    client.submit();
    assert_eq!(client.take(10).len(), 1);
    let turns = client.metric("turns");
    let parked = client.park(10, LONG_MS);
    client.until_parked(1);
    assert_eq!(client.metric("turns"), turns);
    client.submit();
    assert_eq!(grant(wait(&parked)).steps.len(), 1);
}

#[test]
fn what_became_ready_after_a_claim_left_nothing_is_found_by_the_next_that_waits() {
    let client = Client::new();
    client.register(&[("a", &[]), ("b", &["a"])]);
    client.submit();
    let held = client.take(10);
    // Nobody waits when the second step becomes ready.
    client.exchange(0, 0, held);
    assert_eq!(grant(wait(&client.park(10, LONG_MS))).steps.len(), 1);
}

#[test]
fn steps_on_their_last_attempt_that_a_claim_left_are_found_by_the_next_that_waits() {
    let client = Client::with(json!({ "max_parallel_steps": 2 }));
    let step = json!({"name": "a", "handler": {"callable": "H"}, "retry": {"max_attempts": 1}});
    client.call(
        "register_template",
        json!({ "definition": {"name": "flow", "steps": [step]} }),
    );
    client.submit_many(3);
    assert_eq!(client.take(10).len(), 2);
    assert_eq!(grant(wait(&client.park(10, LONG_MS))).steps.len(), 1);
}
