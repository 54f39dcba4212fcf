use std::cell::Cell;
use std::sync::Arc;

use serde_json::json;
use tasker_domain::command::{Command, Scope};
use tasker_domain::ids::Millis;
use tasker_domain::settings::Rules;
use tasker_store::Store;

use crate::driver::{Driver, LEASE_MS, claim, diamond, done, flow, is_stale, report, steps};

pub fn a_tick_brings_back_steps_whose_wait_is_over(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.start(&steps(&[("a", &[])]));
    let a = driver.take_only();
    driver.fail(&a, false);
    driver.now += 99;
    let output = driver.tick();
    assert_eq!(
        (output.unclaimed, output.next_due),
        (0, Some(driver.now + 1))
    );
    driver.now += 1;
    let output = driver.turn(&[Command::Tick, claim(Scope::Any, 1)]);
    assert_eq!(
        output.tally.steps_started, 1,
        "it is taken in the same turn"
    );
}

pub fn a_tick_ends_attempts_past_their_deadline(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.rules = Arc::new(Rules {
        step_timeout_ms: 500,
        ..Rules::default()
    });
    let task = driver.start(&steps(&[("a", &[])]));
    let a = driver.take_only();
    assert_eq!(driver.tick().next_due, Some(driver.now + 500));
    driver.now += 500;
    let output = driver.tick();
    assert_eq!(output.tally.steps_retried, 1);
    assert!(is_stale(&driver.one(report(&a, done("1")))));
    let step = driver.step(task, 0);
    assert_eq!(step["error"]["class"], "TaskerCore::StepTimeout");
    assert_eq!(step["status"], "ready");
}

pub fn a_tick_fails_tasks_past_their_max_duration(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let mut template = diamond();
    template["lifecycle"] = json!({"max_duration_minutes": 1});
    let task = driver.start(&template);
    driver.now += 59_999;
    assert_eq!(driver.tick().next_due, Some(driver.now + 1));
    assert_eq!(driver.status(task), "pending");
    driver.now += 1;
    let output = driver.tick();
    assert_eq!(output.tally.tasks_failed, 1);
    let context = driver.context(task);
    assert_eq!(context["status"], "error");
    assert_eq!(
        context["steps"][0]["error"]["class"],
        "TaskerCore::TaskTimeout"
    );
}

/// Takes a step as a second worker, and comes back as the first, after `ms`.
fn held_by_another(
    driver: &mut Driver<'_>,
    ms: i64,
) -> (
    tasker_domain::ids::WorkerId,
    tasker_domain::outcome::GrantedStep,
) {
    let me = driver.worker;
    driver.worker = driver
        .store
        .enroll("other:9|x|y|z", driver.now, LEASE_MS)
        .expect("a worker");
    let other = driver.worker;
    let held = driver.take(1).remove(0);
    driver.worker = me;
    driver.now += ms;
    (other, held)
}

pub fn a_tick_frees_the_steps_of_a_worker_whose_lease_is_over(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let (_, held) = held_by_another(&mut driver, LEASE_MS - 1);
    driver.tick();
    assert_eq!(driver.states(task), ["in_progress"]);
    driver.now += 1;
    let output = driver.turn(&[Command::Tick, claim(Scope::Any, 1)]);
    assert_eq!(output.tally.steps_started, 1);
    assert!(is_stale(&driver.one(report(&held, done("1")))));
    let error = driver.step(task, 0)["error"].clone();
    assert_eq!(error["class"], "TaskerCore::WorkerLost");
    let message = error["message"].as_str().expect("a message");
    assert!(
        message.contains("other:9") && !message.contains('|'),
        "{message}"
    );
}

pub fn a_tick_frees_the_steps_of_a_worker_known_to_be_dead(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let (other, _) = held_by_another(&mut driver, 1);
    let me = driver.worker;
    let known = driver.store.colleagues(me).expect("colleagues");
    assert_eq!(known, [(other, "other:9|x|y|z".to_owned())]);
    driver
        .turn_with(&[Command::Tick], true, &[other])
        .expect("a turn");
    assert_eq!(driver.states(task), ["ready"]);
    assert!(driver.store.colleagues(me).expect("colleagues").is_empty());
    driver.run();
    assert_eq!(driver.status(task), "complete");
}

pub fn a_worker_that_renews_its_lease_keeps_its_steps(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let (other, held) = held_by_another(&mut driver, LEASE_MS - 1);
    let me = driver.worker;
    driver.worker = other;
    driver.turn_with(&[], true, &[]).expect("a renewal");
    driver.worker = me;
    driver.now += LEASE_MS - 1;
    driver.tick();
    assert_eq!(driver.states(task), ["in_progress"]);
    driver.worker = other;
    driver.complete(&held, "1");
    assert_eq!(driver.status(task), "complete");
}

pub fn a_retired_worker_leaves_its_steps_to_others_at_once(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let (other, held) = held_by_another(&mut driver, 1);
    driver
        .store
        .retire(other, driver.now)
        .expect("a retirement");
    driver.tick();
    assert_eq!(driver.take_only().step, held.step);
    assert!(is_stale(&driver.one(report(&held, done("1")))));
    assert_eq!(driver.status(task), "in_progress");
}

pub fn every_turn_tells_when_something_falls_due_next(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&steps(&[("a", &[])]));
    assert_eq!(driver.tick().next_due, None);
    let mut later = flow();
    later.run_at = Some(driver.now + 70);
    let output = driver.turn(&[Command::Submit(vec![later])]);
    assert_eq!(output.next_due, Some(driver.now + 70));
    let output = driver.turn(&[Command::Submit(vec![flow()]), claim(Scope::Any, 1)]);
    assert_eq!(output.next_due, Some(driver.now + 30_000));
    assert_eq!(driver.tick().next_due, Some(driver.now + 70));
}

pub fn more_overdue_than_one_turn_takes_is_worked_off_by_the_next(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&steps(&[("a", &[])]));
    let count = 2_500;
    driver.turn(&[Command::Submit((0..count).map(|_| flow()).collect())]);
    assert_eq!(driver.take(count).len(), count as usize);
    driver.now += 30_000;
    let mut retried = 0;
    for _ in 0..3 {
        let output = driver.tick();
        retried += output.tally.steps_retried;
        if retried < u64::from(count) {
            assert_eq!(output.next_due, Some(driver.now), "more is due now");
        }
    }
    assert_eq!(retried, u64::from(count));
    assert_eq!(driver.tick().next_due, Some(driver.now + 100));
}

pub fn a_heartbeat_moves_the_deadline_on(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.start(&steps(&[("a", &[])]));
    let a = driver.take_only();
    driver.now += 29_999;
    let (step, fence) = (a.step, a.fence);
    driver
        .one(Command::Heartbeat { step, fence })
        .expect("a heartbeat");
    driver.now += 29_999;
    driver.tick();
    driver.complete(&a, "1");
    assert!(is_stale(&driver.one(Command::Heartbeat { step, fence })));
}

pub fn a_turn_takes_place_when_it_has_the_database_to_itself(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    driver.clock = || 1_000_100;
    let a = driver.take_only();
    driver.clock = || 0;
    let timeout_ms = driver.rules.step_timeout_ms;
    assert_eq!(a.deadline, Some(1_000_100 + timeout_ms));
    assert_eq!(driver.step(task, 0)["started_at"], 1_000_100);
    driver.now += 200;
    driver.complete(&a, "1");
    let at = driver.now;
    assert_eq!(driver.step(task, 0)["completed_at"], at);
}

pub fn a_turn_that_waited_for_long_moves_the_lease_on(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    driver.clock = || 1_000_000 + LEASE_MS;
    driver.take_only();
    driver.clock = || 0;
    driver.now += LEASE_MS + 1;
    driver.worker = driver
        .store
        .enroll("other:9|x|y|z", driver.now, LEASE_MS)
        .expect("a worker");
    driver.tick();
    assert_eq!(driver.states(task), ["in_progress"]);
}

pub fn an_attempt_that_nobody_puts_an_end_to_is_not_held_for_ever(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    driver.take_only();
    let timeout_ms = driver.rules.step_timeout_ms;
    let held = |driver: &mut Driver<'_>| {
        let claimed = driver.try_claim(Scope::Task(task), 1).expect("a claim");
        claimed.task.expect("a line").held_here
    };
    driver.now += timeout_ms + 1_000;
    assert_eq!(held(&mut driver), 1, "its end is on the way");
    driver.now += 5_000;
    assert_eq!(held(&mut driver), 0);
}

pub fn a_silent_worker_is_spared_while_nobody_could_renew(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let (other, held) = held_by_another(&mut driver, LEASE_MS - 1);
    driver.now += LEASE_MS;
    driver.spare_silent = true;
    driver.tick();
    assert_eq!(driver.states(task), ["in_progress"]);
    driver.worker = other;
    driver.complete(&held, "1");
    assert_eq!(driver.states(task), ["complete"]);
}

thread_local! {
    static LOOKS: Cell<Millis> = const { Cell::new(1_000_100) };
}

/// A turn may wait for another's rows after it has begun: what it finds there was done before.
pub fn a_turn_looks_at_the_clock_again_when_it_has_its_rows(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[]), ("b", &["a"])]));
    let first = driver.take_only();
    let began = LOOKS.get();
    driver.clock = || {
        LOOKS.set(LOOKS.get() + 1);
        LOOKS.get()
    };
    driver.turn(&[report(&first, done("1")), claim(Scope::Any, 1)]);
    driver.clock = || 0;
    let (a, b) = (driver.step(task, 0), driver.step(task, 1));
    assert_eq!(a["completed_at"], began + 2, "after its rows were loaded");
    assert_eq!(b["ready_at"], began + 2);
    assert_eq!(
        b["started_at"],
        began + 3,
        "after what can be taken was read"
    );
}
