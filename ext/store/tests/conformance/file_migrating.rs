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
use tasker_store::view::Question;

use crate::driver::{Driver, file, open, steps};

const FIRST: &str = include_str!("../../migrations/sqlite/0001_tables.sql");
const SECOND: &str = include_str!("../../migrations/sqlite/0002_queue.sql");

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

/// A file as the second version made it: of one task a step that was completed at its second attempt, one that was completed
/// by another worker than its row says, and one that is ready; their results in a table of their own.
fn second_version(target: &Target) -> SqliteConnection {
    let Target::SqliteFile(path) = target else {
        panic!("not a file")
    };
    let path = path.to_str().expect("UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("a connection");
    connection.batch_execute(FIRST).expect("the tables");
    // The function that fills the column isn't here, and there is nothing to fill yet.
    let second = SECOND.replace("queue_of(", "length(");
    connection.batch_execute(&second).expect("the queue");
    let definition = steps(&[("a", &[]), ("b", &["a"]), ("c", &["a", "b"])]);
    connection
        .batch_execute(&format!(
            "INSERT INTO workers VALUES (1, 'one:1|x|y|z', 1, NULL), (2, 'two:2|x|y|z', 1, NULL);
             INSERT INTO templates VALUES (1, 'default', 'flow', '1.0.0', '{definition}', 3, 1);
             INSERT INTO tasks VALUES (1, 1, 'in_progress', 0, 0, 3, 2, 0, 1, 1, 10, NULL, NULL);
             INSERT INTO task_details (task_id, context) VALUES (1, '{{}}');
             INSERT INTO steps VALUES
               (65536, 'complete', 'open', 0, 0, 14, 2, 3, 2, 1, 15, NULL, 16, {queue}, 14),
               (65537, 'complete', 'open', 0, 0, 16, 1, 3, 1, 1, 17, NULL, 18, {queue}, 16),
               (65538, 'ready', 'open', 0, 0, 18, 0, 3, 0, NULL, NULL, NULL, NULL, {queue}, 18);
             INSERT INTO results VALUES (65536, '{{\"a\": 1}}'), (65537, '[2]');
             INSERT INTO attempts VALUES
               (65536, 1, 1, 1, 10, 11, 12, 'retry', '{{\"class\":\"E\",\"message\":\"m\"}}'),
               (65536, 2, 2, 1, 14, 15, 16, 'complete', NULL),
               (65537, 1, 1, 2, 16, 17, 18, 'complete', NULL);
             INSERT INTO transitions VALUES (1, 1, NULL, 10, 'pending', 'in_progress', 1, NULL);
             UPDATE counters SET value = 2 WHERE name = 'next_task';
             PRAGMA application_id = 1415672683; PRAGMA user_version = 2;",
            queue = queue::of("default"),
        ))
        .expect("a task");
    connection
}

#[derive(Debug, PartialEq, QueryableByName)]
struct Kept {
    #[diesel(sql_type = BigInt)]
    step_id: i64,
    #[diesel(sql_type = BigInt)]
    fence: i64,
}

#[test]
fn a_task_of_the_second_version_is_told_as_it_was_and_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = file(&folder);
    let mut raw = second_version(&target);
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    let context = driver.context(TaskId(1));
    assert_eq!(context["steps"][0]["result"], serde_json::json!({"a": 1}));
    assert_eq!(context["steps"][1]["result"], serde_json::json!([2]));
    let history = context["history"].as_array().expect("a history");
    let told: Vec<_> = history
        .iter()
        .map(|entry| {
            let word = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
            let at = entry["at"].as_i64().expect("a time");
            format!("{at} {} {} {}", word("step"), word("to"), word("worker"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "10 - in_progress one:1",
            "10 a ready -",
            "11 a in_progress one:1",
            "12 a ready one:1",
            "15 a in_progress one:1",
            "16 a complete one:1",
            "16 b ready -",
            "17 b in_progress two:2",
            "18 b complete two:2",
            "18 c ready -",
        ]
    );
    let kept: Vec<Kept> = diesel::sql_query("SELECT step_id, fence FROM attempts ORDER BY 1, 2")
        .load(&mut raw)
        .expect("rows");
    let expected = [(65536, 1), (65537, 1)].map(|(step_id, fence)| Kept { step_id, fence });
    assert_eq!(kept, expected, "what no row of a step tells");

    let last = driver.take_only();
    let brought: Vec<_> = last
        .parents
        .iter()
        .map(|(_, text)| text.as_deref())
        .collect();
    assert_eq!(brought, [Some("{\"a\": 1}"), Some("[2]")]);
    driver.complete(&last, "3");
    assert_eq!(driver.status(TaskId(1)), "complete");
    let question = Question::Result {
        task: TaskId(1),
        step: "c".to_owned(),
    };
    assert_eq!(driver.ask(&question)["result"], 3);
}
