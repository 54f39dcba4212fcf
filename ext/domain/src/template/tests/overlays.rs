use super::*;

fn newer(environments: Value) -> Value {
    json!({ "name": "t", "environments": environments, "steps": [
        { "name": "a", "handler": { "callable": "A", "initialization": { "url": "u", "api": { "key": 1, "host": "h" } } },
          "retry": { "max_attempts": 5, "backoff": "linear" }, "timeout_seconds": 10 },
        { "name": "b", "handler": { "callable": "B" }, "dependencies": ["a"] }
    ] })
}

fn older(environments: Value) -> Value {
    json!({ "name": "t", "environments": environments, "step_templates": [
        { "name": "a", "handler_class": "A", "handler_config": { "url": "u", "timeout_seconds": 5 } },
        { "name": "b", "handler_class": "B", "depends_on_step": "a" }
    ] })
}

#[test]
fn an_overlay_changes_key_by_key_in_its_environment_alone() {
    let source = newer(json!({
        "production": { "steps": [{ "name": "a", "timeout_seconds": 60, "retry": { "max_attempts": 9 },
            "handler": { "initialization": { "api": { "key": 2 }, "more": true } } }] },
        "test": { "steps": [{ "name": "a", "retry": { "backoff_base_ms": 1 } }] }
    }));
    let production = parse_in("production", source.clone());
    let a = &production.steps[0];
    assert_eq!(
        Value::Object(a.handler.initialization.clone()),
        json!({ "url": "u", "api": { "key": 2, "host": "h" }, "more": true })
    );
    assert_eq!((a.timeout_ms, a.retry.max_attempts), (Some(60_000), 9));
    assert_eq!(a.retry.backoff.as_str(), "linear");
    let test = parse_in("test", source.clone());
    assert_eq!(
        (
            test.steps[0].retry.max_attempts,
            test.steps[0].retry.base_ms
        ),
        (5, 1)
    );
    assert_eq!(test.steps[0].timeout_ms, Some(10_000));
    let none = parse_in("staging", source);
    assert_eq!(none.steps, parse(newer(json!(null))).steps);
    assert_eq!(production.steps[1], none.steps[1]);
}

#[test]
fn an_overlay_named_all_applies_to_every_step_and_a_named_one_wins() {
    let template = parse(newer(json!({ "test": { "steps": [
        { "name": "b", "timeout_seconds": 1 }, { "name": "ALL", "timeout_seconds": 2, "retry": { "limit": 1 } }
    ] } })));
    let seen: Vec<_> = template
        .steps
        .iter()
        .map(|step| (step.timeout_ms, step.retry.max_attempts))
        .collect();
    assert_eq!(seen, [(Some(2_000), 1), (Some(1_000), 1)]);
}

#[test]
fn an_overlay_of_the_older_format_may_change_every_part_of_a_step() {
    let template = parse(older(json!({ "test": { "step_templates": [
        { "name": "a", "handler_class": "Fake", "description": "d", "handler_config": { "timeout_seconds": 7 },
          "default_retryable": false, "skippable": true },
        { "name": "b", "depends_on_steps": [] , "default_retry_limit": 4 }
    ] } })));
    let a = &template.steps[0];
    assert_eq!(
        Value::Object(a.handler.initialization.clone()),
        json!({ "url": "u", "timeout_seconds": 7 })
    );
    assert_eq!(
        (a.handler.callable.as_str(), a.timeout_ms),
        ("Fake", Some(7_000))
    );
    assert_eq!(
        (a.description.as_deref(), a.skippable, a.retry.max_attempts),
        (Some("d"), true, 1)
    );
    assert_eq!(template.steps[1].retry.max_attempts, 4);
    assert!(template.graph.parents(1).is_empty());
}

#[test]
fn overlays_of_every_environment_are_checked() {
    let source = newer(json!({ "production": { "steps": [
        { "name": "aa", "timeout": 3 }, { "timeout_seconds": 3 }, { "name": "b" }, { "name": "b" },
        { "name": "a", "handler": { "callable": "X" } }
    ], "sleps": [] } }));
    assert_eq!(
        problems(source),
        [
            "environments.production: unknown key `sleps`; did you mean `steps`?",
            "environments.production.steps[0]: unknown key `timeout`; did you mean `timeout_seconds`?",
            "environments.production.steps[1].name: is missing; give the step a name",
            "environments.production.steps[4].handler: unknown key `callable`; allowed here: initialization",
            "environments.production.steps[0].name: unknown step \"aa\"; did you mean \"a\"?",
            "environments.production.steps[3].name: \"b\" is used twice"
        ]
    );
}

#[test]
fn an_overlay_that_makes_a_cycle_is_refused() {
    let source =
        older(json!({ "test": { "step_templates": [{ "name": "a", "depends_on_step": "b" }] } }));
    let refusal = Template::parse(&source.to_string(), "test").expect_err("a cycle");
    assert_eq!(refusal.kind(), "cycle_error");
    assert!(Template::parse(&source.to_string(), "production").is_ok());
}

#[test]
fn an_environment_that_says_nothing_is_no_problem() {
    parse(newer(
        json!({ "test": null, "production": { "steps": null } }),
    ));
}
