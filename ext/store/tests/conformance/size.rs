use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tasker_domain::command::{Command, Scope};
use tasker_domain::outcome::Done;
use tasker_store::Store;

use crate::driver::{Driver, claim, done, flow, report};

/// How many steps a turn of these tests hands in and takes.
const AT_ONCE: usize = 50;

/// One step, then a row of `width`, then one that waits for all of them.
fn fan(width: usize) -> Value {
    let step = |name: &str, parents: &[String]| json!({"name": name, "handler": {"callable": "H"}, "dependencies": parents});
    let row: Vec<_> = (0..width).map(|n| format!("s{n}")).collect();
    let mut steps = vec![step("first", &[])];
    steps.extend(row.iter().map(|name| step(name, &["first".to_owned()])));
    steps.push(step("last", &row));
    json!({"name": "flow", "version": format!("{width}.0.0"), "steps": steps})
}

/// Runs all that can be taken, [`AT_ONCE`] steps a turn; how long each full turn took.
fn run(driver: &mut Driver<'_>) -> Vec<Duration> {
    let mut took = Vec::new();
    let mut reports: Vec<Command> = Vec::new();
    loop {
        reports.push(claim(Scope::Any, AT_ONCE as u32));
        let began = Instant::now();
        let mut output = driver.turn(&reports);
        if reports.len() > AT_ONCE {
            took.push(began.elapsed());
        }
        let Some(Ok(Done::Granted(granted))) = output.outcomes.pop() else {
            panic!("no grant")
        };
        if granted.steps.is_empty() {
            return took;
        }
        let steps = granted.steps.iter();
        reports = steps.map(|step| report(step, done("1"))).collect();
    }
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}

pub fn a_task_of_ten_thousand_steps_runs_to_its_end(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&fan(9_998));
    run(&mut driver);
    let context = driver.context(task);
    assert_eq!(context["status"], "complete");
    assert_eq!(context["completed_steps"], 10_000);
    let history = context["history"].as_array().expect("a history");
    assert_eq!(history.len(), 3 * 10_000 + 2);
}

/// The goal is 1.5; the benches measure that. Here the bound is wide enough for a busy machine, and still far below
/// what a look at the whole task for every step would cost.
pub fn a_step_of_a_large_task_costs_no_more_than_one_of_a_small_task(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&fan(100));
    driver.turn(&[Command::Submit((0..30).map(|_| flow()).collect())]);
    let small = median(run(&mut driver));
    driver.start(&fan(9_998));
    let large = median(run(&mut driver));
    println!("{AT_ONCE} steps of small tasks: {small:?}, of a large one: {large:?}");
    assert!(large < 4 * small, "{large:?} is not near {small:?}");
}
