use super::*;
use serde_json::json;

mod format_a;
mod format_b;
mod kept;
mod overlays;
mod refusals;
mod robustness;

/// Parses a template that must be good.
fn parse(source: Value) -> Template {
    parse_in("test", source)
}

fn parse_in(environment: &str, source: Value) -> Template {
    Template::parse(&source.to_string(), environment).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// All problems of a template that must be bad, each as `path: message`.
fn problems(source: Value) -> Vec<String> {
    match Template::parse(&source.to_string(), "test") {
        Err(Refusal::Validation { errors, .. }) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("not a validation error: {other:?}"),
    }
}

/// The one problem of a template that has one.
fn problem(source: Value) -> String {
    let all = problems(source);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap_or_default()
}

/// A template of format A with one step, with `more` laid over that step.
fn with_step(more: Value) -> Value {
    let mut step = json!({ "name": "charge", "handler": { "callable": "Shop::Charge" } });
    lay(&mut step, more);
    json!({ "name": "order", "steps": [step] })
}

/// A template of format B with one step, with `more` laid over that step.
fn with_step_template(more: Value) -> Value {
    let mut step = json!({ "name": "charge", "handler_class": "Shop::Charge" });
    lay(&mut step, more);
    json!({ "name": "order", "step_templates": [step] })
}

/// A good template of format A with `more` laid over its top.
fn with_head(more: Value) -> Value {
    let mut source = with_step(json!({}));
    lay(&mut source, more);
    source
}

fn lay(value: &mut Value, more: Value) {
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
}

#[test]
fn a_template_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Template>();
}

#[test]
fn a_step_is_found_by_its_name() {
    let steps: Vec<_> = ["a", "b", "c"]
        .map(|name| json!({ "name": name, "handler": { "callable": "H" } }))
        .to_vec();
    let template = parse(json!({ "name": "t", "steps": steps }));
    assert_eq!(template.position_of("c"), Some(2));
    assert_eq!(template.position_of("d"), None);
}

#[test]
fn a_template_of_as_many_steps_as_there_can_be_loads() {
    let step = |n: usize| {
        let parents: Vec<_> = n
            .checked_sub(1)
            .map(|parent| format!("s{parent}"))
            .into_iter()
            .collect();
        json!({ "name": format!("s{n}"), "handler": { "callable": "H" }, "dependencies": parents })
    };
    let source =
        |count: usize| json!({ "name": "t", "steps": (0..count).map(step).collect::<Vec<_>>() });
    let template = parse(source(65_536));
    assert_eq!(template.position_of("s65535"), Some(65_535));
    assert_eq!(template.graph.ancestors(65_535).len(), 65_535);
    let refused = problems(source(65_537));
    assert!(
        refused[0].contains("steps: has 65537 steps, at most 65536 are allowed"),
        "{refused:?}"
    );
}
