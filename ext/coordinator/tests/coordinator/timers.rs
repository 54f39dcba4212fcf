use serde_json::json;

use crate::client::{Client, LONG_MS, failed, grant, reports, wait};

#[test]
fn a_step_that_backs_off_is_given_to_a_parked_claim_when_its_wait_is_over() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let task = client.submit();
    let held = client.take(1);
    client.exchange(task, 0, vec![failed(&held[0])]);
    let granted = grant(wait(&client.park(1, LONG_MS)));
    assert_eq!(granted.steps[0].attempt, 2);
    let context = client.context(task);
    let waited = |step: &serde_json::Value| {
        step["started_at"].as_i64().expect("a time") - step["ready_at"].as_i64().expect("a time")
    };
    assert!(
        waited(&context["steps"][0]) >= 0,
        "it was taken before its time"
    );
}

#[test]
fn an_attempt_past_step_timeout_ms_is_void_and_its_step_runs_again() {
    let client = Client::with(json!({"step_timeout_ms": 50}));
    client.register(&[("a", &[])]);
    let task = client.submit();
    let lost = client.take(1);
    let mut granted = grant(wait(&client.park(1, LONG_MS)));
    granted.taken();
    assert_eq!(granted.steps[0].attempt, 2);
    let answered = client.exchange(task, 0, lost);
    assert_eq!(answered.refused[0].kind, "stale_lease");
    let error = &client.context(task)["steps"][0]["error"];
    assert_eq!(error["class"], "TaskerCore::StepTimeout");
}

#[test]
fn a_step_that_times_out_again_and_again_fails_its_task() {
    let client = Client::with(json!({"step_timeout_ms": 30}));
    client.register(&[("a", &[])]);
    let task = client.submit();
    for attempt in 1..=3 {
        let mut granted = grant(wait(&client.park(1, LONG_MS)));
        granted.taken();
        assert_eq!(granted.steps[0].attempt, attempt);
    }
    crate::client::until("it fails", || client.context(task)["status"] == "error");
    assert_eq!(client.metric("tasks_failed"), 1);
    assert_eq!(client.metric("steps_retried"), 2);
}

#[test]
fn a_task_with_run_at_begins_by_itself() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let now = client.context(client.submit())["created_at"]
        .as_i64()
        .expect("a time");
    client.take(1);
    let request = json!({"requests": [{"name": "flow", "run_at": now + 80}]});
    client.call("submit", request);
    assert!(client.take(1).is_empty());
    let granted = grant(wait(&client.park(1, LONG_MS)));
    assert_eq!(granted.steps.len(), 1);
}

#[test]
fn a_heartbeat_keeps_an_attempt_alive_past_its_timeout() {
    let client = Client::with(json!({"step_timeout_ms": 400}));
    client.register(&[("a", &[])]);
    let task = client.submit();
    let mut granted = client.exchange(task, 1, Vec::new());
    granted.taken();
    let step = granted.steps[0].clone();
    let first = step.deadline_ms.expect("a deadline");
    let beat = || {
        let request = json!({"step_id": step.step_id, "fence": step.fence});
        client.call("heartbeat", request)["deadline_ms"]
            .as_i64()
            .expect("a deadline")
    };
    crate::client::until("the first deadline is over", || beat() > first + 400);
    let answered = client.exchange(task, 0, reports(&granted));
    assert!(answered.refused.is_empty(), "{:?}", answered.refused);
    assert_eq!(client.context(task)["status"], "complete");
}
