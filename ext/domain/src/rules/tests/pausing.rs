use serde_json::json;

use super::world::{World, error, flow, one, steps};
use crate::command::{Action, Ending, Submission};
use crate::state::{Gate, StepState, TaskState};

#[test]
fn no_step_of_a_paused_task_starts_and_all_start_after_it_is_resumed() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[]), ("b", &["a"]), ("x", &[])]));
    let held = world.take(1)[0];
    world.control(task, Action::Pause).expect("a pause");
    assert_eq!(world.take(9), []);
    world.complete(held);
    assert_eq!(world.step(task, "b").gate, Gate::Paused);
    assert_eq!(world.take(9), [], "b became ready while it was paused");
    world.control(task, Action::Resume).expect("a resumption");
    assert_eq!(world.take(9).len(), 2);
}

#[test]
fn a_step_at_work_goes_on_while_its_task_is_paused_and_may_finish_it() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[])]));
    let held = world.take_only();
    world.control(task, Action::Pause).expect("a pause");
    world.complete(held);
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn a_wait_that_ends_during_a_pause_ends_behind_the_pause() {
    let mut world = World::new();
    let task = world.start(one(
        json!({"retry": {"backoff": "none", "backoff_base_ms": 100}}),
    ));
    let held = world.take_only();
    world.fail(held, error(false));
    world.control(task, Action::Pause).expect("a pause");
    assert_eq!(world.step(task, "a").gate, Gate::Timed);
    world.wait(100);
    assert_eq!(world.step(task, "a").gate, Gate::Paused);
    assert_eq!(world.take(1), []);
    world.control(task, Action::Resume).expect("a resumption");
    world.take_only();
}

#[test]
fn a_wait_that_outlasts_the_pause_goes_on() {
    let mut world = World::new();
    let task = world.start(one(
        json!({"retry": {"backoff": "none", "backoff_base_ms": 100}}),
    ));
    let held = world.take_only();
    world.fail(held, error(false));
    world.control(task, Action::Pause).expect("a pause");
    world.wait(50);
    world.control(task, Action::Resume).expect("a resumption");
    assert_eq!(world.take(1), []);
    world.wait(50);
    world.take_only();
}

#[test]
fn a_step_given_back_or_retried_during_a_pause_waits_behind_it() {
    let mut world = World::new();
    let task = world.start(one(json!({"retry": {"backoff_base_ms": 0}})));
    let held = world.take_only();
    world.control(task, Action::Pause).expect("a pause");
    world.report(held, Ending::Released).expect("a release");
    assert_eq!(
        (world.state(task, "a"), world.step(task, "a").gate),
        (StepState::Ready, Gate::Paused)
    );
    assert_eq!(world.take(1), []);
}

#[test]
fn pausing_twice_says_it_once_in_the_history() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[])]));
    for _ in 0..2 {
        world.control(task, Action::Pause).expect("a pause");
    }
    let told: Vec<_> = world.transitions.iter().map(|t| t.reason.clone()).collect();
    assert_eq!(told, [Some("paused: because".to_owned())]);
    assert!(world.tasks[&task].paused);
}

#[test]
fn the_first_steps_of_a_task_with_run_at_wait_for_it() {
    let mut world = World::new();
    world.register(steps(&[("a", &[]), ("b", &["a"])]));
    let submission = Submission {
        run_at: Some(world.now + 500),
        ..flow()
    };
    let task = world.submit(submission).expect("a task").task;
    assert_eq!(world.take(9), []);
    world.wait(499);
    assert_eq!(world.take(9), []);
    world.wait(1);
    world.run();
    assert_eq!(world.task_state(task), TaskState::Complete);
}

#[test]
fn a_run_at_in_the_past_is_now() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let submission = Submission {
        run_at: Some(-5),
        ..flow()
    };
    let task = world.submit(submission).expect("a task").task;
    assert_eq!(world.step(task, "a").ready_at, Some(world.now));
    world.take_only();
}
