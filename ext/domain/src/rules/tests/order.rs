use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::world::{World, error, flow, steps};
use crate::command::Ending;
use crate::state::{StepState, TaskState};

#[test]
fn a_linear_flow_runs_one_step_after_the_other() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]));
    for name in ["a", "b", "c"] {
        assert!(world.task_state(task).is_live());
        let held = world.take_only();
        assert_eq!(held.step, world.named(task, name));
        world.complete(held);
    }
    assert_eq!(world.task_state(task), TaskState::Complete);
    assert_eq!(world.tally.tasks_completed, 1);
    assert_eq!(world.tally.steps_completed, 3);
}

#[test]
fn the_middle_of_a_diamond_is_ready_at_once_and_its_end_after_both() {
    let mut world = World::new();
    let task = world.start(steps(&[
        ("a", &[]),
        ("b", &["a"]),
        ("c", &["a"]),
        ("d", &["b", "c"]),
    ]));
    let first = world.take_only();
    world.complete(first);
    let middle = world.take(10);
    assert_eq!(middle.len(), 2);
    world.complete(middle[1]);
    assert_eq!(world.state(task, "d"), StepState::Pending);
    assert_eq!(world.take(10), []);
    world.complete(middle[0]);
    assert_eq!(world.state(task, "d"), StepState::Ready);
}

#[test]
fn a_task_begins_when_its_first_step_is_taken_and_says_so_in_its_history() {
    let mut world = World::new();
    let task = world.start(steps(&[("a", &[])]));
    assert_eq!(world.task_state(task), TaskState::Pending);
    world.now += 5;
    let held = world.take_only();
    assert_eq!(world.tasks[&task].started_at, Some(1_000_005));
    world.complete(held);
    let told: Vec<_> = world.transitions.iter().map(|t| (t.from, t.to)).collect();
    assert_eq!(
        told,
        [("pending", "in_progress"), ("in_progress", "complete")]
    );
}

#[test]
fn steps_are_taken_by_priority_and_then_by_age() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let mut made = Vec::new();
    for priority in [0, 5, -5, 5] {
        world.now += 1;
        let submission = crate::command::Submission { priority, ..flow() };
        made.push(world.submit(submission).expect("a task").task);
    }
    let taken: Vec<_> = world.take(10).iter().map(|held| held.step.task()).collect();
    assert_eq!(taken, [made[1], made[3], made[0], made[2]]);
}

#[test]
fn a_claim_on_one_task_takes_no_step_of_another() {
    let mut world = World::new();
    let first = world.start(steps(&[("a", &[]), ("b", &[])]));
    let second = world.submit(flow()).expect("a task").task;
    let taken = world.take_of(&crate::command::Scope::Task(second), 10);
    assert_eq!(taken.len(), 2);
    assert!(taken.iter().all(|held| held.step.task() == second));
    assert_eq!(world.task_state(first), TaskState::Pending);
}

/// A template of `parents.len()` steps, each with parents before it.
pub(super) fn graph(parents: &[Vec<usize>]) -> Value {
    let steps: Vec<_> = parents
        .iter()
        .enumerate()
        .map(|(n, parents)| {
            let parents: HashSet<_> = parents.iter().map(|p| format!("s{p}")).collect();
            json!({"name": format!("s{n}"), "handler": {"callable": "H"}, "dependencies": parents,
                   "retry": {"max_attempts": 2, "backoff": "none", "backoff_base_ms": 10}})
        })
        .collect();
    json!({ "steps": steps })
}

pub(super) fn any_graph() -> impl Strategy<Value = Vec<Vec<usize>>> {
    (1_usize..14).prop_flat_map(|count| {
        let parents = |n: usize| prop::collection::vec(0..n.max(1), 0..=n.min(4));
        (0..count).map(parents).collect::<Vec<_>>()
    })
}

proptest! {
    /// The world checks after each turn that no step goes before its parents and that all counts are true.
    #[test]
    fn whatever_the_graph_and_the_order_of_endings_no_step_goes_before_its_parents(
        parents in any_graph(), choices in prop::collection::vec((0_usize..64, 0_u8..8, 0_i64..12), 1..120)
    ) {
        let mut world = World::new();
        let task = world.start(graph(&parents));
        let mut held = Vec::new();
        for (pick, what, wait) in choices {
            match what {
                0 | 1 => held.extend(world.take(1 + pick as u32 % 3)),
                2 => world.wait(wait),
                _ if held.is_empty() => held.extend(world.take(1)),
                3 => {
                    let failing = error(pick % 5 == 0);
                    let step = held.swap_remove(pick % held.len());
                    world.report(step, Ending::Failed(failing)).expect("a failure");
                }
                4 => {
                    let step = held.swap_remove(pick % held.len());
                    world.report(step, Ending::Released).expect("a release");
                }
                5 => {
                    let step = held.swap_remove(pick % held.len());
                    world.report(step, Ending::Lapsed("gone".to_owned())).expect("a lapse");
                }
                _ => {
                    let step = held.swap_remove(pick % held.len());
                    world.complete(step);
                }
            }
        }
        for step in held {
            world.complete(step);
        }
        while world.task_state(task).is_live() {
            world.run();
            world.wait(10);
        }
        let failed = world.tasks[&task].failed_steps;
        let expected = if failed == 0 { TaskState::Complete } else { TaskState::Error };
        prop_assert_eq!(world.task_state(task), expected);
        prop_assert_eq!(world.tally.steps_completed as usize, world.results.len());
    }
}
