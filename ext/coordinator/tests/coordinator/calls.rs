use serde_json::{Value, json};

use crate::client::{Client, id, steps};

#[test]
fn a_ping_goes_through_the_actor() {
    assert_eq!(Client::new().call("ping", json!({})), json!({}));
}

#[test]
fn a_registered_template_is_described_and_known_again() {
    let client = Client::new();
    let definition = steps(&[("a", &[]), ("b", &["a"])]);
    let first = client.call("register_template", json!({ "definition": definition }));
    assert_eq!(
        (&first["new"], &first["step_count"], &first["name"]),
        (&json!(true), &json!(2), &json!("flow"))
    );
    assert_eq!(first["template"]["steps"][1]["dependencies"], json!(["a"]));
    let again = client.call("register_template", json!({ "definition": definition }));
    assert_eq!(again["new"], false);
    assert_eq!(again["template_id"], first["template_id"]);
    let named = client.call("template", json!({"namespace": "default", "name": "flow"}));
    assert_eq!(named, first["template"]);
    let by_id = client.call("template", json!({"template_id": first["template_id"]}));
    assert_eq!(by_id, named);
    let listed = client.call("templates", json!({}));
    assert_eq!(listed["templates"].as_array().map(Vec::len), Some(1));
}

#[test]
fn controls_answer_with_the_states_they_brought_about() {
    let client = Client::new();
    client.register(&[("a", &[]), ("b", &["a"])]);
    let task = client.submit();
    let of_task = |more: Value| {
        let mut request = json!({"task_id": task, "reason": "why"});
        let fields = more.as_object().expect("an object").clone();
        request.as_object_mut().expect("an object").extend(fields);
        request
    };
    assert_eq!(
        client.call("pause", of_task(json!({}))),
        json!({"task_id": task, "status": "pending", "paused": true})
    );
    client.call("resume", of_task(json!({})));
    let resolve = json!({"step": "a", "result": {"n": 1.0}, "by": "ops"});
    assert_eq!(
        client.call("resolve_step", of_task(resolve)),
        json!({"task_id": task, "step": "a", "status": "resolved_manually", "task_status": "pending"})
    );
    let result = client.call("result", json!({"task_id": task, "step": "a"}));
    assert_eq!(result["result"].to_string(), r#"{"n":1.0}"#);
    let held = client.take(1);
    let mut failure = crate::client::failed(&held[0]);
    failure.outcome = 2;
    client.exchange(0, 0, vec![failure]);
    assert_eq!(
        client.call("retry_step", of_task(json!({"step": "b"}))),
        json!({"task_id": task, "step": "b", "status": "ready", "task_status": "in_progress"})
    );
    assert_eq!(
        client.call("cancel", of_task(json!({})))["status"],
        "cancelled"
    );
}

#[test]
fn what_is_not_there_is_refused_by_its_kind() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let task = client.submit();
    let kind = |call: &str, request: Value| client.try_call(call, request).expect_err("a refusal");
    for (call, request) in [
        ("context", json!({"task_id": -1})),
        ("cancel", json!({"task_id": 99})),
        ("result", json!({"task_id": 99, "step": "a"})),
    ] {
        let refused = kind(call, request);
        assert_eq!(refused.kind, "task_not_found", "{call}");
        assert!(refused.message.contains("Task not found"), "{refused:?}");
    }
    let refused = kind("retry_step", json!({"task_id": task, "step": "zz"}));
    assert_eq!(refused.kind, "step_not_found");
    let refused = kind("submit", json!({"requests": [{"name": "flwo"}]}));
    assert_eq!(refused.kind, "template_not_found");
    assert!(refused.message.contains("flow"), "{refused:?}");
    let refused = kind("heartbeat", json!({"step_id": 1, "fence": 1}));
    assert_eq!(refused.kind, "stale_lease");
    let mut cycle = steps(&[("a", &["b"]), ("b", &["a"])]);
    let refused = kind("register_template", json!({ "definition": cycle }));
    assert_eq!(refused.kind, "cycle_error");
    cycle["steps"] = json!([]);
    let refused = kind("register_template", json!({ "definition": cycle }));
    assert_eq!(refused.kind, "validation_error");
    let context: Value = serde_json::from_str(&refused.context).expect("JSON");
    assert!(context["errors"][0]["path"].is_string(), "{context}");
}

#[test]
fn lists_can_be_read_page_by_page() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    client.submit_many(5);
    let page = |before: Value| {
        let listed = client.call("list", json!({"limit": 2, "before": before}));
        let tasks = listed["tasks"].as_array().expect("tasks").clone();
        let ids = tasks
            .iter()
            .map(|task| task["task_id"].as_i64().expect("an id"));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(page(Value::Null), [5, 4]);
    assert_eq!(page(json!(4)), [3, 2]);
    assert_eq!(page(json!(2)), [1]);
}

#[test]
fn metrics_are_true_to_what_happened() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    client.submit_many(3);
    let mut held = client.take(3);
    let failure = {
        let mut failure = crate::client::failed(&held[0]);
        failure.outcome = 2;
        failure
    };
    held[0] = failure;
    client.exchange(0, 0, held);
    client.submit();
    let metrics = client.call("metrics", json!({}));
    let expected = json!({
        "active_tasks": 1, "tasks_created": 4, "tasks_completed": 2, "tasks_failed": 1, "steps_started": 3,
        "steps_completed": 2, "steps_failed": 1, "steps_retried": 0, "queue_depth": 0, "parked_claims": 0,
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(&metrics[key], value, "{key}");
    }
    let rate = metrics["error_rate"].as_f64().expect("a rate");
    assert!((rate - 1.0 / 3.0).abs() < 1e-9, "{rate}");
    assert!(
        metrics["average_completion_time_ms"]
            .as_f64()
            .is_some_and(|ms| ms >= 0.0)
    );
    assert!(
        metrics["tasks_per_second"]
            .as_f64()
            .is_some_and(|rate| rate > 0.0)
    );
}

#[test]
fn an_attempt_is_alive_until_it_is_reported() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    client.submit();
    let held = client.take(1);
    let alive = || {
        let request = json!({"step_id": held[0].step_id, "fence": held[0].fence});
        client.call("attempt", request)["alive"].clone()
    };
    assert_eq!(alive(), true);
    client.exchange(0, 0, held.clone());
    assert_eq!(alive(), false);
}

#[test]
fn a_submission_with_a_key_is_made_once_by_many_callers() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let submit = || {
        let request = json!({"requests": [{"name": "flow", "idempotency_key": "k"}]});
        id(&client.call("submit", request))
    };
    let ids: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(submit)).collect();
        let ids = threads
            .into_iter()
            .map(|thread| thread.join().expect("an id"));
        ids.collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(client.metric("tasks_created"), 1);
}
