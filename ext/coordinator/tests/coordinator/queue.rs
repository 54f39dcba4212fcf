use std::time::Duration;

use crossbeam_channel::SendTimeoutError;
use serde_json::json;
use tasker_coordinator::{Envelope, Request, Waiting};
use tempfile::TempDir;

use crate::client::{Client, LIMIT, call, id, lock, unlock, until, wait};

fn on_a_file() -> (TempDir, Client) {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::on(&folder, json!({"busy_timeout_ms": 60_000}));
    client.register(&[("a", &[])]);
    (folder, client)
}

fn submit(client: &Client) -> Waiting {
    client.send(call("submit", json!({"requests": [{"name": "flow"}]})))
}

/// Sends what the closure sends while a turn is under way, so that all of it becomes the next turn.
fn in_one_turn<T>(folder: &TempDir, client: &Client, send: impl FnOnce() -> T) -> T {
    let mut other = lock(folder);
    let first = submit(client);
    until("the first turn is under way", || {
        client.handle.requests().is_empty()
    });
    let sent = send();
    until("all are gathered", || client.handle.requests().is_empty());
    unlock(&mut other);
    wait(&first).expect("the first");
    sent
}

#[test]
fn what_arrives_while_a_turn_is_under_way_is_one_turn() {
    let (folder, client) = on_a_file();
    let before = client.metric("turns");
    let answers = in_one_turn(&folder, &client, || {
        (0..100).map(|_| submit(&client)).collect::<Vec<_>>()
    });
    for answer in &answers {
        wait(answer).expect("a task");
    }
    assert_eq!(client.metric("turns") - before, 2);
    assert_eq!(client.metric("active_tasks"), 101);
}

#[test]
fn one_bad_caller_of_a_turn_fails_alone() {
    let (folder, client) = on_a_file();
    let (good, bad, other) = in_one_turn(&folder, &client, || {
        let good = submit(&client);
        let bad = client.send(Request::panic("turn").expect("a site"));
        (good, bad, submit(&client))
    });
    let failure = wait(&bad).expect_err("a failure");
    assert_eq!(failure.kind, "internal_error");
    assert!(wait(&good).is_ok() && wait(&other).is_ok());
    assert_eq!(client.metric("active_tasks"), 3);
}

#[test]
fn no_answer_comes_before_the_commit() {
    let (folder, client) = on_a_file();
    let mut other = lock(&folder);
    let answer = submit(&client);
    let read = client.call("list", json!({}));
    assert_eq!(read["tasks"], json!([]), "reading goes on meanwhile");
    assert!(answer.is_empty());
    unlock(&mut other);
    assert!(wait(&answer).is_ok());
}

#[test]
fn a_queue_of_one_holds_back_the_others_and_loses_none() {
    let client = Client::with(json!({"queue_capacity": 1}));
    client.register(&[("a", &[])]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    client.submit();
                }
            });
        }
    });
    assert_eq!(client.metric("active_tasks"), 400);
}

#[test]
fn a_full_queue_tells_so_and_takes_more_when_it_is_drained() {
    let client = Client::with(json!({"queue_capacity": 2}));
    client.register(&[("a", &[])]);
    let envelope = || Envelope::new(call("submit", json!({"requests": [{"name": "flow"}]})));
    let mut answers = Vec::new();
    // Without the bell nothing is drained.
    for _ in 0..2 {
        let (envelope, answer) = envelope();
        let sent = client.handle.requests().try_send(envelope);
        assert!(sent.is_ok());
        answers.push(answer);
    }
    let (one_more, answer) = envelope();
    let sent = client
        .handle
        .requests()
        .send_timeout(one_more, Duration::from_millis(20));
    let Err(SendTimeoutError::Timeout(one_more)) = sent else {
        panic!("there was a place for it")
    };
    client.handle.ring();
    assert!(
        client
            .handle
            .requests()
            .send_timeout(one_more, LIMIT)
            .is_ok()
    );
    client.handle.ring();
    answers.push(answer);
    for answer in &answers {
        assert!(wait(answer).is_ok());
    }
}

#[test]
fn steps_that_nobody_took_are_given_back_though_the_database_was_locked() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::on(
        &folder,
        json!({"busy_timeout_ms": 30, "step_timeout_ms": 600_000}),
    );
    client.register(&[("a", &[])]);
    let task = id(&client.call("submit", json!({"requests": [{"name": "flow"}]})));
    let granted = client.exchange(0, 1, Vec::new());
    let mut other = lock(&folder);
    drop(granted);
    let locked = client.send(call("submit", json!({"requests": [{"name": "flow"}]})));
    let failure = wait(&locked).expect_err("a failure");
    assert_eq!(failure.kind, "database_error");
    unlock(&mut other);
    until("the step is ready again", || {
        client.context(task)["steps"][0]["status"] == "ready"
    });
    assert_eq!(
        client.context(task)["steps"][0]["attempts"],
        0,
        "it was given back and did not time out"
    );
}
