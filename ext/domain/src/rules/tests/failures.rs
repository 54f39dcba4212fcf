use super::world::{World, error, steps};
use crate::command::Action;
use crate::state::{StepState, TaskState};

/// `a` leads to `b` and `c`; `b` to `d`; `c` and `d` to `e`; `x` stands alone.
fn branches() -> serde_json::Value {
    steps(&[
        ("a", &[]),
        ("b", &["a"]),
        ("c", &["a"]),
        ("d", &["b"]),
        ("e", &["c", "d"]),
        ("x", &[]),
    ])
}

/// A world in which `b` has failed for good and all else that could run has run.
fn failed() -> (World, crate::ids::TaskId) {
    let mut world = World::new();
    let task = world.start(branches());
    loop {
        let taken = world.take(1);
        let [held] = taken[..] else { break };
        if held.step == world.named(task, "b") {
            world.fail(held, error(true));
        } else {
            world.complete(held);
        }
    }
    (world, task)
}

#[test]
fn other_branches_go_on_after_a_failure_and_then_the_task_is_in_error() {
    let (world, task) = failed();
    let states = ["a", "b", "c", "d", "e", "x"].map(|name| world.state(task, name));
    assert_eq!(
        states,
        [
            StepState::Complete,
            StepState::Error,
            StepState::Complete,
            StepState::Pending,
            StepState::Pending,
            StepState::Complete
        ]
    );
    assert_eq!(world.task_state(task), TaskState::Error);
    let last = world.transitions.last().expect("a transition");
    assert_eq!(
        (last.to, last.reason.as_deref()),
        ("error", Some("1 of its steps failed for good"))
    );
}

#[test]
fn a_task_stays_in_progress_while_another_branch_can_run() {
    let mut world = World::new();
    let task = world.start(branches());
    let taken = world.take(2);
    assert_eq!(
        taken[1].step,
        world.named(task, "x"),
        "a and x can be taken"
    );
    world.fail(taken[0], error(true));
    assert_eq!(world.task_state(task), TaskState::InProgress);
    assert_eq!(world.tasks[&task].live_steps, 1);
    world.complete(taken[1]);
    assert_eq!(world.task_state(task), TaskState::Error);
}

#[test]
fn a_retried_step_gets_a_run_of_attempts_and_what_is_below_it_runs() {
    let (mut world, task) = failed();
    let before = world.step(task, "b").clone();
    let retry = Action::Retry {
        step: "b".to_owned(),
    };
    world.control(task, retry).expect("a retry");
    let row = world.step(task, "b");
    assert_eq!(row.state, StepState::Ready);
    assert_eq!(
        row.attempt_limit,
        before.attempts + 3,
        "another three attempts"
    );
    assert_eq!(world.task_state(task), TaskState::InProgress);
    assert_eq!(world.tasks[&task].completed_at, None);
    world.run();
    assert_eq!(world.task_state(task), TaskState::Complete);
    assert_eq!(
        world.tally.tasks_failed, 1,
        "it did fail before it completed"
    );
}

#[test]
fn a_retried_step_that_fails_again_brings_the_task_back_to_error() {
    let (mut world, task) = failed();
    for _ in 0..3 {
        let retry = Action::Retry {
            step: "b".to_owned(),
        };
        world.control(task, retry).expect("a retry");
        let held = world.take_only();
        world.fail(held, error(true));
        assert_eq!(world.task_state(task), TaskState::Error);
    }
    let limits: Vec<_> = world.attempts.iter().map(|row| row.attempt).collect();
    assert_eq!(limits.iter().max(), Some(&4));
}

#[test]
fn a_second_failure_beside_the_first_keeps_every_count_true() {
    let mut world = World::new();
    let task = world.start(branches());
    let taken = world.take(2);
    world.fail(taken[0], error(true));
    world.fail(taken[1], error(true));
    assert_eq!(world.tasks[&task].failed_steps, 2);
    assert_eq!(world.task_state(task), TaskState::Error);
    let retry = |step: &str| Action::Retry {
        step: step.to_owned(),
    };
    world.control(task, retry("a")).expect("a retry");
    world.run();
    assert_eq!(world.task_state(task), TaskState::Error, "x failed too");
    world.control(task, retry("x")).expect("a retry");
    world.run();
    assert_eq!(world.task_state(task), TaskState::Complete);
}
