//! Places in the queue, and which steps a claim may take.

use std::sync::Arc;

use serde_json::{Value, json};

use super::world::{World, error, flow, steps};
use crate::command::{Action, Ending, Scope, Submission};
use crate::ids::{StepId, TaskId};
use crate::queue::{ABREAST, HEAD_START_MS, SPREAD_MS};
use crate::rules::claim;

/// One step after which so many are ready at once.
fn burst(width: usize) -> Value {
    let after = (0..width).map(
        |n| json!({"name": format!("s{n}"), "handler": {"callable": "H"}, "dependencies": ["a"]}),
    );
    let mut template = steps(&[("a", &[])]);
    let listed = template["steps"].as_array_mut().expect("steps");
    listed.extend(after);
    template
}

fn taken(world: &mut World, want: u32) -> Vec<StepId> {
    world.take(want).iter().map(|held| held.step).collect()
}

fn namespaces(names: &[&str]) -> Scope {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    Scope::Namespaces(Arc::from(names))
}

/// Registers `namespace/flow`, a step `a`, and submits one task of it.
fn start_in(world: &mut World, namespace: &str) -> TaskId {
    let mut template = steps(&[("a", &[])]);
    template["namespace"] = json!(namespace);
    world.register(template);
    submit_in(world, namespace)
}

fn submit_in(world: &mut World, namespace: &str) -> TaskId {
    let namespace = namespace.to_owned();
    let submission = Submission {
        namespace,
        ..flow()
    };
    world.submit(submission).expect("a task").task
}

#[test]
fn steps_of_a_burst_take_places_one_after_the_other() {
    let mut world = World::new();
    let task = world.start(burst(25));
    world.now += 5;
    let first = world.take_only();
    world.complete(first);
    let places = (1..=25).map(|position| world.steps[&task.step(position)].queued_at);
    let place = |earlier: u32| match earlier / ABREAST {
        0 => Some(world.now - 5),
        later => Some(world.now + SPREAD_MS * i64::from(later)),
    };
    assert!(places.eq((0..25).map(place)));
    assert_eq!(world.take(30).len(), 25, "a place holds no step back");
}

#[test]
fn bursts_of_several_tasks_in_one_turn_take_turns() {
    let mut world = World::new();
    let names: Vec<_> = (0..20).map(|n| format!("s{n}")).collect();
    let wide: Vec<(&str, &[&str])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    world.register(steps(&wide));
    let made = world.turn(|work| crate::rules::submit::submit(work, &[flow(), flow()]));
    assert!(made.is_ok());
    let tasks: Vec<_> = taken(&mut world, 99)
        .chunks(ABREAST as usize)
        .map(|steps| steps.iter().map(|step| step.task().0).collect())
        .collect::<Vec<Vec<_>>>();
    assert_eq!(tasks, [1, 2, 1, 2].map(|task| vec![task; 10]));
}

#[test]
fn a_small_task_that_comes_after_a_huge_one_goes_between_its_steps() {
    let mut world = World::new();
    world.register(burst(1_000));
    let mut small = steps(&[("a", &[])]);
    small["name"] = json!("small");
    world.register(small);
    let huge = world.submit(flow()).expect("a task").task;
    let first = world.take_only();
    world.complete(first);
    world.now += 250;
    let name = "small".to_owned();
    let submission = Submission { name, ..flow() };
    let late = world.submit(submission).expect("a task").task;
    let tasks: Vec<_> = taken(&mut world, 40)
        .iter()
        .map(|step| step.task())
        .collect();
    // Places at 0, 100 and 200 ms were before it.
    assert_eq!(tasks.iter().position(|task| *task == late), Some(30));
    assert!(tasks.iter().all(|task| [huge, late].contains(task)));
}

#[test]
fn a_task_that_has_begun_is_brought_to_its_end_before_later_ones_begin() {
    let mut world = World::new();
    world.register(steps(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]));
    let tasks = [(); 3].map(|()| {
        world.now += 10;
        world.submit(flow()).expect("a task").task
    });
    let order: Vec<_> = std::iter::from_fn(|| {
        world.now += 1_000;
        let held = world.take(1).into_iter().next()?;
        world.complete(held);
        Some(held.step.task())
    })
    .collect();
    assert_eq!(order, tasks.map(|task| vec![task; 3]).concat());
}

#[test]
fn a_place_that_is_taken_over_lets_nobody_wait_for_what_came_much_later() {
    let mut world = World::new();
    world.register(steps(&[("a", &[]), ("b", &["a"])]));
    let old = world.submit(flow()).expect("a task").task;
    let held = world.take_only();
    world.now += 15_000;
    let waiting = world.submit(flow()).expect("a task").task;
    world.now += HEAD_START_MS;
    world.complete(held);
    let first: Vec<_> = taken(&mut world, 2)
        .iter()
        .map(|step| step.task())
        .collect();
    assert_eq!(first, [old, waiting], "at the same place the id decides");
    assert_eq!(
        world.step(old, "b").queued_at,
        world.step(waiting, "a").queued_at
    );
}

#[test]
fn a_step_takes_a_new_place_each_time_it_becomes_claimable() {
    let mut world = World::new();
    let task = world.start(json!({"steps": [{
        "name": "a", "handler": {"callable": "H"},
        "retry": {"max_attempts": 3, "backoff": "none", "backoff_base_ms": 100},
    }]}));
    let place = |world: &World| world.step(task, "a").queued_at;
    assert_eq!(place(&world), Some(1_000_000));
    let held = world.take_only();
    world.fail(held, error(false));
    world.wait(150);
    assert_eq!(place(&world), Some(1_000_150));
    let held = world.take_only();
    world.now += 7;
    world.report(held, Ending::Released).expect("a release");
    assert_eq!(place(&world), Some(1_000_157));
    world.control(task, Action::Pause).expect("a pause");
    world.now += 9;
    world.control(task, Action::Resume).expect("its end");
    assert_eq!(place(&world), Some(1_000_166));
}

#[test]
fn a_task_for_later_is_placed_when_its_time_comes() {
    let mut world = World::new();
    world.register(steps(&[("a", &[])]));
    let later = Submission {
        run_at: Some(1_000_500),
        ..flow()
    };
    let later = world.submit(later).expect("a task").task;
    assert_eq!(world.step(later, "a").queued_at, None);
    world.wait(500);
    assert_eq!(world.step(later, "a").queued_at, Some(1_000_500));
}

#[test]
fn priority_goes_before_the_place_in_the_queue() {
    let mut world = World::new();
    world.register(burst(3));
    let early = world.submit(flow()).expect("a task").task;
    world.now += 1_000;
    let submission = Submission {
        priority: 1,
        ..flow()
    };
    let urgent = world.submit(submission).expect("a task").task;
    let tasks: Vec<_> = taken(&mut world, 9)
        .iter()
        .map(|step| step.task())
        .collect();
    assert_eq!(tasks, [urgent, early]);
}

#[test]
fn a_claim_on_namespaces_takes_steps_of_their_tasks_only() {
    let mut world = World::new();
    let made = ["a", "b", "c"].map(|namespace| start_in(&mut world, namespace));
    let of = |world: &mut World, names: &[&str]| -> Vec<TaskId> {
        let held = world.take_of(&namespaces(names), 9);
        held.iter().map(|held| held.step.task()).collect()
    };
    assert_eq!(of(&mut world, &["d"]), []);
    assert_eq!(of(&mut world, &["c", "a", "c"]), [made[0], made[2]]);
    assert_eq!(of(&mut world, &["a", "b"]), [made[1]]);
}

#[test]
fn what_is_outside_of_a_claims_namespaces_is_left_to_others() {
    let mut world = World::new();
    let (other, own) = (start_in(&mut world, "a"), start_in(&mut world, "b"));
    let all: Vec<_> = world.steps.keys().copied().collect();
    world.turn(|work| {
        let mut candidates = all;
        claim::sort(work, &mut candidates);
        let first = claim::claim(work, &mut candidates, &namespaces(&["b"]), 9);
        assert_eq!(first.steps, [own.step(0)]);
        let second = claim::claim(work, &mut candidates, &Scope::Any, 9);
        assert_eq!(second.steps, [other.step(0)]);
        assert!(first.dry && second.dry);
    });
}

/// A store leaves out tasks that another turn has in hand.
#[test]
fn steps_whose_task_is_not_there_are_passed_over() {
    let mut world = World::new();
    let (absent, there) = (start_in(&mut world, "a"), submit_in(&mut world, "a"));
    let mut work = crate::working::Working::new(world.now, world.worker, Default::default(), 1);
    work.templates = world.templates.clone();
    work.load_task(world.tasks[&there].clone());
    for row in world.steps.values() {
        work.load_step(row.clone());
    }
    for scope in [Scope::Any, Scope::Task(absent), namespaces(&["a"])] {
        let mut candidates = vec![absent.step(0), there.step(0)];
        claim::sort(&work, &mut candidates);
        let taken = claim::claim(&mut work, &mut candidates, &scope, 1);
        let expected = match scope {
            Scope::Any => vec![there.step(0)],
            Scope::Task(_) | Scope::Namespaces(_) => vec![],
        };
        assert_eq!(taken.steps, expected, "{scope:?}");
        assert!(!taken.dry, "what was passed over may come back");
    }
    assert_eq!(work.tally.steps_started, 1);
    let changes = work.into_changes();
    assert_eq!(changes.steps.len(), 1);
}
