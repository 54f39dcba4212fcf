//! Whatever stands at whatever key, reading ends with a template or with problems.

use super::*;

fn full_newer() -> Value {
    json!({
        "name": "t", "namespace_name": "n", "version": "1", "description": "d",
        "input_schema": { "type": "object", "properties": { "a": { "default": 1 } } },
        "lifecycle": { "max_duration_minutes": 5, "auto_fail_on_timeout": true },
        "environments": { "test": { "steps": [{ "name": "ALL", "timeout_seconds": 1, "retry": { "jitter": true },
            "handler": { "initialization": { "a": { "b": 1 } } } }] } },
        "steps": [
            { "name": "a", "handler": { "callable": "A", "method": "call", "initialization": { "a": { "c": 1 } },
              "resolver": "explicit_mapping" }, "type": "batchable", "batch_config": { "batch_size": 1 },
              "publishes_events": [{ "name": "e" }], "lifecycle": { "max_retries": 1 } },
            { "name": "b", "handler": { "callable": "B" }, "dependencies": ["a"], "result_schema": {}, "skippable": true,
              "retry": { "retryable": true, "limit": 2, "backoff": "none", "initial_delay": 1, "max_delay": 2 } }
        ]
    })
}

fn full_older() -> Value {
    json!({
        "name": "t", "namespace_name": "n", "task_handler_class": "T", "named_steps": ["a", "b"], "schema": {},
        "environments": { "test": { "step_templates": [{ "name": "a", "handler_config": { "x": [1] } }] } },
        "step_templates": [
            { "name": "a", "handler_class": "A", "handler_config": { "timeout_seconds": 1, "x": {} } },
            { "name": "b", "handler_class": "B", "depends_on_step": "a", "depends_on_steps": [],
              "default_retryable": true, "default_retry_limit": 1, "skippable": false }
        ]
    })
}

/// The JSON pointers of every value within `value`.
fn pointers(value: &Value, here: String, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(key, below)| pointers(below, format!("{here}/{key}"), all));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, below)| pointers(below, format!("{here}/{index}"), all));
        }
        _ => {}
    }
    all.push(here);
}

#[test]
fn anything_anywhere_is_read_or_refused_with_a_path() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!("a"),
        json!(""),
        json!("\u{0}"),
        json!([]),
        json!([null, 1, "a", "a", {}]),
        json!({}),
        json!({ "a": { "name": 1, "steps": [{ "name": "b" }] } }),
        serde_json::from_str("1e400").expect("a number"),
    ];
    for whole in [full_newer(), full_older()] {
        parse(whole.clone());
        let mut all = Vec::new();
        pointers(&whole, String::new(), &mut all);
        for pointer in all {
            for value in &odd {
                let mut source = whole.clone();
                *source.pointer_mut(&pointer).expect("a pointer of it") = value.clone();
                if let Err(refusal) = Template::parse(&source.to_string(), "test") {
                    let named = refusal.context()["errors"]
                        .as_array()
                        .is_some_and(|errors| !errors.is_empty());
                    assert!(
                        named || refusal.kind() == "cycle_error",
                        "{pointer} {value}: {refusal:?}"
                    );
                    assert!(
                        !refusal.to_string().contains('\n'),
                        "{pointer} {value}: {refusal}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_canonical_form_of_both_formats_has_the_same_keys() {
    let keys = |value: &Value| {
        value
            .as_object()
            .map(|map| map.keys().cloned().collect::<Vec<_>>())
    };
    let (newer, older) = (
        parse(full_newer()).describe(),
        parse(full_older()).describe(),
    );
    assert_eq!(keys(&newer), keys(&older));
    assert_eq!(keys(&newer["steps"][1]), keys(&older["steps"][1]));
    assert_eq!(
        keys(&newer["steps"][1]["handler"]),
        keys(&older["steps"][1]["handler"])
    );
    assert_eq!(
        keys(&newer["steps"][1]["retry"]),
        keys(&older["steps"][1]["retry"])
    );
}
