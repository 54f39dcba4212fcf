//! Claims on the tasks of some namespaces.

use serde_json::json;
use tasker_coordinator::{Request, Waiting};

use crate::client::{Client, grant, steps, wait};

const LONG_MS: u64 = 60_000;

fn with_namespaces(names: &[&str]) -> Client {
    let client = Client::new();
    for name in names {
        let mut definition = steps(&[("a", &[])]);
        definition["namespace"] = json!(name);
        client.call("register_template", json!({ "definition": definition }));
    }
    client
}

fn submit(client: &Client, namespace: &str) -> i64 {
    let request = json!({"namespace": namespace, "name": "flow"});
    let answer = client.call("submit", json!({ "requests": [request] }));
    answer["tasks"][0]["task_id"].as_i64().expect("an id")
}

fn park(client: &Client, namespaces: &[&str]) -> Waiting {
    let names = namespaces.iter().map(|name| (*name).to_owned()).collect();
    client.send(Request::exchange_of(names, 1, LONG_MS, Vec::new()).expect("a request"))
}

#[test]
fn a_parked_claim_is_woken_by_a_task_of_its_namespace_only() {
    let client = with_namespaces(&["a", "b", "c"]);
    let of_a = park(&client, &["a"]);
    let of_b_or_c = park(&client, &["b", "c"]);
    client.until_parked(2);
    let task = submit(&client, "c");
    let granted = grant(wait(&of_b_or_c));
    assert_eq!(granted.tasks[0].task_id, task);
    client.until_parked(1);
    assert!(of_a.is_empty());
    let task = submit(&client, "a");
    assert_eq!(grant(wait(&of_a)).tasks[0].task_id, task);
}

#[test]
fn a_claim_on_no_namespace_is_refused() {
    let refused = Request::exchange_of(Vec::new(), 1, 0, Vec::new()).err();
    let refused = refused.expect("a refusal");
    assert_eq!(refused.kind, "validation_error");
    assert!(refused.message.contains("at least one"), "{refused:?}");
}

#[test]
fn a_question_that_no_database_can_be_asked_is_refused_by_name() {
    for (call, field) in [
        ("list", "namespace"),
        ("list", "name"),
        ("template", "name"),
    ] {
        let refused = Request::call(call, &json!({ field: "a\0b" }).to_string()).err();
        let refused = refused.expect("a refusal");
        assert_eq!(refused.kind, "validation_error");
        assert!(refused.message.contains(field), "{refused:?}");
    }
}
