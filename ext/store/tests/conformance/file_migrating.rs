//! Files that were made by earlier versions.

use std::sync::{Arc, Barrier};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use tasker_domain::command::Scope;
use tasker_domain::ids::TaskId;
use tasker_domain::queue;
use tasker_store::Target;

use crate::driver::{Driver, file, open, steps};

const FIRST: &str = include_str!("../../migrations/sqlite/0001_tables.sql");

#[derive(Debug, PartialEq, QueryableByName)]
struct Placed {
    #[diesel(sql_type = BigInt)]
    queue: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    queued_at: Option<i64>,
}

/// A file as the first version made it: of the tasks of three namespaces each with a step done, one ready, one waiting.
fn first_version(target: &Target) -> SqliteConnection {
    let Target::SqliteFile(path) = target else {
        panic!("not a file")
    };
    let path = path.to_str().expect("UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("a connection");
    connection.batch_execute(FIRST).expect("the tables");
    let named = [("a", &[][..]), ("b", &["a"]), ("c", &["b"])];
    let definition = steps(&named).to_string();
    for (id, namespace) in [(1, "a"), (2, "b"), (3, "ö")] {
        let definition = definition.replace(
            "\"flow\"",
            &format!("\"flow\",\"namespace\":\"{namespace}\""),
        );
        let (first, ready_at) = (id << 16, 500 + id);
        connection
            .batch_execute(&format!(
                "INSERT INTO templates VALUES ({id}, '{namespace}', 'flow', '1.0.0', '{definition}', 3, 1);
                 INSERT INTO tasks VALUES ({id}, {id}, 'in_progress', 0, 0, 3, 1, 0, 2, 1, 1, NULL, NULL);
                 INSERT INTO task_details (task_id, context) VALUES ({id}, '{{}}');
                 INSERT INTO steps VALUES
                   ({first}, 'complete', 'open', 0, 0, 1, 1, 3, 1, NULL, 1, NULL, 1),
                   ({first} + 1, 'ready', 'open', 0, 0, {ready_at}, 0, 3, 0, NULL, NULL, NULL, NULL),
                   ({first} + 2, 'pending', 'open', 0, 1, NULL, 0, 3, 0, NULL, NULL, NULL, NULL);
                 INSERT INTO results VALUES ({first}, '1');"
            ))
            .expect("a task");
    }
    connection
        .batch_execute(
            "UPDATE counters SET value = 4 WHERE name = 'next_task';
             PRAGMA application_id = 1415672683; PRAGMA user_version = 1;",
        )
        .expect("the version");
    connection
}

#[test]
fn many_that_open_a_file_of_the_first_version_at_once_all_succeed() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = file(&folder);
    drop(first_version(&target));
    let start = Barrier::new(6);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                start.wait();
                drop(open(&target));
            });
        }
    });
    let mut store = open(&target);
    assert_eq!(Driver::new(store.as_mut()).take(9).len(), 3);
}

#[test]
fn tasks_of_the_first_version_are_placed_and_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = file(&folder);
    let mut raw = first_version(&target);
    let mut store = open(&target);
    let placed: Vec<Placed> =
        diesel::sql_query("SELECT queue, queued_at FROM steps WHERE id >> 16 = 3 ORDER BY id")
            .load(&mut raw)
            .expect("rows");
    let queue = queue::of("ö");
    let expected = [Some(1), Some(503), None].map(|queued_at| Placed { queue, queued_at });
    assert_eq!(placed, expected);

    let mut driver = Driver::new(store.as_mut());
    let scope = Scope::Namespaces(Arc::from(["ö".to_owned(), "b".to_owned()]));
    let taken = driver.try_claim(scope, 9).expect("a claim").steps;
    let taken: Vec<_> = taken.iter().map(|step| step.step.task().0).collect();
    assert_eq!(
        taken,
        [2, 3],
        "by place, and nothing of the other namespace"
    );
    driver.run();
    assert_eq!(driver.status(TaskId(1)), "complete");
}
