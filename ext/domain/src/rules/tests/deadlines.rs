use std::sync::Arc;

use serde_json::{Value, json};

use super::world::{World, flow, steps};
use crate::command::{Action, Ending, Submission};
use crate::ids::Millis;
use crate::refusal::Refusal;
use crate::state::{StepState, TaskState};

const LIMIT: Millis = 2 * 60_000;

fn limited() -> Value {
    let mut template = steps(&[("a", &[]), ("b", &["a"]), ("x", &[])]);
    template["lifecycle"] = json!({"max_duration_minutes": 2});
    for step in template["steps"].as_array_mut().expect("steps") {
        step["timeout_seconds"] = json!(3_600);
    }
    template
}

#[test]
fn a_task_past_its_max_duration_fails_with_all_that_runs_or_could_run() {
    let mut world = World::new();
    let task = world.start(limited());
    let held = world.take(1)[0];
    world.wait(LIMIT - 1);
    assert_eq!(world.task_state(task), TaskState::InProgress);
    world.wait(1);
    assert_eq!(world.task_state(task), TaskState::Error);
    let states = ["a", "b", "x"].map(|name| world.state(task, name));
    assert_eq!(
        states,
        [StepState::Error, StepState::Pending, StepState::Error]
    );
    assert_eq!(
        world.last_error()["class"],
        json!("TaskerCore::TaskTimeout")
    );
    let late = world.report(held, Ending::Complete(Arc::from("1")));
    assert!(matches!(late, Err(Refusal::StaleLease { .. })));
}

#[test]
fn a_task_that_was_never_begun_expires_too_and_so_does_a_paused_one() {
    let mut world = World::new();
    let idle = world.start(limited());
    let paused = world.submit(flow()).expect("a task").task;
    world.control(paused, Action::Pause).expect("a pause");
    world.wait(LIMIT);
    assert_eq!(world.task_state(idle), TaskState::Error);
    assert_eq!(world.task_state(paused), TaskState::Error);
}

#[test]
fn a_task_that_is_finished_in_time_does_not_expire() {
    let mut world = World::new();
    let task = world.start(limited());
    world.run();
    world.wait(LIMIT);
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn a_retry_of_an_expired_task_gives_it_its_time_again() {
    let mut world = World::new();
    let task = world.start(limited());
    world.wait(LIMIT);
    for step in ["a", "x"] {
        let step = step.to_owned();
        world
            .control(task, Action::Retry { step })
            .expect("a retry");
    }
    assert_eq!(world.tasks[&task].deadline_at, Some(world.now + LIMIT));
    world.wait(LIMIT - 1);
    world.run();
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn the_time_of_a_task_with_run_at_begins_at_run_at() {
    let mut world = World::new();
    world.register(limited());
    let submission = Submission {
        run_at: Some(world.now + 10 * LIMIT),
        ..flow()
    };
    let task = world.submit(submission).expect("a task").task;
    assert_eq!(world.tasks[&task].deadline_at, Some(world.now + 11 * LIMIT));
}
