use serde_json::json;

use super::world::{World, flow, one, steps};
use crate::command::Submission;
use crate::outcome::Done;
use crate::refusal::Refusal;
use crate::rules::submit::{compare_versions, submit};
use crate::state::{StepState, TaskState};

#[test]
fn one_bad_request_among_good_ones_leaves_nothing_behind() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let bad = Submission {
        bypass_steps: vec!["zz".to_owned()],
        ..flow()
    };
    let outcome = world.turn(|work| submit(work, &[flow(), bad, flow()]));
    assert!(matches!(outcome, Err(Refusal::Validation { .. })));
    assert!(world.tasks.is_empty() && world.steps.is_empty());
    assert_eq!(world.tally.tasks_created, 0);
}

#[test]
fn all_violations_of_a_request_are_told_at_once() {
    let mut world = World::new();
    let mut template = steps(&[("a", &[])]);
    template["input_schema"] = json!({
        "type": "object", "required": ["id"], "properties": {"n": {"type": "integer"}}
    });
    world.register(template);
    let bad = Submission {
        context: r#"{"n":"x"}"#.to_owned(),
        bypass_steps: vec!["b".to_owned(), "a".to_owned()],
        ..flow()
    };
    match world.submit(bad) {
        Err(Refusal::Validation { errors, message }) => {
            assert_eq!(errors.len(), 4, "{message}");
            assert!(message.contains("default/flow"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn defaults_of_the_schema_are_stored_and_the_rest_of_the_payload_keeps_its_text() {
    let mut world = World::new();
    let mut template = steps(&[("a", &[])]);
    template["input_schema"] =
        json!({"type": "object", "properties": {"n": {"type": "integer", "default": 7}}});
    world.register(template);
    let context = r#"{"big": 123456789012345678901234567890, "x": 1.0}"#;
    let submission = Submission {
        context: context.to_owned(),
        ..flow()
    };
    let task = world.submit(submission).expect("a task").task;
    let stored = &world.details[&task].context;
    assert!(stored.contains("123456789012345678901234567890") && stored.contains("1.0"));
    let stored: serde_json::Value = serde_json::from_str(stored).expect("JSON");
    assert_eq!(stored["n"], json!(7));
}

#[test]
fn a_second_submission_with_a_key_finds_the_first_ones_task() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let keyed = || Submission {
        idempotency_key: Some("k".to_owned()),
        ..flow()
    };
    let first = world.submit(keyed()).expect("a task");
    world.run();
    let second = world.submit(keyed()).expect("the same task");
    assert!(first.created && !second.created);
    assert_eq!(
        (second.task, second.state),
        (first.task, TaskState::Complete)
    );
    assert_eq!(world.tasks.len(), 1);
}

#[test]
fn a_key_counts_within_one_turn_and_one_request() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let keyed = |key: &str| Submission {
        idempotency_key: Some(key.to_owned()),
        ..flow()
    };
    let outcome = world.turn(|work| submit(work, &[keyed("k"), keyed("k"), keyed("l")]));
    let Ok(Done::Submitted(made)) = outcome else {
        panic!("{outcome:?}")
    };
    let created: Vec<_> = made.iter().map(|made| made.created).collect();
    assert_eq!(created, [true, false, true]);
    assert_eq!(made[0].task, made[1].task);
    assert_eq!(world.tasks.len(), 2);
}

#[test]
fn a_skippable_step_that_is_passed_by_lets_its_children_run() {
    let mut world = World::new();
    let template = json!({"name": "flow", "step_templates": [
        {"name": "a", "handler_class": "H", "skippable": true},
        {"name": "b", "handler_class": "H", "depends_on_step": "a", "skippable": true},
        {"name": "c", "handler_class": "H", "depends_on_step": "b"},
        {"name": "d", "handler_class": "H", "depends_on_steps": ["a", "c"]},
    ]});
    world.register(template);
    let bypass = |names: &[&str]| Submission {
        bypass_steps: names.iter().map(|name| (*name).to_owned()).collect(),
        ..flow()
    };
    let task = world.submit(bypass(&["a", "b"])).expect("a task").task;
    assert_eq!(world.state(task, "b"), StepState::Skipped);
    assert_eq!(world.take_only().step, world.named(task, "c"));
    let part = world.submit(bypass(&["b"])).expect("a task").task;
    assert_eq!(world.state(part, "c"), StepState::Ready);
    assert_eq!(world.state(part, "a"), StepState::Ready);
    world.run();
    assert_eq!(world.task_state(part), TaskState::Complete);
    assert!(world.submit(bypass(&["c"])).is_err(), "c is not skippable");
}

#[test]
fn a_task_of_which_every_step_is_passed_by_is_complete_and_said_to_be() {
    let mut world = World::new();
    world.register(one(json!({"skippable": true})));
    let submission = Submission {
        bypass_steps: vec!["a".to_owned()],
        ..flow()
    };
    let made = world.submit(submission).expect("a task");
    assert_eq!(world.task_state(made.task), TaskState::Complete);
    assert_eq!(made.state, TaskState::Complete);
}

#[test]
fn the_newest_version_is_taken_where_none_is_named() {
    let mut world = World::new();
    for version in ["1.9.0", "1.10.0", "1.2.0"] {
        let mut template = steps(&[("a", &[])]);
        template["version"] = json!(version);
        world.register(template);
    }
    let version = |world: &World, submission| {
        let mut fresh = World::new();
        fresh.templates = world.templates.clone();
        let made = fresh.submit(submission).expect("a task");
        world.templates[&made.template].version.clone()
    };
    assert_eq!(version(&world, flow()), "1.10.0");
    let old = Submission {
        version: Some("1.2.0".to_owned()),
        ..flow()
    };
    assert_eq!(version(&world, old), "1.2.0");
    let none = Submission {
        version: Some("3".to_owned()),
        ..flow()
    };
    assert!(matches!(
        world.submit(none),
        Err(Refusal::TemplateNotFound { .. })
    ));
}

#[test]
fn of_one_version_the_text_stored_last_is_taken() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let newer = world.register(steps(&[("a", &[]), ("b", &[])]));
    assert_eq!(world.submit(flow()).expect("a task").template, newer);
}

#[test]
fn versions_are_ordered_by_number_and_a_prerelease_comes_before_its_release() {
    let ordered = [
        "0.1.0",
        "1",
        "1.2",
        "1.9.0",
        "1.10.0-alpha",
        "1.10.0-rc1",
        "1.10.0-rc2",
        "1.10.0",
        "2.0.0",
    ];
    for pair in ordered.windows(2) {
        assert!(compare_versions(pair[0], pair[1]).is_lt(), "{pair:?}");
        assert!(compare_versions(pair[1], pair[0]).is_gt(), "{pair:?}");
    }
    assert!(compare_versions("v1.2", "v1.2").is_eq());
}

#[test]
fn an_unknown_template_is_refused_with_the_nearest_name() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let submission = Submission {
        name: "flwo".to_owned(),
        ..flow()
    };
    match world.submit(submission) {
        Err(Refusal::TemplateNotFound { nearest, .. }) => {
            assert_eq!(nearest.as_deref(), Some("default/flow"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_template_with_steps_that_cannot_run_yet_is_refused_by_name() {
    let mut world = World::new();
    world.register(one(json!({"type": "decision"})));
    match world.submit(flow()) {
        Err(Refusal::Unsupported { message }) => assert!(message.contains('a'), "{message}"),
        other => panic!("{other:?}"),
    }
}
