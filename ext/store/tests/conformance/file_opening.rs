//! Opening files: ours, others', and what is no file.

use std::path::Path;
use std::sync::{Arc, Barrier};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tasker_store::{Options, StoreError, Target};

use crate::driver::{Driver, diamond, file, open, steps};

fn refusal(target: &Target) -> String {
    match tasker_store::open(target, &Options::default()) {
        Ok(_) => panic!("{target:?} was opened"),
        Err(error) => {
            assert!(
                matches!(error, StoreError::Open { .. } | StoreError::NotADatabase),
                "{error:?}"
            );
            error.to_string()
        }
    }
}

fn path(target: &Target) -> &Path {
    match target {
        Target::SqliteFile(path) => path,
        Target::SqliteMemory | Target::Postgres(_) => panic!("not a file"),
    }
}

fn run(target: &Target, sql: &str) {
    let path = path(target).to_str().expect("UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("a connection");
    connection.batch_execute(sql).expect("SQL");
}

#[test]
fn a_file_that_is_opened_again_holds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    let finished = driver.start(&diamond());
    driver.run();
    let task = driver.submit();
    let held = driver.take_only();
    let before = driver.context(finished);
    let holder = driver.worker;
    drop(store);

    let mut store = open(&target);
    let mut driver = Driver::at(store.as_mut(), 1_000_500);
    assert_eq!(driver.context(finished), before);
    assert_eq!(driver.states(task)[0], "in_progress");
    let me = std::mem::replace(&mut driver.worker, holder);
    driver.complete(&held, "1");
    driver.worker = me;
    driver.run();
    assert_eq!(driver.status(task), "complete");
    assert!(driver.submit() > task);
    assert!(!driver.register(&diamond()).1, "the template is known");
}

#[test]
fn a_file_of_a_newer_version_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    drop(open(&target));
    run(&target, "PRAGMA user_version = 99;");
    let said = refusal(&target);
    assert!(said.contains("upgrade the gem"), "{said}");
}

#[test]
fn another_applications_database_is_refused_and_left_as_it_is() {
    let schemas = [
        "CREATE TABLE users (id INTEGER);",
        "CREATE TABLE users (id INTEGER); PRAGMA user_version = 1;",
        "CREATE TABLE users (id INTEGER); PRAGMA user_version = 1; PRAGMA application_id = 77;",
    ];
    for schema in schemas {
        let folder = tempfile::tempdir().unwrap();
        let target = file(&folder);
        run(&target, schema);
        let before = std::fs::read(path(&target)).unwrap();
        let said = refusal(&target);
        assert!(said.contains("another application"), "{said}");
        let after = std::fs::read(path(&target)).unwrap();
        assert!(before == after, "the file was changed by {schema}");
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let text = "this is a letter and not a database ".repeat(200);
    std::fs::write(path(&target), &text).unwrap();
    let said = refusal(&target);
    assert!(said.contains("not a database"), "{said}");
    assert_eq!(std::fs::read_to_string(path(&target)).unwrap(), text);
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    std::fs::write(path(&target), "").unwrap();
    let mut store = open(&target);
    Driver::new(store.as_mut()).start(&diamond());
}

#[test]
fn a_path_that_can_not_be_opened_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Target::SqliteFile(folder.path().join("no/such/folder.db"));
    let said = refusal(&missing);
    assert!(
        said.contains("no/such") && said.contains("make it first"),
        "{said}"
    );
    let said = refusal(&Target::SqliteFile(folder.path().to_owned()));
    assert!(said.contains("it is a folder"), "{said}");
    let below_a_file = folder.path().join("file");
    std::fs::write(&below_a_file, "x").unwrap();
    refusal(&Target::SqliteFile(below_a_file.join("x.db")));
}

#[test]
fn a_name_is_taken_as_it_is_and_never_as_a_uri() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "file:x.db",
        "with space.db",
        "a%20b.db",
        "ö😀.db",
        ":memory:",
    ] {
        let target = Target::SqliteFile(folder.path().join(name));
        drop(open(&target));
        assert!(path(&target).is_file(), "{name}");
    }
}

#[test]
fn many_that_open_a_new_file_at_once_all_succeed() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let target = file(&folder);
        let start = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (target, start) = (target.clone(), Arc::clone(&start));
                std::thread::spawn(move || {
                    start.wait();
                    let mut store = open(&target);
                    let mut driver = Driver::new(store.as_mut());
                    driver.start(&steps(&[("a", &[])]));
                    n
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("it opened the file");
        }
        let mut store = open(&target);
        let mut driver = Driver::new(store.as_mut());
        assert_eq!(driver.take(100).len(), 8);
    }
}
