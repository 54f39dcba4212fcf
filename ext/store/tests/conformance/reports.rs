use tasker_domain::command::{Command, Ending, Scope};
use tasker_store::Store;

use crate::driver::{
    Driver, claim, diamond, done, failed, flow, is_stale, report, report_of, steps,
};

pub fn a_diamond_runs_in_order_to_its_end(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    assert_eq!(
        driver.states(task),
        ["ready", "pending", "pending", "pending"]
    );
    let mut order = Vec::new();
    loop {
        let steps = driver.take(1);
        let [step] = &steps[..] else { break };
        order.push(step.step.position());
        driver.complete(step, "1");
    }
    assert_eq!(order, [0, 1, 2, 3]);
    let context = driver.context(task);
    assert_eq!(context["status"], "complete");
    assert_eq!(context["completed_steps"], 4);
    assert_eq!(context["completed_at"], driver.now);
}

pub fn a_second_report_of_an_attempt_is_stale(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let a = driver.take_only();
    let output = driver.turn(&[report(&a, done("1")), report(&a, done("2"))]);
    assert!(output.outcomes[0].is_ok() && is_stale(&output.outcomes[1]));
    assert!(is_stale(&driver.one(report(&a, done("3")))));
    assert!(is_stale(&driver.one(report(&a, failed(true)))));
    assert!(is_stale(&driver.one(report_of(
        a.step,
        a.fence + 1,
        done("4")
    ))));
    assert_eq!(driver.step(task, 0)["result"], 1);
    assert_eq!(output.tally.steps_completed, 1);
}

pub fn a_failure_waits_its_backoff_and_is_taken_again(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let a = driver.take_only();
    let output = driver.turn(&[report(&a, failed(false)), claim(Scope::Any, 1)]);
    assert_eq!(output.next_due, Some(driver.now + 100));
    assert_eq!(output.tally.steps_retried, 1);
    assert!(driver.take(1).is_empty());
    let context = driver.context(task);
    assert_eq!(context["next_run_at"], driver.now + 100);
    assert_eq!(context["execution_status"], "waiting_for_retry");
    assert_eq!(context["steps"][0]["error"]["class"], "E");
    driver.now += 100;
    driver.tick();
    let again = driver.take_only();
    assert_eq!((again.attempt, again.fence), (2, 2));
    driver.complete(&again, "1");
    assert_eq!(driver.step(task, 0)["error"], serde_json::Value::Null);
}

pub fn a_permanent_failure_ends_the_task_once_the_other_branches_are_done(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[
        ("a", &[]),
        ("b", &["a"]),
        ("x", &[]),
        ("y", &["x"]),
    ]));
    let first = driver.take(1).remove(0);
    driver.fail(&first, true);
    assert_eq!(driver.status(task), "in_progress");
    driver.run();
    assert_eq!(
        driver.states(task),
        ["error", "pending", "complete", "complete"]
    );
    assert_eq!(driver.status(task), "error");
}

pub fn a_step_given_back_can_be_taken_at_once_with_its_attempt(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let a = driver.take_only();
    driver.one(report(&a, Ending::Released)).expect("a release");
    let again = driver.take_only();
    assert_eq!((again.attempt, again.fence), (1, 2));
    assert!(is_stale(&driver.one(report(&a, done("1")))));
    driver.complete(&again, "1");
    assert_eq!(driver.status(task), "complete");
}

pub fn reports_of_many_tasks_fit_into_one_turn(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let output = driver.turn(&[Command::Submit((0..100).map(|_| flow()).collect())]);
    assert_eq!(output.unclaimed, 100);
    let mut completed = 0;
    loop {
        let held = driver.take(1_000);
        if held.is_empty() {
            break;
        }
        let mut commands: Vec<_> = held.iter().map(|step| report(step, done("1"))).collect();
        commands.push(claim(Scope::Any, 0));
        let output = driver.turn(&commands);
        assert!(output.outcomes.iter().all(Result::is_ok));
        completed += output.tally.tasks_completed;
    }
    assert_eq!(completed, 100);
}
