use std::sync::Arc;

use serde_json::json;

use super::world::{Held, World, error, flow, one, steps};
use crate::command::{Action, Control, Ending, Report};
use crate::ids::TaskId;
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use crate::rules::{control, report};
use crate::state::{StepState, TaskState};

fn resolve(step: &str) -> Action {
    Action::Resolve {
        step: step.to_owned(),
        result: Arc::from(r#"{"by": "hand"}"#),
        by: Some("ops".to_owned()),
    }
}

fn retry(step: &str) -> Action {
    Action::Retry {
        step: step.to_owned(),
    }
}

fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Refusal::InvalidTransition { .. }))
}

fn chain() -> serde_json::Value {
    steps(&[("a", &[]), ("b", &["a"])])
}

#[test]
fn a_failed_step_resolved_by_hand_lets_its_children_run() {
    let mut world = World::new();
    let task = world.start(chain());
    let held = world.take_only();
    world.fail(held, error(true));
    let outcome = world.control(task, resolve("a")).expect("a resolution");
    assert!(matches!(
        outcome,
        Done::Controlled {
            task: TaskState::InProgress,
            step: Some(StepState::ResolvedManually),
            ..
        }
    ));
    assert_eq!(&*world.results[&held.step], r#"{"by": "hand"}"#);
    world.run();
    assert_eq!(
        world.task_state(task),
        TaskState::Complete,
        "its last step completed by itself"
    );
}

#[test]
fn a_task_whose_last_step_is_resolved_by_hand_is_resolved_manually() {
    let mut world = World::new();
    let task = world.start(chain());
    let held = world.take_only();
    world.complete(held);
    let held = world.take_only();
    world.fail(held, error(true));
    let outcome = world.control(task, resolve("b")).expect("a resolution");
    assert!(matches!(
        outcome,
        Done::Controlled {
            task: TaskState::ResolvedManually,
            ..
        }
    ));
    let told = world.transitions.iter().filter(|t| t.position.is_some());
    let told: Vec<_> = told.map(|t| t.reason.clone()).collect();
    assert_eq!(told, [Some("resolved by hand: ops: because".to_owned())]);
}

#[test]
fn a_step_that_waits_for_its_parents_can_be_resolved_and_is_not_run_later() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]));
    world.control(task, resolve("b")).expect("a resolution");
    assert_eq!(world.state(task, "c"), StepState::Ready);
    world.run();
    assert_eq!(world.state(task, "b"), StepState::ResolvedManually);
    assert_eq!(world.task_state(task), TaskState::Complete);
    assert_eq!(world.tally.steps_completed, 2);
}

#[test]
fn a_running_step_resolved_by_hand_refuses_its_workers_report() {
    let mut world = World::new();
    let task = world.start(chain());
    let held = world.take_only();
    world.control(task, resolve("a")).expect("a resolution");
    let late = world.report(held, Ending::Complete(Arc::from("2")));
    assert!(matches!(late, Err(Refusal::StaleLease { .. })));
    assert_eq!(&*world.results[&held.step], r#"{"by": "hand"}"#);
}

#[test]
fn a_step_that_backs_off_or_is_ready_can_be_resolved() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[]), ("b", &[])]));
    let held = world.take(1)[0];
    world.fail(held, error(false));
    world.control(task, resolve("a")).expect("a resolution");
    world.control(task, resolve("b")).expect("a resolution");
    assert_eq!(world.task_state(task), TaskState::ResolvedManually);
    assert_eq!(world.take(9), []);
}

#[test]
fn what_is_finished_can_be_neither_resolved_nor_retried() {
    let mut world = World::new();
    let task = world.start(chain());
    let held = world.take_only();
    world.complete(held);
    assert!(is_refused(&world.control(task, resolve("a"))));
    assert!(is_refused(&world.control(task, retry("a"))));
    world.run();
    assert!(is_refused(&world.control(task, resolve("b"))));
    assert!(is_refused(&world.control(task, Action::Cancel)));
    assert!(is_refused(&world.control(task, Action::Pause)));
}

#[test]
fn a_retry_is_refused_for_a_step_that_runs_or_waits_for_its_parents() {
    let mut world = World::new();
    let task = world.start(chain());
    world.take_only();
    assert!(is_refused(&world.control(task, retry("a"))));
    assert!(is_refused(&world.control(task, retry("b"))));
}

#[test]
fn a_retry_cuts_the_wait_of_a_step_that_backs_off_short() {
    let mut world = World::new();
    let task = world.start(one(json!({"retry": {"backoff_base_ms": 50_000}})));
    let held = world.take_only();
    world.fail(held, error(false));
    assert_eq!(world.take(1), []);
    world.control(task, retry("a")).expect("a retry");
    let held = world.take_only();
    assert_eq!(world.step(task, "a").attempts, 2);
    world.complete(held);
}

#[test]
fn an_unknown_task_or_step_is_named_with_what_there_is() {
    let mut world = World::new();
    let task = world.start(chain());
    match world.control(task, retry("bb")) {
        Err(Refusal::StepNotFound { known, .. }) => assert_eq!(known, ["a", "b"]),
        other => panic!("{other:?}"),
    }
    let missing = world.control(TaskId(99), Action::Cancel);
    assert!(matches!(missing, Err(Refusal::TaskNotFound(99))));
}

#[test]
fn a_cancelled_task_stops_where_it_is_and_refuses_what_comes_later() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[]), ("b", &["a"]), ("x", &[])]));
    let taken = world.take(2);
    world.complete(taken[1]);
    world.control(task, Action::Cancel).expect("a cancellation");
    let states = ["a", "b", "x"].map(|name| world.state(task, name));
    assert_eq!(
        states,
        [
            StepState::Cancelled,
            StepState::Cancelled,
            StepState::Complete
        ]
    );
    assert_eq!(world.task_state(task), TaskState::Cancelled);
    let late = world.report(taken[0], Ending::Complete(Arc::from("1")));
    assert!(matches!(late, Err(Refusal::StaleLease { .. })));
    assert!(is_refused(&world.control(task, retry("a"))));
    assert!(is_refused(&world.control(task, resolve("a"))));
    world
        .control(task, Action::Cancel)
        .expect("cancelling again is harmless");
    assert_eq!(world.tally.tasks_cancelled, 1);
}

#[test]
fn a_task_in_error_can_be_cancelled() {
    let mut world = World::new();
    let task = world.start(chain());
    let held = world.take_only();
    world.fail(held, error(true));
    world.control(task, Action::Cancel).expect("a cancellation");
    assert_eq!(world.task_state(task), TaskState::Cancelled);
    assert_eq!(world.state(task, "a"), StepState::Error);
    assert_eq!(world.state(task, "b"), StepState::Cancelled);
}

#[test]
fn a_step_completed_after_a_resolution_in_the_same_turn_completes_the_task() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[]), ("b", &[])]));
    let Held { step, fence } = world.take(1)[0];
    world.turn(|work| {
        let order = Control {
            task,
            action: resolve("b"),
            reason: None,
        };
        control::control(work, &order).expect("a resolution");
        let ending = Ending::Complete(Arc::from("1"));
        report::report(
            work,
            &Report {
                step,
                fence,
                ending,
            },
        )
        .expect("a completion");
    });
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn what_is_done_by_hand_to_one_task_leaves_others_alone() {
    let mut world = World::new();
    let first = world.start(chain());
    let second = world.submit(flow()).expect("a task").task;
    world
        .control(first, Action::Cancel)
        .expect("a cancellation");
    assert_eq!(world.task_state(second), TaskState::Pending);
    world.run();
    assert_eq!(world.task_state(second), TaskState::Complete);
}

#[test]
fn a_result_given_by_hand_is_held_against_the_steps_result_schema() {
    let mut world = World::new();
    let task = world.start(one(json!({ "result_schema": { "type": "string" } })));
    let refused = world.control(task, resolve("a")).expect_err("a refusal");
    assert_eq!(refused.kind(), "validation_error");
    assert!(
        refused
            .to_string()
            .contains("the result for step \"a\" is not valid")
    );
    assert_eq!(world.state(task, "a"), StepState::Ready);
}

#[test]
fn a_step_of_a_cancelled_task_is_not_resolved() {
    let mut world = World::new();
    let task = world.start(chain());
    let held = world.take_only();
    world.fail(held, error(true));
    world.control(task, Action::Cancel).expect("a cancellation");
    assert!(is_refused(&world.control(task, resolve("a"))));
}
