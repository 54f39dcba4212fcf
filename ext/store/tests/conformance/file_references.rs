//! What rows of a file refer to is there, though SQLite isn't told to look with every row that is written.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use tasker_domain::command::Action;
use tasker_store::Target;

use crate::driver::{Driver, diamond, file, open};

#[derive(Debug, PartialEq, QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    rowid: Option<i64>,
}

fn dangling(target: &Target) -> Vec<Dangling> {
    let Target::SqliteFile(path) = target else {
        panic!("not a file")
    };
    let path = path.to_str().expect("UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("a connection");
    diesel::sql_query("SELECT \"table\", rowid FROM pragma_foreign_key_check")
        .load(&mut connection)
        .expect("the check")
}

#[test]
fn every_row_of_a_varied_life_refers_to_one_that_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = file(&folder);
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    let done = driver.start(&diamond());
    driver.run();
    let retried = driver.submit();
    let step = driver.take_only();
    driver.fail(&step, false);
    driver.now += 1_000;
    driver.tick();
    let step = driver.take_only();
    driver.fail(&step, true);
    let step = "a".to_owned();
    driver
        .control(retried, Action::Retry { step })
        .expect("a retry");
    driver.run();
    let cancelled = driver.submit();
    driver.take(9);
    driver
        .control(cancelled, Action::Cancel)
        .expect("a cancellation");
    let lost = driver.submit();
    driver.take(9);
    let worker = driver.worker;
    store.retire(worker, 0).expect("a retirement");
    let mut driver = Driver::at(store.as_mut(), 2_000_000);
    driver.tick();
    driver.now += 1_000;
    driver.tick();
    driver.run();
    let states = [done, retried, cancelled, lost].map(|task| driver.status(task));
    assert_eq!(states, ["complete", "complete", "cancelled", "complete"]);
    assert_eq!(dangling(&target), []);
}

#[test]
fn the_check_finds_a_row_that_refers_to_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = file(&folder);
    let mut store = open(&target);
    let task = Driver::new(store.as_mut()).start(&diamond());
    let Target::SqliteFile(path) = &target else {
        panic!("not a file")
    };
    let path = path.to_str().expect("UTF-8");
    let mut raw = SqliteConnection::establish(path).expect("a connection");
    diesel::sql_query("PRAGMA foreign_keys = OFF")
        .execute(&mut raw)
        .expect("a setting");
    diesel::sql_query(format!("DELETE FROM tasks WHERE id = {}", task.0))
        .execute(&mut raw)
        .expect("a deletion");
    let found = dangling(&target);
    let table = "task_details".to_owned();
    let rowid = Some(task.0);
    assert!(found.contains(&Dangling { table, rowid }), "{found:?}");
}
