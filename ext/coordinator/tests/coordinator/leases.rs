use std::sync::Arc;

use serde_json::{Value, json};
use tasker_coordinator::RawReport;
use tasker_domain::command::{Claim, Command, Scope};
use tasker_domain::outcome::Done;
use tasker_domain::settings::Rules;
use tasker_store::{Options, Target, TurnInput};
use tempfile::TempDir;

use crate::client::{Client, LONG_MS, grant, until, wait};

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("a time").as_millis() as i64
}

/// Takes a step as a worker of this name, and vanishes without a word.
fn take_and_vanish(folder: &TempDir, name: &str, lease_ms: i64) -> RawReport {
    let target = Target::SqliteFile(folder.path().join("tasker.sqlite3"));
    let mut store = tasker_store::open(&target, &Options::default()).expect("a store");
    let worker = store.enroll(name, now(), lease_ms).expect("a worker");
    let claim = Command::Claim(Claim {
        scope: Scope::Any,
        want: 1,
    });
    let input = TurnInput {
        now: now(),
        clock: &now,
        worker,
        rules: &Arc::new(Rules::default()),
        seed: 1,
        commands: &[claim],
        renew_lease: false,
        dead: &[],
        spare_silent: false,
    };
    let mut output = store.turn(input).expect("a turn");
    match output.outcomes.remove(0) {
        Ok(Done::Granted(granted)) => RawReport {
            step_id: granted.steps[0].step.0,
            fence: granted.steps[0].fence,
            outcome: 0,
            payload: "1".to_owned(),
        },
        other => panic!("{other:?}"),
    }
}

/// The name of a coordinator of this boot and pid namespace whose process has ended.
fn dead_name() -> String {
    let mut child = std::process::Command::new("true").spawn().expect("a child");
    let pid = child.id();
    child.wait().expect("its end");
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("a boot");
    let space = std::fs::read_link("/proc/self/ns/pid").expect("a namespace");
    format!("here:{pid}:1|{}|{}|1", boot.trim(), space.display())
}

fn folder_with_a_task() -> (TempDir, i64) {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::on(&folder, json!({}));
    client.register(&[("a", &[]), ("b", &["a"])]);
    let task = client.submit();
    client
        .handle
        .close(crate::client::LIMIT)
        .expect("it closes");
    (folder, task)
}

fn worker_lost(client: &Client, task: i64) -> Value {
    let error = client.context(task)["steps"][0]["error"].clone();
    assert_eq!(error["class"], "TaskerCore::WorkerLost", "{error}");
    error
}

#[test]
fn the_steps_of_a_killed_process_are_free_when_the_next_opens() {
    let (folder, task) = folder_with_a_task();
    let lost = take_and_vanish(&folder, &dead_name(), 3_600_000);
    let client = Client::on(&folder, json!({}));
    let held = client.take(1);
    assert_eq!(held.len(), 1, "it is free at once, not after its lease");
    assert_eq!(held[0].step_id, lost.step_id);
    worker_lost(&client, task);
    let answered = client.exchange(task, 0, vec![lost]);
    assert_eq!(answered.refused[0].kind, "stale_lease");
    client.exchange(0, 0, held);
    assert_eq!(client.context(task)["completed_steps"], 1);
}

#[test]
fn a_process_killed_while_another_runs_is_noticed_by_it() {
    let (folder, task) = folder_with_a_task();
    let client = Client::on(&folder, json!({"lease_ms": 100}));
    take_and_vanish(&folder, &dead_name(), 3_600_000);
    let granted = grant(wait(&client.park(1, LONG_MS)));
    assert_eq!(granted.steps[0].attempt, 2);
    worker_lost(&client, task);
}

#[test]
fn a_worker_of_another_machine_loses_its_steps_when_its_lease_is_over() {
    let (folder, task) = folder_with_a_task();
    let client = Client::on(&folder, json!({"lease_ms": 100}));
    let began = now();
    take_and_vanish(&folder, "there:1:1|another-boot|pid:[1]|1", 400);
    let granted = grant(wait(&client.park(1, LONG_MS)));
    assert_eq!(granted.steps[0].attempt, 2);
    assert!(now() - began >= 400, "its lease was not over");
    worker_lost(&client, task);
}

#[test]
fn a_worker_that_lives_keeps_its_steps_far_beyond_its_lease() {
    let (folder, task) = folder_with_a_task();
    let settings = || json!({"lease_ms": 100});
    let (first, second) = (
        Client::on(&folder, settings()),
        Client::on(&folder, settings()),
    );
    let held = first.take(1);
    let began = now();
    until("several leases have gone by", || {
        assert!(second.take(1).is_empty(), "its step was taken from it");
        now() - began > 500
    });
    let answered = first.exchange(task, 0, held);
    assert!(answered.refused.is_empty(), "{:?}", answered.refused);
    let history = second.context(task)["history"].to_string();
    assert!(!history.contains("WorkerLost"), "{history}");
}

#[test]
fn what_one_coordinator_makes_ready_another_one_finds() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Client::on(&folder, json!({}));
    let second = Client::on(&folder, json!({}));
    first.register(&[("a", &[])]);
    let parked = second.park(1, LONG_MS);
    second.until_parked(1);
    let task = first.submit();
    let granted = grant(wait(&parked));
    assert_eq!(granted.tasks[0].task_id, task);
}

#[test]
fn a_coordinator_that_closes_leaves_its_steps_to_another_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Client::on(&folder, json!({}));
    let second = Client::on(&folder, json!({}));
    first.register(&[("a", &[])]);
    first.submit();
    let held = first.take(1);
    let parked = second.park(1, LONG_MS);
    first.handle.close(crate::client::LIMIT).expect("it closes");
    let granted = grant(wait(&parked));
    assert_eq!(granted.steps[0].step_id, held[0].step_id);
}
