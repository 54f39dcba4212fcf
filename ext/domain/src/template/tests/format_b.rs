use super::*;

fn step(more: Value) -> StepSpec {
    parse(with_step_template(more)).steps.remove(0)
}

fn older() -> Value {
    json!({
        "name": "checkout", "namespace_name": "shop", "description": "the older way",
        "task_handler_class": "Shop::Checkout", "module_namespace": "Shop", "named_steps": ["pay", "cart"],
        "default_dependent_system": "erp", "custom_events": [{ "name": "paid" }], "handler_config": { "a": 1 },
        "schema": { "type": "object", "properties": { "currency": { "default": "EUR" } } },
        "step_templates": [
            { "name": "cart", "description": "looks", "handler_class": "Shop::Cart" },
            { "name": "pay", "handler_class": "Shop::Pay", "depends_on_step": "cart", "default_retryable": true,
              "default_retry_limit": 5, "skippable": true, "handler_config": { "url": "u", "timeout_seconds": 12 } }
        ]
    })
}

#[test]
fn the_older_format_loads_whole() {
    let template = parse(older());
    assert_eq!(template.format, Format::B);
    assert_eq!(
        (template.namespace.as_str(), template.version.as_str()),
        ("shop", "0.1.0")
    );
    assert_eq!(template.description.as_deref(), Some("the older way"));
    assert_eq!(template.graph.parents(1), [0]);
    let pay = &template.steps[1];
    assert_eq!(pay.handler.callable, "Shop::Pay");
    assert_eq!(pay.handler.style, HandlerStyle::Process);
    assert_eq!(
        (pay.retry.max_attempts, pay.retry.retryable, pay.skippable),
        (5, true, true)
    );
    let kept = template.kept.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(
        kept,
        [
            "task_handler_class",
            "module_namespace",
            "named_steps",
            "default_dependent_system",
            "custom_events",
            "handler_config"
        ]
    );
    let filled = template
        .input_schema
        .as_ref()
        .expect("a schema")
        .check("{}");
    assert_eq!(filled, Ok(Some(r#"{"currency":"EUR"}"#.to_owned())));
    assert_eq!(
        template.describe()["steps"][1]["handler"]["style"],
        "process"
    );
}

#[test]
fn a_timeout_in_the_configuration_is_enforced_and_stays_visible() {
    let spec = step(json!({ "handler_config": { "timeout_seconds": 12 } }));
    assert_eq!(spec.timeout_ms, Some(12_000));
    assert_eq!(spec.handler.initialization["timeout_seconds"], 12);
    assert_eq!(
        problem(with_step_template(
            json!({ "handler_config": { "timeout_seconds": "soon" } })
        )),
        "step_templates[0].handler_config.timeout_seconds: must be a number from 0.001 to 31536000, got \"soon\""
    );
}

#[test]
fn the_defaults_of_retry_are_those_of_the_newer_format() {
    assert_eq!(step(json!({})).retry, RetryPolicy::default());
    assert_eq!(
        step(json!({ "default_retryable": false, "default_retry_limit": 9 }))
            .retry
            .max_attempts,
        1
    );
}

#[test]
fn parents_may_be_one_or_several() {
    let mut source = older();
    source["named_steps"] = json!(null);
    let third = |more: Value| {
        let mut step = json!({ "name": "ship", "handler_class": "Shop::Ship" });
        lay(&mut step, more);
        step
    };
    for more in [
        json!({ "depends_on_steps": ["cart", "pay"] }),
        json!({ "depends_on_step": "cart", "depends_on_steps": ["pay"] }),
    ] {
        source["step_templates"]
            .as_array_mut()
            .expect("a list")
            .truncate(2);
        source["step_templates"]
            .as_array_mut()
            .expect("a list")
            .push(third(more));
        assert_eq!(parse(source.clone()).graph.parents(2), [0, 1]);
    }
}

#[test]
fn named_steps_have_to_match_the_steps() {
    let mut source = older();
    source["named_steps"] = json!(["cart", "pya", "cart"]);
    assert_eq!(
        problems(source),
        [
            "named_steps[1]: \"pya\" is not among step_templates; did you mean \"pay\"?",
            "named_steps[2]: \"cart\" is used twice",
            "named_steps: lacks \"pay\", which is among step_templates"
        ]
    );
}

#[test]
fn keys_of_the_newer_format_are_refused_with_the_right_name() {
    let mut source = with_step_template(json!({ "depends_on": ["x"] }));
    lay(&mut source, json!({ "namespace": "shop" }));
    assert_eq!(
        problems(source),
        [
            "unknown key `namespace`; did you mean `namespace_name`?",
            "step_templates[0]: unknown key `depends_on`; did you mean `depends_on_step`?"
        ]
    );
}

#[test]
fn a_step_without_a_class_or_a_name_is_refused() {
    assert_eq!(
        problem(json!({ "name": "t", "step_templates": [{ "name": "a" }] })),
        "step_templates[0].handler_class: is missing; name the class of the step's handler"
    );
    assert_eq!(
        problem(json!({ "name": "t", "step_templates": [{ "handler_class": "H" }] })),
        "step_templates[0].name: is missing; give the step a name"
    );
    assert_eq!(
        problem(json!({ "name": "t", "step_templates": [] })),
        "step_templates: must list at least one step"
    );
}
