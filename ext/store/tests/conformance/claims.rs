use tasker_domain::command::{Action, Command, Control, Scope, Submission};
use tasker_domain::ids::TaskId;
use tasker_domain::outcome::{Done, Granted, Outcome};
use tasker_domain::refusal::Refusal;
use tasker_domain::state::TaskState;
use tasker_store::Store;

use crate::driver::{Driver, claim, diamond, done, flow, report, steps};

fn granted(outcome: Outcome) -> Granted {
    match outcome {
        Ok(Done::Granted(granted)) => granted,
        other => panic!("a claim came to {other:?}"),
    }
}

pub fn a_claim_takes_the_most_urgent_and_then_the_oldest(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&steps(&[("a", &[])]));
    let mut made = Vec::new();
    for priority in [0, 7, -7, 7] {
        driver.now += 1;
        let submission = Submission { priority, ..flow() };
        made.push(driver.try_submit(submission).expect("a task").task);
    }
    let first: Vec<_> = driver.take(3).iter().map(|step| step.step.task()).collect();
    assert_eq!(first, [made[1], made[3], made[0]]);
    assert_eq!(driver.take_only().step.task(), made[2]);
}

pub fn a_claim_on_one_task_takes_only_its_steps_and_tells_where_it_stands(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let other = driver.start(&diamond());
    let task = driver.submit();
    let taken = driver.try_claim(Scope::Task(task), 5).expect("a claim");
    assert_eq!(taken.steps.len(), 1);
    assert_eq!(taken.steps[0].step.task(), task);
    let line = taken.task.expect("a line");
    assert_eq!((line.state, line.held_here), (TaskState::InProgress, 1));
    let line = driver
        .try_claim(Scope::Task(task), 5)
        .expect("a claim")
        .task
        .expect("a line");
    assert_eq!(
        (line.step_count, line.completed_steps, line.claimable),
        (4, 0, 0)
    );
    assert_eq!((line.held_here, line.held_elsewhere), (1, 0));
    let line = driver
        .try_claim(Scope::Task(other), 0)
        .expect("a claim")
        .task
        .expect("a line");
    assert_eq!((line.state, line.claimable), (TaskState::Pending, 1));
}

pub fn steps_made_ready_in_a_turn_are_taken_in_it(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let submitted = driver.turn(&[Command::Submit(vec![flow()]), claim(Scope::Any, 9)]);
    let first = granted(submitted.outcomes[1].clone()).steps.remove(0);
    assert_eq!(submitted.unclaimed, 0);
    let reported = driver.turn(&[report(&first, done("7")), claim(Scope::Any, 9)]);
    let middle = granted(reported.outcomes[1].clone());
    assert_eq!(middle.steps.len(), 2);
    for step in &middle.steps {
        let results: Vec<_> = step
            .parents
            .iter()
            .map(|(p, r)| (*p, r.as_deref()))
            .collect();
        assert_eq!(results, [(0, Some("7"))]);
    }
    assert_eq!(middle.tasks.len(), 1);
    assert_eq!(&*middle.tasks[0].context, "{}");
}

pub fn several_claims_of_one_turn_share_what_there_is(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&steps(&[("a", &[]), ("b", &[])]));
    let mine = driver.submit();
    let other = driver.submit();
    let output = driver.turn(&[
        claim(Scope::Any, 1),
        claim(Scope::Task(other), 9),
        claim(Scope::Any, 9),
        claim(Scope::Task(mine), 9),
    ]);
    let mut seen = Vec::new();
    let counts: Vec<_> = output
        .outcomes
        .into_iter()
        .map(|outcome| {
            let granted = granted(outcome);
            seen.extend(granted.steps.iter().map(|step| step.step));
            granted.steps.len()
        })
        .collect();
    assert_eq!(counts, [1, 2, 1, 0]);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4, "a step was granted twice");
}

pub fn a_claim_looks_past_steps_that_the_turn_itself_has_withdrawn(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let first = driver.start(&steps(&[("a", &[]), ("b", &[])]));
    let second = driver.submit();
    let cancel = Command::Control(Control {
        task: first,
        action: Action::Cancel,
        reason: None,
    });
    let mut output = driver.turn(&[cancel, claim(Scope::Any, 1)]);
    let steps = granted(output.outcomes.remove(1)).steps;
    assert_eq!(steps.len(), 1, "the second task's steps are ready");
    assert_eq!(steps[0].step.task(), second);
}

pub fn a_claim_on_a_task_that_is_not_there_says_so_and_its_reports_count(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    for missing in [99, 0, -1, i64::MAX, i64::MIN] {
        let refused = driver.try_claim(Scope::Task(TaskId(missing)), 1);
        assert!(matches!(refused, Err(Refusal::TaskNotFound(id)) if id == missing));
    }
    let step = driver.take_only();
    let missing = claim(Scope::Task(TaskId(99)), 1);
    let output = driver.turn(&[report(&step, done("1")), missing]);
    assert!(output.outcomes[0].is_ok() && output.outcomes[1].is_err());
    assert_eq!(driver.status(task), "complete");
}

pub fn a_granted_step_brings_its_payload_and_its_parents_results(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let submission = Submission {
        context: r#"{"x": 1}"#.to_owned(),
        ..flow()
    };
    let task = driver.try_submit(submission).expect("a task").task;
    let a = driver.take_only();
    driver.complete(&a, "10");
    let middle = driver.take(2);
    driver.complete(&middle[1], "12");
    driver.complete(&middle[0], "11");
    let taken = driver.try_claim(Scope::Any, 1).expect("a claim");
    let last = &taken.steps[0];
    assert_eq!(&*taken.tasks[last.task].context, r#"{"x": 1}"#);
    let parents: Vec<_> = last
        .parents
        .iter()
        .map(|(p, r)| (*p, r.as_deref()))
        .collect();
    assert_eq!(parents, [(1, Some("11")), (2, Some("12"))]);
    assert_eq!((last.attempt, last.max_attempts), (1, 3));
    assert_eq!(last.deadline, Some(driver.now + 30_000));
    assert_eq!(last.step, task.step(3));
}
