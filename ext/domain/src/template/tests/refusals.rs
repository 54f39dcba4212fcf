use super::*;

fn refusal(source: &str) -> Refusal {
    Template::parse(source, "test").expect_err("a bad template")
}

#[test]
fn all_problems_are_named_at_once_in_one_line() {
    let source = json!({ "name": "process_order", "namespace_name": "fulfillment", "steps": [
        { "name": "validate", "handler": { "callable": "V" } },
        { "name": "ship", "handler": { "callable": "S" }, "dependencies": ["validte"] },
        { "name": "ship", "handler": { "callable": "S" }, "retry": { "max_atempts": 3 } }
    ] });
    assert_eq!(
        refusal(&source.to_string()).to_string(),
        "template fulfillment/process_order is not valid: \
         steps[2].retry: unknown key `max_atempts`; did you mean `max_attempts`?; \
         steps[2].name: \"ship\" is used twice; \
         steps[1].dependencies: unknown step \"validte\"; did you mean \"validate\"?"
    );
}

#[test]
fn a_cycle_alone_is_shown_as_a_cycle() {
    let step = |name: &str, parent: &str| json!({ "name": name, "handler": { "callable": "H" }, "depends_on": [parent] });
    let source = json!({ "name": "t", "steps": [step("a", "b"), step("b", "a")] });
    let refused = refusal(&source.to_string());
    assert_eq!(
        refused.to_string(),
        "template default/t: the steps form a cycle: a → b → a; remove one of these dependencies"
    );
    assert_eq!(refused.kind(), "cycle_error");
}

#[test]
fn a_cycle_among_other_problems_is_one_of_them() {
    let step =
        json!({ "name": "a", "handler": { "callable": "H" }, "depends_on": ["a"], "retries": 1 });
    assert_eq!(
        problems(json!({ "name": "t", "steps": [step] })),
        [
            "steps[0]: unknown key `retries`; did you mean `retry`?",
            "steps: the steps form a cycle: a → a"
        ]
    );
}

#[test]
fn what_is_no_template_at_all_is_refused() {
    assert!(
        refusal("{")
            .to_string()
            .starts_with("the template is not valid: it is not JSON: ")
    );
    assert_eq!(
        refusal("[1]").to_string(),
        "the template is not valid: must be a mapping of keys to values, got [1]"
    );
    assert_eq!(
        problems(json!({})),
        [
            "name: is missing; give the template a name",
            "steps: is missing; list at least one step"
        ]
    );
}

#[test]
fn a_template_of_both_formats_is_refused() {
    let message = problem(with_head(json!({ "step_templates": [] })));
    assert!(
        message.starts_with("step_templates: belongs to the older format"),
        "{message}"
    );
}

#[test]
fn no_steps_are_a_problem() {
    assert_eq!(
        problem(json!({ "name": "t", "steps": [] })),
        "steps: must list at least one step"
    );
    assert_eq!(
        problem(json!({ "name": "t", "steps": null })),
        "steps: is missing; list at least one step"
    );
    assert_eq!(
        problem(json!({ "name": "t", "steps": "a" })),
        "steps: must be a list, got \"a\""
    );
    assert_eq!(
        problem(json!({ "name": "t", "steps": ["a"] })),
        "steps[0]: must be a mapping of keys to values, got \"a\""
    );
}

#[test]
fn unknown_keys_get_the_nearest_right_name_or_the_list() {
    assert_eq!(
        problem(with_head(json!({ "descripton": "x" }))),
        "unknown key `descripton`; did you mean `description`?"
    );
    assert_eq!(
        problem(with_step(
            json!({ "handler": { "callable": "H", "zzz": 1 } })
        )),
        "steps[0].handler: unknown key `zzz`; allowed here: callable, method, initialization, resolver"
    );
    assert_eq!(
        problem(with_step(json!({ "depends_on_step": "x" }))),
        "steps[0]: unknown key `depends_on_step`; did you mean `depends_on`?"
    );
}

#[test]
fn a_step_needs_a_name_and_a_handler() {
    assert_eq!(
        problems(json!({ "name": "t", "steps": [{}] })),
        [
            "steps[0].name: is missing; give the step a name",
            "steps[0].handler: is missing; name what to call, such as { callable: Payments::Charge }"
        ]
    );
    assert_eq!(
        problem(with_step(json!({ "handler": {} }))),
        "steps[0].handler.callable: is missing; name a class or a registered handler"
    );
    assert_eq!(
        problem(with_step(json!({ "handler": "Shop::Charge" }))),
        "steps[0].handler: must be a mapping of keys to values, got \"Shop::Charge\""
    );
}

#[test]
fn a_parent_is_named_once() {
    let steps = json!([
        { "name": "a", "handler": { "callable": "H" } },
        { "name": "b", "handler": { "callable": "H" }, "dependencies": ["a", "a"] }
    ]);
    assert_eq!(
        problem(json!({ "name": "t", "steps": steps })),
        "steps[1].dependencies: \"a\" is named twice; keep one of them"
    );
}

#[test]
fn no_step_has_the_name_that_means_every_step() {
    let steps = json!([{ "name": "ALL", "handler": { "callable": "H" } }]);
    assert_eq!(
        problem(json!({ "name": "t", "steps": steps })),
        "steps[0].name: \"ALL\" means every step in an overlay of `environments`; give another name"
    );
}

#[test]
fn names_are_neither_empty_nor_endless_nor_invisible() {
    assert_eq!(
        problem(with_head(json!({ "name": "" }))),
        "name: must not be empty"
    );
    assert_eq!(
        problem(with_head(json!({ "namespace": "n".repeat(256) }))),
        "namespace: has 256 characters, at most 255 are allowed"
    );
    assert_eq!(
        parse(with_head(json!({ "name": "ü".repeat(255) })))
            .name
            .chars()
            .count(),
        255
    );
    assert_eq!(
        problem(with_step(json!({ "name": "a\u{0}b" }))),
        "steps[0].name: must not contain control characters, got \"a\\u0000b\""
    );
    assert_eq!(
        refusal(&with_head(json!({ "name": "a\nb" })).to_string()).to_string(),
        "the template is not valid: name: must not contain control characters, got \"a\\nb\""
    );
}

#[test]
fn values_of_wrong_types_and_ranges_say_what_is_allowed() {
    let cases = [
        (json!({ "name": 5 }), "name: must be a text, got 5"),
        (
            json!({ "dependencies": "a" }),
            "dependencies: must be a list, got \"a\"",
        ),
        (
            json!({ "dependencies": [1] }),
            "dependencies[0]: must be a name, got 1",
        ),
        (
            json!({ "timeout_seconds": 0 }),
            "timeout_seconds: must be a number from 0.001 to 31536000, got 0",
        ),
        (
            json!({ "timeout_seconds": "30" }),
            "timeout_seconds: must be a number from 0.001 to 31536000, got \"30\"",
        ),
        (
            json!({ "skippable": "yes" }),
            "skippable: must be true or false, got \"yes\"",
        ),
        (
            json!({ "retry": [] }),
            "retry: must be a mapping of keys to values, got []",
        ),
        (
            json!({ "retry": { "max_attempts": -1 } }),
            "retry.max_attempts: must be a whole number from 0 to 1000000, got -1",
        ),
        (
            json!({ "retry": { "max_attempts": 2.5 } }),
            "retry.max_attempts: must be a whole number from 0 to 1000000, got 2.5",
        ),
        (
            json!({ "retry": { "jitter": 1.5 } }),
            "retry.jitter: must be a number from 0 to 1, got 1.5",
        ),
        (
            json!({ "retry": { "backoff_base_ms": "1s" } }),
            "retry.backoff_base_ms: must be a whole number from 0 to 31536000000, got \"1s\"",
        ),
        (
            json!({ "retry": { "max_delay": -1 } }),
            "retry.max_delay: must be a number from 0 to 31536000, got -1",
        ),
        (
            json!({ "retry": { "backoff": "exponentail" } }),
            "retry.backoff: must be one of none, linear, exponential, fibonacci, got \"exponentail\"; did you mean \"exponential\"?",
        ),
        (
            json!({ "type": "decisions" }),
            "type: must be one of standard, decision, deferred_convergence, batchable, batch_worker, got \"decisions\"; did you mean \"decision\"?",
        ),
        (
            json!({ "handler": { "callable": "H", "resolver": "magic" } }),
            "handler.resolver: must be explicit_mapping, got \"magic\"",
        ),
        (
            json!({ "handler": { "callable": "H", "initialization": 3 } }),
            "handler.initialization: must be a mapping of keys to values, got 3",
        ),
        (
            json!({ "result_schema": "object" }),
            "result_schema: must be a JSON Schema (an object), got \"object\"",
        ),
    ];
    for (more, message) in cases {
        assert_eq!(problem(with_step(more)), format!("steps[0].{message}"));
    }
}

#[test]
fn a_number_beyond_every_range_is_refused_without_harm() {
    for number in ["1e999", "-1e999", "1e-999", "99999999999999999999999999"] {
        let source = with_step(json!({ "timeout_seconds": 7 }))
            .to_string()
            .replace(":7", &format!(":{number}"));
        assert_eq!(refusal(&source).kind(), "validation_error", "{number}");
    }
}

#[test]
fn a_long_value_is_cut_short_in_the_message() {
    let message = problem(with_step(json!({ "skippable": "x".repeat(10_000) })));
    assert!(message.len() < 150, "{message}");
    let message = problem(with_step(json!({ "skippable": vec![1; 10_000] })));
    assert!(message.ends_with("got a list of 10000 items"), "{message}");
}

#[test]
fn json_nested_without_end_is_refused_without_harm() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(
        refusal(&deep)
            .to_string()
            .contains("recursion limit exceeded")
    );
}
