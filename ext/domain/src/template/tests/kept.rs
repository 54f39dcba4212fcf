//! What is checked and stored without an effect on a run.

use super::*;

fn step(more: Value) -> StepSpec {
    parse(with_step(more)).steps.remove(0)
}

#[test]
fn the_batch_configuration_is_checked_and_kept() {
    let batch = json!({ "batch_size": 100, "parallelism": 4, "cursor_field": "id", "worker_template": "worker",
                        "failure_strategy": "continue_on_failure" });
    let spec = step(json!({ "type": "batchable", "batch_config": batch }));
    assert_eq!(spec.kept["batch_config"], batch);
    assert_eq!(
        problem(with_step(json!({ "batch_config": batch }))),
        "steps[0].batch_config: has an effect only on steps of type batchable or batch_worker"
    );
    let wrong = json!({ "type": "batchable", "batch_config": { "batch_size": 0, "failure_strategy": "fail_last" } });
    assert_eq!(
        problems(with_step(wrong)),
        [
            "steps[0].batch_config.batch_size: must be a whole number from 1 to 1000000000, got 0",
            "steps[0].batch_config.failure_strategy: must be one of fail_fast, continue_on_failure, got \"fail_last\"; \
             did you mean \"fail_fast\"?"
        ]
    );
}

#[test]
fn events_are_checked_and_kept() {
    let event = json!({ "name": "order.charged", "description": "d", "condition": "permanent_failure",
                        "delivery_mode": "fast", "publisher": "Shop::Publisher", "schema": { "type": "object" } });
    let spec = step(json!({ "publishes_events": [event] }));
    assert_eq!(spec.kept["publishes_events"], json!([event]));
    let wrong =
        json!({ "publishes_events": [{ "condition": "sucess", "delivery": "fast", "schema": 3 }] });
    assert_eq!(
        problems(with_step(wrong)),
        [
            "steps[0].publishes_events[0]: unknown key `delivery`; did you mean `delivery_mode`?",
            "steps[0].publishes_events[0].name: is missing; give the event a name",
            "steps[0].publishes_events[0].condition: must be one of always, success, failure, retryable_failure, \
             permanent_failure, got \"sucess\"; did you mean \"success\"?",
            "steps[0].publishes_events[0].schema: must be a JSON Schema (an object), got 3"
        ]
    );
}

#[test]
fn the_lifecycle_gives_the_deadline_and_is_kept() {
    let lifecycle = json!({ "max_duration_minutes": 1.5, "max_waiting_for_dependencies_minutes": 60,
        "max_waiting_for_retry_minutes": 30, "max_steps_in_process_minutes": 20, "staleness_action": "dlq",
        "auto_fail_on_timeout": true, "auto_dlq_on_timeout": false });
    let template = parse(with_head(json!({ "lifecycle": lifecycle })));
    assert_eq!(template.max_duration_ms, Some(90_000));
    assert_eq!(template.kept["lifecycle"], lifecycle);
    let mut of_step = lifecycle;
    lay(
        &mut of_step,
        json!({ "max_retries": 3, "backoff_multiplier": 2.0 }),
    );
    assert_eq!(
        step(json!({ "lifecycle": of_step })).kept["lifecycle"],
        of_step
    );
    assert_eq!(
        problems(with_head(
            json!({ "lifecycle": { "max_retries": 3, "max_duration_minutes": 0 } })
        ))
        .len(),
        2
    );
}

#[test]
fn what_has_no_effect_is_kept_and_readable() {
    let kept = json!({ "metadata": { "owner": "x" }, "system_dependencies": { "primary": "db" },
        "system_dependency": "erp", "domain_events": [], "loaded_from": "f.yml", "composition": null });
    assert_eq!(Value::Object(parse(with_head(kept.clone())).kept), kept);
    assert_eq!(Value::Object(step(kept.clone()).kept), kept);
}
