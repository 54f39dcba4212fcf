use tasker_domain::command::{Command, Scope};
use tasker_domain::ids::StepId;
use tasker_store::view::Question;
use tasker_store::{Store, StoreError};

use crate::driver::{Driver, claim, diamond, done, flow, register, report, report_of, steps};

pub fn a_panic_in_a_turn_undoes_it_and_the_store_goes_on(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let a = driver.take_only();
    let commands = [
        report(&a, done("1")),
        Command::Submit(vec![flow()]),
        Command::Panic,
    ];
    let failed = driver.try_turn(&commands);
    assert!(matches!(failed, Err(StoreError::Panicked(_))), "{failed:?}");
    assert_eq!(driver.states(task)[0], "in_progress");
    let all = driver.ask(&Question::Active);
    assert_eq!(all["active_tasks"], 1, "nothing of the turn was stored");
    driver.complete(&a, "1");
    driver.run();
    assert_eq!(driver.status(task), "complete");
}

pub fn a_template_of_a_turn_that_was_undone_is_forgotten(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let undone = register(&steps(&[("gone", &[])]).to_string());
    assert!(driver.try_turn(&[undone, Command::Panic]).is_err());
    let task = driver.start(&steps(&[("a", &[]), ("b", &["a"])]));
    let context = driver.context(task);
    assert_eq!(context["step_count"], 2);
    assert_eq!(context["steps"][0]["name"], "a");
}

pub fn a_panic_in_a_reader_leaves_it_usable(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let failed = driver.try_ask(&Question::Panic);
    assert!(matches!(failed, Err(StoreError::Panicked(_))), "{failed:?}");
    assert_eq!(driver.status(task), "pending");
    driver.run();
    assert_eq!(driver.status(task), "complete");
}

pub fn a_refused_command_leaves_the_others_of_its_turn_alone(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let mut unknown = flow();
    unknown.name = "other".to_owned();
    let output = driver.turn(&[
        register("{"),
        Command::Submit(vec![unknown]),
        report_of(StepId(-5), 1, done("1")),
        Command::Heartbeat {
            step: StepId(i64::MAX),
            fence: 1,
        },
        Command::Submit(vec![flow()]),
        claim(Scope::Any, 1),
    ]);
    let fine: Vec<_> = output.outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [false, false, false, false, true, true]);
    assert_eq!(output.tally.tasks_created, 1);
    assert_eq!(output.tally.steps_started, 1);
}
