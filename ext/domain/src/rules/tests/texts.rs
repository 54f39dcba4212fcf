//! Texts that a database can't keep.

use serde_json::json;

use super::world::{World, flow, steps};
use crate::command::{Action, Control, Submission};
use crate::refusal::Refusal;
use crate::rules::control::control;
use crate::template::Template;

fn paths(refusal: Refusal) -> Vec<String> {
    match refusal {
        Refusal::Validation { errors, message } => {
            assert!(message.contains("NUL"), "{message}");
            errors.into_iter().map(|error| error.path).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_with_a_nul_is_refused_and_each_field_is_named() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let bad = || "a\0b".to_owned();
    let request = Submission {
        namespace: bad(),
        name: bad(),
        version: Some(bad()),
        idempotency_key: Some(bad()),
        initiator: Some(bad()),
        source_system: Some(bad()),
        reason: Some(bad()),
        correlation_id: Some(bad()),
        tags: Some(json!(["good", bad()]).to_string()),
        ..Submission::default()
    };
    let named = paths(world.submit(request).expect_err("a refusal"));
    let expected = [
        "namespace",
        "name",
        "version",
        "idempotency_key",
        "initiator",
        "source_system",
        "reason",
        "correlation_id",
        "tags",
    ];
    assert_eq!(named, expected);
    assert!(world.tasks.is_empty());
}

#[test]
fn a_nul_within_json_and_letters_that_only_look_like_one_are_kept() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let request = Submission {
        context: r#"{"x":"\u0000"}"#.to_owned(),
        tags: Some(json!([r"\u0000"]).to_string()),
        ..flow()
    };
    let task = world.submit(request).expect("a task").task;
    assert_eq!(&*world.details[&task].context, r#"{"x":"\u0000"}"#);
}

#[test]
fn a_control_with_a_nul_is_refused_and_changes_nothing() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[])]));
    let (step, result) = ("a".to_owned(), "1".into());
    let by = Some("\0".to_owned());
    let order = Control {
        task,
        action: Action::Resolve { step, result, by },
        reason: Some("b\0".to_owned()),
    };
    let refused = world.turn(|work| control(work, &order));
    assert_eq!(paths(refused.expect_err("a refusal")), ["reason", "by"]);
    assert!(world.task_state(task).is_live() && world.results.is_empty());
}

#[test]
fn names_of_templates_and_steps_hold_no_nul() {
    for key in ["name", "namespace", "version"] {
        let mut template = steps(&[("a", &[])]);
        template["name"] = json!("flow");
        template[key] = json!("a\0b");
        assert!(
            Template::parse(&template.to_string(), "test").is_err(),
            "{key}"
        );
    }
    let step = json!({"name": "flow", "steps": [{"name": "a\0", "handler": {"callable": "H"}}]});
    assert!(Template::parse(&step.to_string(), "test").is_err());
}
