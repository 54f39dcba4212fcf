//! Who goes first, and who may take what.

use std::sync::Arc;

use serde_json::{Value, json};
use tasker_domain::command::{Command, Scope, Submission};
use tasker_domain::ids::TaskId;
use tasker_domain::outcome::{Done, GrantedStep};
use tasker_store::Store;

use crate::driver::{Driver, claim, done, flow, report, steps};

fn tasks(taken: &[GrantedStep]) -> Vec<TaskId> {
    taken.iter().map(|step| step.step.task()).collect()
}

fn namespaces(names: &[&str]) -> Scope {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    Scope::Namespaces(Arc::from(names))
}

/// One step after which so many are ready at once.
fn burst(width: usize) -> Value {
    let after = (0..width).map(
        |n| json!({"name": format!("s{n}"), "handler": {"callable": "H"}, "dependencies": ["a"]}),
    );
    let mut template = steps(&[("a", &[])]);
    template["steps"]
        .as_array_mut()
        .expect("steps")
        .extend(after);
    template["name"] = json!("burst");
    template
}

/// Registers `namespace/flow` of two steps.
fn register_in(driver: &mut Driver<'_>, namespace: &str) {
    let mut template = steps(&[("a", &[]), ("b", &[])]);
    template["namespace"] = json!(namespace);
    driver.register(&template);
}

fn submission_in(namespace: &str) -> Submission {
    let namespace = namespace.to_owned();
    Submission {
        namespace,
        ..flow()
    }
}

fn submit_all(driver: &mut Driver<'_>, submissions: Vec<Submission>) -> Vec<TaskId> {
    match driver.one(Command::Submit(submissions)) {
        Ok(Done::Submitted(made)) => made.iter().map(|made| made.task).collect(),
        other => panic!("a submission came to {other:?}"),
    }
}

pub fn a_huge_task_does_not_keep_small_ones_that_come_after_it_waiting(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&burst(1_000));
    driver.register(&steps(&[("a", &[]), ("b", &["a"])]));
    let name = "burst".to_owned();
    let huge = Submission { name, ..flow() };
    driver.try_submit(huge).expect("a task");
    let first = driver.take_only();
    driver.complete(&first, "1");

    let mut handed_out = 0;
    for _ in 0..10 {
        driver.now += 1;
        let small = driver.submit();
        let mut before = 0;
        while driver.status(small) != "complete" {
            driver.now += 1;
            for step in driver.take(1) {
                driver.complete(&step, "1");
                before += 1;
            }
            assert!(before < 50, "task {small} is kept waiting");
        }
        handed_out += before;
    }
    assert!(handed_out < 1_000, "the huge task isn't done");
    driver.run();
    assert_eq!(driver.status(first.step.task()), "complete");
}

pub fn a_burst_is_taken_in_the_order_of_its_places(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let names: Vec<_> = (0..30).map(|n| format!("s{n}")).collect();
    let wide: Vec<(&str, &[&str])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    driver.register(&steps(&wide));
    let made = submit_all(&mut driver, vec![flow(), flow()]);
    let taken: Vec<_> = driver.take(99).iter().map(|step| step.step).collect();
    let abreast = |task: &TaskId, place: u16| (0..10).map(|n| task.step(place * 10 + n)).collect();
    let places: Vec<Vec<_>> = (0..3)
        .flat_map(|place| made.iter().map(move |task| abreast(task, place)))
        .collect();
    assert_eq!(taken, places.concat());
}

pub fn priority_goes_before_the_place_in_the_queue(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let early = driver.start(&steps(&[("a", &[]), ("b", &[])]));
    driver.now += 60_000;
    let submission = Submission {
        priority: 1,
        ..flow()
    };
    let urgent = driver.try_submit(submission).expect("a task").task;
    assert_eq!(tasks(&driver.take(3)), [urgent, urgent, early]);
}

pub fn a_step_that_comes_back_goes_to_the_end_of_the_queue(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let first = driver.start(&steps(&[("a", &[])]));
    let held = driver.take_only();
    driver.now += 5;
    let second = driver.submit();
    driver.now += 5;
    driver.fail(&held, false);
    driver.now += 200;
    let third = driver.submit();
    driver.now += 5;
    driver.tick();
    assert_eq!(tasks(&driver.take(9)), [second, third, first]);
}

pub fn a_claim_on_namespaces_takes_only_their_steps(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    for namespace in ["a", "b", "c"] {
        register_in(&mut driver, namespace);
    }
    let mut submit = |namespace, priority| {
        driver.now += 1;
        let submission = Submission {
            priority,
            ..submission_in(namespace)
        };
        driver.try_submit(submission).expect("a task").task
    };
    let (a, b, c) = (submit("a", 0), submit("b", 0), submit("c", 0));
    let urgent = submit("b", 5);
    let mut take = |names: &[&str], want| {
        let granted = driver.try_claim(namespaces(names), want);
        tasks(&granted.expect("a claim").steps)
    };
    assert_eq!(take(&["d"], 9), []);
    assert_eq!(take(&["c", "b"], 3), [urgent, urgent, b]);
    assert_eq!(take(&["c", "b", "d", "b"], 9), [b, c, c]);
    assert_eq!(take(&["b", "c"], 9), []);
    assert_eq!(take(&["a"], 9), [a, a]);
}

pub fn steps_made_ready_in_a_turn_are_taken_in_it_by_namespace(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    register_in(&mut driver, "a");
    register_in(&mut driver, "b");
    let submissions = vec![submission_in("a"), submission_in("b")];
    let output = driver.turn(&[
        Command::Submit(submissions),
        claim(namespaces(&["b"]), 9),
        claim(namespaces(&["a"]), 1),
    ]);
    assert_eq!(output.unclaimed, 1);
    match &output.outcomes[..] {
        [
            Ok(Done::Submitted(made)),
            Ok(Done::Granted(first)),
            Ok(Done::Granted(second)),
        ] => {
            assert_eq!(tasks(&first.steps), [made[1].task, made[1].task]);
            assert_eq!(tasks(&second.steps), [made[0].task]);
        }
        other => panic!("the turn came to {other:?}"),
    }
}

/// Each finds enough beside what the claims before it take from the same steps.
pub fn claims_of_one_turn_with_different_scopes_all_find_what_there_is(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    register_in(&mut driver, "a");
    register_in(&mut driver, "b");
    let many = |namespace| std::iter::repeat_n(submission_in(namespace), 3);
    let made = submit_all(&mut driver, many("a").chain(many("b")).collect());
    let output = driver.turn(&[
        claim(Scope::Any, 1),
        claim(Scope::Task(made[0]), 2),
        claim(namespaces(&["a"]), 3),
        claim(namespaces(&["a", "b"]), 4),
        claim(namespaces(&["b"]), 9),
    ]);
    let counts: Vec<_> = output
        .outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Ok(Done::Granted(granted)) => granted.steps.len(),
            other => panic!("a claim came to {other:?}"),
        })
        .collect();
    // The first claim has taken one of the first task's two steps; in the end all twelve are taken.
    assert_eq!(counts, [1, 1, 3, 4, 3]);
}

pub fn a_reported_step_makes_room_for_its_namespace(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let mut chain = steps(&[("a", &[]), ("b", &["a"])]);
    chain["namespace"] = json!("a");
    driver.register(&chain);
    driver.try_submit(submission_in("a")).expect("a task");
    let first = driver.take_only();
    let mut output = driver.turn(&[
        report(&first, done("1")),
        claim(namespaces(&["b"]), 1),
        claim(namespaces(&["a"]), 1),
    ]);
    let taken = match output.outcomes.pop() {
        Some(Ok(Done::Granted(granted))) => granted.steps,
        other => panic!("a claim came to {other:?}"),
    };
    assert_eq!(taken[0].step.position(), 1);
}

/// However few stored steps a turn has reason to look at, since it makes others ready itself.
pub fn what_is_stored_and_goes_first_is_taken_before_what_the_turn_makes_ready(
    store: &mut dyn Store,
) {
    let mut driver = Driver::new(store);
    driver.register(&steps(&[("a", &[]), ("b", &["a"])]));
    for _ in 0..4 {
        driver.submit();
    }
    let held = driver.take(4);
    let urgent = Submission {
        priority: 9,
        ..flow()
    };
    let urgent = submit_all(&mut driver, vec![urgent.clone(), urgent.clone(), urgent]);
    driver.submit();

    let mut orders: Vec<_> = held.iter().map(|step| report(step, done("1"))).collect();
    orders.push(claim(Scope::Any, 4));
    let outcome = driver.turn(&orders).outcomes.pop();
    let Some(Ok(Done::Granted(granted))) = outcome else {
        panic!("no grant: {outcome:?}")
    };
    let mut expected = urgent;
    expected.push(held[0].step.task());
    assert_eq!(tasks(&granted.steps), expected);
    // The steps that the turn made ready, and then the task that came last.
    let mut rest: Vec<_> = held[1..].iter().map(|step| step.step.task()).collect();
    let taken = tasks(&driver.take(10));
    assert_eq!(taken.len(), 4);
    rest.push(*taken.last().expect("four"));
    assert_eq!(taken, rest);
}
