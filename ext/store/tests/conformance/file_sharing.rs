//! Several stores on one file.

use std::collections::HashSet;
use std::sync::{Arc, Barrier, mpsc};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tasker_domain::command::{Command, Scope};
use tasker_domain::ids::StepId;
use tasker_store::view::Question;
use tasker_store::{Options, StoreError, Target};

use crate::driver::{Driver, diamond, file, flow, is_stale, open, report};

/// Runs whatever can be taken until nothing is active any more; what was taken.
fn run(target: &Target, start: &Barrier) -> Vec<(StepId, i64)> {
    let mut store = open(target);
    let mut driver = Driver::new(store.as_mut());
    let mut seen = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(60);
    // SQLite's lock is not fair: each holds its first steps before either goes on.
    let mut first = Some(driver.take(7));
    start.wait();
    loop {
        let held = first.take().unwrap_or_else(|| driver.take(7));
        if held.is_empty() {
            let active = driver.ask(&Question::Active);
            if active["active_tasks"] == 0 {
                return seen;
            }
            assert!(Instant::now() < deadline, "the tasks never end");
            std::thread::yield_now();
            continue;
        }
        for step in &held {
            seen.push((step.step, step.fence));
            driver.complete(step, "1");
        }
    }
}

#[test]
fn two_stores_on_one_file_never_hold_the_same_step() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let tasks = 200;
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    driver.register(&diamond());
    driver.turn(&[Command::Submit((0..tasks).map(|_| flow()).collect())]);
    let start = Arc::new(Barrier::new(2));
    let other = {
        let (target, start) = (target.clone(), Arc::clone(&start));
        std::thread::spawn(move || run(&target, &start))
    };
    let mut seen = run(&target, &start);
    let theirs = other.join().expect("the other store's steps");
    assert!(
        !seen.is_empty() && !theirs.is_empty(),
        "both took a share: {} and {}",
        seen.len(),
        theirs.len()
    );
    seen.extend(theirs);
    let distinct: HashSet<_> = seen.iter().map(|(step, _)| *step).collect();
    assert_eq!((seen.len(), distinct.len()), (4 * tasks, 4 * tasks));
}

#[test]
fn a_step_taken_over_by_another_store_refuses_the_first_ones_report() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let (mut first, mut second) = (open(&target), open(&target));
    let mut first = Driver::new(first.as_mut());
    let task = first.start(&diamond());
    let held = first.take_only();
    let mut second = Driver::at(second.as_mut(), 1_000_000);
    second.now += 1_000;
    second.tick();
    let taken = second.take_only();
    assert_eq!(taken.step, held.step);
    first.now += 1_001;
    assert!(is_stale(
        &first.one(report(&held, crate::driver::done("1")))
    ));
    second.complete(&taken, "2");
    assert_eq!(first.step(task, 0)["result"], 2);
    assert!(first.take(9).len() == 2, "it sees what the other committed");
}

#[test]
fn a_write_lock_held_for_too_long_is_an_error_and_not_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let options = Options {
        busy_timeout_ms: 50,
        ..Options::default()
    };
    let mut store = tasker_store::open(&target, &options).expect("a database");
    let mut driver = Driver::new(store.as_mut());
    let task = driver.start(&diamond());
    let path = folder.path().join("tasker.sqlite3");
    let mut other = SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("another");
    other.batch_execute("BEGIN IMMEDIATE;").expect("the lock");
    let locked = driver.try_turn(&[Command::Submit(vec![flow()])]);
    assert!(matches!(locked, Err(StoreError::Locked)), "{locked:?}");
    assert_eq!(driver.status(task), "pending", "reading goes on");
    other.batch_execute("ROLLBACK;").expect("the end of it");
    driver.run();
    assert_eq!(driver.status(task), "complete");
}

#[test]
fn a_reader_beside_a_store_sees_what_is_committed_and_can_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let mut store = open(&target);
    let mut reader = tasker_store::open_reader(&target, &Options::default())
        .expect("a reader")
        .expect("files have readers");
    let mut driver = Driver::new(store.as_mut());
    let task = driver.start(&diamond());
    driver.run();
    let told = reader.answer(&Question::Context(task)).expect("an answer");
    assert!(told.contains(r#""status":"complete""#), "{told}");
    assert!(reader.answer(&Question::Panic).is_err());
    assert!(reader.answer(&Question::Context(task)).is_ok());
}

#[test]
fn a_claim_on_one_task_counts_what_others_hold_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let (mut first, mut second) = (open(&target), open(&target));
    let mut first = Driver::new(first.as_mut());
    let task = first.start(&diamond());
    first.take_only();
    let mut second = Driver::new(second.as_mut());
    let line = second
        .try_claim(Scope::Task(task), 1)
        .expect("a claim")
        .task
        .expect("a line");
    assert_eq!((line.held_here, line.held_elsewhere), (0, 1));
}

#[test]
fn readers_are_not_kept_waiting_by_a_turn_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    let task = driver.start(&diamond());
    let path = folder.path().join("tasker.sqlite3");
    let mut other = SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("another");
    other
        .batch_execute("BEGIN IMMEDIATE; DELETE FROM transitions;")
        .expect("a transaction under way");
    let (told, answer) = mpsc::channel();
    let asking = std::thread::spawn(move || {
        let mut reader = tasker_store::open_reader(&target, &Options::default())
            .expect("a reader")
            .expect("files have readers");
        let _ = told.send(reader.answer(&Question::Context(task)).is_ok());
    });
    let answered = answer.recv_timeout(Duration::from_secs(4));
    assert_eq!(answered, Ok(true), "busy_timeout_ms is 5,000");
    other.batch_execute("ROLLBACK;").expect("the end of it");
    asking.join().expect("the reader's thread");
}

#[test]
fn stores_that_open_a_new_file_at_the_same_moment_wait_for_each_other() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let target = file(&folder);
        let start = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    drop(open(&target));
                });
            }
        });
    }
}
