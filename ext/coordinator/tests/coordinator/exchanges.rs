use serde_json::json;
use tasker_coordinator::{RawReport, Request};

use crate::client::{Client, failed, reports, wait};

#[test]
fn a_diamond_runs_with_one_exchange_a_round() {
    let client = Client::new();
    client.register(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])]);
    let task = client.submit();
    let mut rounds = Vec::new();
    let mut handed_in = Vec::new();
    loop {
        let mut granted = client.exchange(task, 10, handed_in);
        granted.taken();
        assert!(granted.refused.is_empty(), "{:?}", granted.refused);
        let line = granted.task.expect("a line");
        if granted.steps.is_empty() {
            assert_eq!((line.state, line.completed_steps), ("complete", 4));
            break;
        }
        rounds.push(granted.steps.len());
        handed_in = reports(&granted);
    }
    assert_eq!(rounds, [1, 2, 1]);
}

#[test]
fn granted_steps_bring_all_that_a_handler_needs() {
    let client = Client::new();
    client.register(&[("a", &[]), ("b", &["a"])]);
    let request = json!({"requests": [{"name": "flow", "context": {"x": [1, 2]}}]});
    let task = crate::client::id(&client.call("submit", request));
    let first = client.take(1);
    let granted = client.exchange(task, 1, first);
    let step = &granted.steps[0];
    assert_eq!(step.parents, [(0, Some("1".into()))]);
    assert_eq!(&*granted.tasks[step.task].context, r#"{"x":[1,2]}"#);
    assert_eq!((step.attempt, step.max_attempts, step.position), (1, 3, 1));
    assert!(step.deadline_ms.is_some());
}

#[test]
fn a_refused_report_is_named_and_the_others_count() {
    let client = Client::new();
    client.register(&[("a", &[]), ("b", &[])]);
    let task = client.submit();
    let held = client.take(2);
    let stale = RawReport {
        fence: 99,
        ..held[0].clone()
    };
    let unknown = RawReport {
        step_id: -1,
        ..held[0].clone()
    };
    let answered = client.exchange(task, 0, vec![stale, held[1].clone(), unknown]);
    let refused: Vec<_> = answered
        .refused
        .iter()
        .map(|refused| (refused.index, refused.kind))
        .collect();
    assert_eq!(refused, [(0, "stale_lease"), (2, "stale_lease")]);
    let context = client.context(task);
    assert_eq!(context["completed_steps"], 1);
}

#[test]
fn an_exchange_on_a_task_that_is_not_there_says_so_and_its_reports_count() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let task = client.submit();
    let held = client.take(1);
    for (missing, handed_in) in [(99, held), (-1, Vec::new()), (i64::MIN, Vec::new())] {
        let request = Request::exchange(missing, 1, 60_000, handed_in).expect("a request");
        let refused = wait(&client.send(request)).expect_err("a refusal");
        assert_eq!(refused.kind, "task_not_found");
        assert!(refused.message.contains("Task not found"), "{refused:?}");
    }
    assert_eq!(client.context(task)["status"], "complete");
}

#[test]
fn a_report_that_can_not_be_read_is_refused_before_it_is_sent() {
    let report = |outcome, payload: &str| RawReport {
        step_id: 1,
        fence: 1,
        outcome,
        payload: payload.to_owned(),
    };
    for bad in [report(9, ""), report(1, "no JSON"), report(2, "[]")] {
        let refused = Request::exchange(0, 1, 0, vec![bad.clone()]).err();
        assert_eq!(
            refused.map(|refused| refused.kind),
            Some("validation_error"),
            "{bad:?}"
        );
    }
}

#[test]
fn a_result_larger_than_allowed_fails_its_step_for_good() {
    let client = Client::with(json!({"max_payload_bytes": 100}));
    client.register(&[("a", &[])]);
    let task = client.submit();
    let mut held = client.take(1);
    held[0].payload = format!("\"{}\"", "x".repeat(200));
    client.exchange(task, 0, held);
    let context = client.context(task);
    assert_eq!(context["status"], "error");
    let message = context["steps"][0]["error"]["message"].to_string();
    assert!(message.contains("max_payload_bytes"), "{message}");
    let request = json!({"requests": [{"name": "flow", "context": {"x": "y".repeat(200)}}]});
    let refused = client.try_call("submit", request).expect_err("a refusal");
    assert_eq!(refused.kind, "validation_error");
}

#[test]
fn an_error_comes_back_with_what_the_handler_told() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let task = client.submit();
    let held = client.take(1);
    let mut failure = failed(&held[0]);
    failure.outcome = 2;
    failure.payload = json!({"class": "Pay::Declined", "message": "no", "error_code": "E1",
        "context": {"a": 1}, "backtrace": ["x:1"], "retry_after_ms": 5})
    .to_string();
    client.exchange(task, 0, vec![failure]);
    assert_eq!(
        client.context(task)["steps"][0]["error"],
        json!({"class": "Pay::Declined", "message": "no", "error_code": "E1", "context": {"a": 1},
               "backtrace": ["x:1"], "permanent": true})
    );
}
