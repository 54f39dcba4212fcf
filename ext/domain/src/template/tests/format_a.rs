use super::*;
use crate::retry::Backoff;

fn step(more: Value) -> StepSpec {
    parse(with_step(more)).steps.remove(0)
}

fn retry(keys: Value) -> RetryPolicy {
    step(json!({ "retry": keys })).retry
}

/// The template that the design document shows.
fn process_order() -> Value {
    json!({
        "name": "process_order", "namespace_name": "fulfillment", "version": "1.0.0", "description": "from order to parcel",
        "input_schema": { "type": "object", "required": ["order_id"], "properties": { "order_id": { "type": "integer" } } },
        "steps": [
            { "name": "validate_order", "description": "looks twice",
              "handler": { "callable": "Fulfillment::ValidateOrder", "method": "call", "initialization": { "strict": true } },
              "dependencies": [],
              "retry": { "retryable": true, "max_attempts": 3, "backoff": "exponential", "backoff_base_ms": 1000,
                         "max_backoff_ms": 30000 },
              "timeout_seconds": 30 },
            { "name": "charge", "handler": { "callable": "Fulfillment::Charge" }, "dependencies": ["validate_order"] }
        ]
    })
}

#[test]
fn the_template_of_the_design_loads_whole() {
    let template = parse(process_order());
    assert_eq!(template.format, Format::A);
    assert_eq!(
        template.describe(),
        json!({
            "namespace": "fulfillment", "name": "process_order", "version": "1.0.0",
            "description": "from order to parcel", "max_duration_ms": null,
            "input_schema": { "type": "object", "required": ["order_id"],
                              "properties": { "order_id": { "type": "integer" } } },
            "steps": [
                { "name": "validate_order", "description": "looks twice", "type": "standard",
                  "handler": { "callable": "Fulfillment::ValidateOrder", "method": "call",
                               "initialization": { "strict": true }, "explicit": false, "style": "call" },
                  "dependencies": [],
                  "retry": { "retryable": true, "max_attempts": 3, "backoff": "exponential", "backoff_base_ms": 1000,
                             "max_backoff_ms": 30000, "jitter": 0.0 },
                  "timeout_ms": 30000, "result_schema": null, "skippable": false, "kept": {} },
                { "name": "charge", "description": null, "type": "standard",
                  "handler": { "callable": "Fulfillment::Charge", "method": null, "initialization": {},
                               "explicit": false, "style": "call" },
                  "dependencies": ["validate_order"],
                  "retry": { "retryable": true, "max_attempts": 3, "backoff": "exponential", "backoff_base_ms": 1000,
                             "max_backoff_ms": 60000, "jitter": 0.0 },
                  "timeout_ms": null, "result_schema": null, "skippable": false, "kept": {} }
            ],
            "kept": {}
        })
    );
}

#[test]
fn what_is_left_out_has_its_default() {
    let template = parse(with_step(json!({ "description": null, "retry": null })));
    assert_eq!(
        (
            template.namespace.as_str(),
            template.name.as_str(),
            template.version.as_str()
        ),
        ("default", "order", "1.0.0")
    );
    assert_eq!(template.steps[0].retry, RetryPolicy::default());
    assert_eq!(template.steps[0].kind, StepKind::Standard);
    assert!(template.input_schema.is_none());
}

#[test]
fn the_namespace_has_two_spellings() {
    assert_eq!(
        parse(with_head(json!({ "namespace_name": "shop" }))).namespace,
        "shop"
    );
    assert_eq!(
        parse(with_head(json!({ "namespace": "shop" }))).namespace,
        "shop"
    );
    assert_eq!(
        problem(with_head(
            json!({ "namespace_name": "shop", "namespace": "shop" })
        )),
        "namespace: means the same as `namespace_name`; keep one of them"
    );
}

#[test]
fn a_version_may_be_quoted_or_not() {
    assert_eq!(
        parse(with_head(json!({ "version": "2.1.0" }))).version,
        "2.1.0"
    );
    let unquoted = with_head(json!({}))
        .to_string()
        .replacen('{', r#"{"version":2.0,"#, 1);
    assert_eq!(
        Template::parse(&unquoted, "test").expect("good").version,
        "2.0"
    );
    assert_eq!(
        problem(with_head(json!({ "version": true }))),
        "version: must be a text such as 1.0.0, got true"
    );
    assert_eq!(
        problem(with_head(json!({ "version": " " }))),
        "version: must not be empty"
    );
}

#[test]
fn the_handler_is_read_key_by_key() {
    let handler = step(json!({ "handler": {
        "callable": "payments.validate", "method": "process", "initialization": { "big": 7, "list": [1] },
        "resolver": "explicit_mapping"
    } }))
    .handler;
    assert_eq!(handler.callable, "payments.validate");
    assert_eq!(handler.method.as_deref(), Some("process"));
    assert_eq!(
        Value::Object(handler.initialization),
        json!({ "big": 7, "list": [1] })
    );
    assert!(handler.explicit);
    assert_eq!(handler.style, HandlerStyle::Call);
}

#[test]
fn parents_have_two_spellings() {
    for key in ["dependencies", "depends_on"] {
        let mut source = process_order();
        source["steps"][1] =
            json!({ "name": "charge", "handler": { "callable": "C" }, key: ["validate_order"] });
        assert_eq!(parse(source).graph.parents(1), [0], "{key}");
    }
    assert_eq!(
        problem(with_step(json!({ "dependencies": [], "depends_on": [] }))),
        "steps[0].depends_on: means the same as `dependencies`; keep one of them"
    );
}

#[test]
fn every_key_of_retry_is_read() {
    let keys = json!({ "retryable": true, "max_attempts": 5, "backoff": "fibonacci", "backoff_base_ms": 100,
                       "max_backoff_ms": 2000, "jitter": 0.25 });
    let expected = RetryPolicy {
        max_attempts: 5,
        retryable: true,
        backoff: Backoff::Fibonacci,
        base_ms: 100,
        cap_ms: 2_000,
        jitter: 0.25,
    };
    assert_eq!(retry(keys), expected);
    for backoff in Backoff::ALL {
        assert_eq!(
            retry(json!({ "backoff": backoff.as_str() })).backoff,
            backoff
        );
    }
}

#[test]
fn the_older_keys_of_retry_count_in_seconds() {
    let policy = retry(json!({ "limit": 2, "initial_delay": 0.5, "max_delay": 45 }));
    assert_eq!(
        (policy.max_attempts, policy.base_ms, policy.cap_ms),
        (2, 500, 45_000)
    );
    for (newer, older) in [
        ("max_attempts", "limit"),
        ("backoff_base_ms", "initial_delay"),
        ("max_backoff_ms", "max_delay"),
    ] {
        let message = problem(with_step(json!({ "retry": { newer: 1, older: 1 } })));
        assert_eq!(
            message,
            format!("steps[0].retry.{older}: means the same as `{newer}`; keep one of them")
        );
    }
}

#[test]
fn zero_attempts_and_not_retryable_mean_one_attempt() {
    assert_eq!(retry(json!({ "max_attempts": 0 })).max_attempts, 1);
    let policy = retry(json!({ "retryable": false, "max_attempts": 5 }));
    assert_eq!((policy.retryable, policy.max_attempts), (false, 1));
}

#[test]
fn jitter_may_be_true_or_false() {
    assert_eq!(retry(json!({ "jitter": true })).jitter, 1.0);
    assert_eq!(retry(json!({ "jitter": false })).jitter, 0.0);
}

#[test]
fn a_base_beyond_the_usual_cap_is_not_undone_by_it() {
    assert_eq!(retry(json!({ "backoff_base_ms": 120_000 })).cap_ms, 120_000);
    assert_eq!(
        retry(json!({ "backoff_base_ms": 120_000, "max_backoff_ms": 90_000 })).cap_ms,
        90_000
    );
}

#[test]
fn a_timeout_may_be_a_fraction_of_a_second() {
    assert_eq!(
        step(json!({ "timeout_seconds": 0.25 })).timeout_ms,
        Some(250)
    );
    assert_eq!(
        step(json!({ "timeout_seconds": 120 })).timeout_ms,
        Some(120_000)
    );
}

#[test]
fn all_kinds_of_steps_load_and_those_that_cannot_run_are_named() {
    let steps: Vec<_> = StepKind::ALL
        .iter()
        .map(|kind| json!({ "name": kind.as_str(), "type": kind.as_str(), "handler": { "callable": "H" } }))
        .collect();
    let template = parse(json!({ "name": "t", "steps": steps }));
    let kinds: Vec<_> = template.steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, StepKind::ALL);
    assert_eq!(
        template.unsupported_steps(),
        [
            ("decision", StepKind::Decision),
            ("deferred_convergence", StepKind::DeferredConvergence),
            ("batchable", StepKind::Batchable),
            ("batch_worker", StepKind::BatchWorker)
        ]
    );
}

#[test]
fn schemas_are_compiled_where_they_stand() {
    let schema = json!({ "type": "object", "properties": { "n": { "default": 1 } } });
    let template = parse(with_head(json!({ "input_schema": schema })));
    let filled = template
        .input_schema
        .as_ref()
        .expect("a schema")
        .check("{}");
    assert_eq!(filled, Ok(Some(r#"{"n":1}"#.to_owned())));
    assert!(
        step(json!({ "result_schema": schema }))
            .result_schema
            .is_some()
    );
    let wrong = json!({ "type": "objec" });
    assert!(
        problem(with_head(json!({ "input_schema": wrong })))
            .starts_with("input_schema.type: unknown type")
    );
    assert!(
        problem(with_step(json!({ "result_schema": wrong })))
            .starts_with("steps[0].result_schema.type: ")
    );
}

#[test]
fn a_step_may_be_skippable_in_either_format() {
    assert!(step(json!({ "skippable": true })).skippable);
}
