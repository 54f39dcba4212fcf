use std::time::Instant;

use serde_json::{Value, json};
use tasker_domain::command::{Command, Scope};
use tasker_domain::outcome::Done;
use tasker_store::Store;

use crate::driver::{Driver, claim, done, flow, report};

/// One step, then a row of `width`, then one that waits for all of them.
fn fan(width: usize) -> Value {
    let step = |name: String, parents: Vec<String>| json!({"name": name, "handler": {"callable": "H"}, "dependencies": parents});
    let row: Vec<_> = (0..width).map(|n| format!("s{n}")).collect();
    let mut steps = vec![step("first".to_owned(), Vec::new())];
    steps.extend(
        row.iter()
            .map(|name| step(name.clone(), vec!["first".to_owned()])),
    );
    steps.push(step("last".to_owned(), row));
    json!({"name": "flow", "steps": steps})
}

pub fn a_task_of_ten_thousand_steps_runs_to_its_end(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&fan(10_000));
    let mut reports: Vec<Command> = Vec::new();
    let mut slowest = 0.0_f64;
    let mut turns = 0;
    loop {
        reports.push(claim(Scope::Task(task), 100));
        let began = Instant::now();
        let mut output = driver.turn(&reports);
        let orders = reports.len();
        if orders == 101 && turns > 2 {
            slowest = slowest.max(began.elapsed().as_secs_f64());
        }
        turns += 1;
        let Some(Ok(Done::Granted(granted))) = output.outcomes.pop() else {
            panic!("no grant")
        };
        if granted.steps.is_empty() {
            break;
        }
        reports = granted
            .steps
            .iter()
            .map(|step| report(step, done("1")))
            .collect();
    }
    assert_eq!(driver.status(task), "complete");
    println!("{turns} turns, the slowest of 100 steps took {slowest:.4} s");
    // A failure looks at the whole task; it must stay a matter of milliseconds and not of rows squared.
    let again = driver.try_submit(flow()).expect("a task").task;
    let first = driver.take_only();
    driver.fail(&first, true);
    assert_eq!(driver.status(again), "error");
}
