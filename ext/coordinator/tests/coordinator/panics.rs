use serde_json::json;
use tasker_coordinator::{Envelope, Failure, Request};
use tasker_domain::ids::TaskId;
use tasker_store::view::Question;
use tasker_store::{Options, Target};

use crate::client::{Client, LIMIT, LONG_MS, call, grant, lock, unlock, until, wait};

fn panic_at(client: &Client, site: &str) -> Failure {
    let request = Request::panic(site).expect("a site");
    wait(&client.send(request)).expect_err("a failure")
}

fn runs_a_task(client: &Client) {
    let task = client.submit();
    loop {
        let held = client.take(9);
        if held.is_empty() {
            break;
        }
        client.exchange(0, 0, held);
    }
    assert_eq!(client.context(task)["status"], "complete");
}

fn everywhere(site: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    for client in [Client::new(), Client::on(&folder, json!({}))] {
        client.register(&[("a", &[]), ("b", &["a"])]);
        let parked = client.park(1, LONG_MS);
        client.until_parked(1);
        for _ in 0..3 {
            let failure = panic_at(&client, site);
            assert_eq!(failure.kind, "internal_error", "{failure:?}");
            assert!(!failure.message.contains("asked for"), "{failure:?}");
        }
        let task = client.submit();
        let granted = grant(wait(&parked));
        assert_eq!(granted.tasks[0].task_id, task);
        drop(granted);
        until("it can be taken", || {
            client.context(task)["steps"][0]["status"] == "ready"
        });
        client.call("cancel", json!({"task_id": task}));
        runs_a_task(&client);
        client.handle.close(LIMIT).expect("it closes");
    }
}

#[test]
fn a_panic_in_the_actor_is_an_error_and_all_goes_on() {
    everywhere("actor");
}

#[test]
fn a_panic_in_a_turn_is_an_error_and_all_goes_on() {
    everywhere("turn");
}

#[test]
fn a_panic_in_a_reader_is_an_error_and_all_goes_on() {
    everywhere("reader");
}

#[test]
fn a_panic_on_the_thread_that_writes_is_an_error_and_all_goes_on() {
    everywhere("writer");
}

#[test]
fn a_site_that_there_is_not_is_refused() {
    let refused = Request::panic("nowhere").err().map(|refused| refused.kind);
    assert_eq!(refused, Some("validation_error"));
}

#[test]
fn a_lost_actor_is_made_anew_and_tells_those_who_waited() {
    let folder = tempfile::tempdir().expect("a folder");
    for client in [Client::new(), Client::on(&folder, json!({}))] {
        client.register(&[("a", &[]), ("b", &["a"])]);
        let finished = client.submit();
        let held = client.take(1);
        client.exchange(0, 0, held);
        let held = client.take(1);
        let parked: Vec<_> = (0..3).map(|_| client.park(1, LONG_MS)).collect();
        client.until_parked(3);
        for _ in 0..3 {
            panic_at(&client, "lose_actor");
        }
        for parked in &parked {
            assert!(wait(parked).is_err(), "it is told that no answer will come");
        }
        // What was held before is still held: its report counts.
        let answered = client.exchange(0, 0, held);
        assert!(answered.refused.is_empty(), "{:?}", answered.refused);
        assert_eq!(client.context(finished)["status"], "complete");
        runs_a_task(&client);
        assert!(!client.handle.is_closed());
        client.handle.close(LIMIT).expect("it closes");
    }
}

#[test]
fn requests_that_waited_in_the_queue_outlive_the_actor() {
    let client = Client::new();
    client.register(&[("a", &[])]);
    let sent: Vec<_> = (0..50)
        .map(|n| {
            let request = match n {
                25 => Request::panic("lose_actor").expect("a site"),
                _ => call("submit", json!({"requests": [{"name": "flow"}]})),
            };
            client.send(request)
        })
        .collect();
    let answered = sent.iter().filter(|answer| wait(answer).is_ok()).count();
    let active = client.metric("active_tasks");
    assert!(active >= answered as i64, "an answered task is not there");
    client.submit();
    assert_eq!(client.metric("active_tasks"), active + 1);
}

#[test]
fn a_turn_whose_actor_was_lost_is_answered_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::on(&folder, json!({"busy_timeout_ms": 60_000}));
    client.register(&[("a", &[])]);
    let task = client.submit();
    let mut other = lock(&folder);
    let claim = client.park(1, LONG_MS);
    until("the claim is under way", || {
        client.handle.requests().is_empty()
    });
    panic_at(&client, "lose_actor");
    unlock(&mut other);
    for answer in [claim, client.park(1, LONG_MS)] {
        let granted = grant(wait(&answer));
        let taken = (granted.tasks[0].task_id, granted.steps[0].attempt);
        assert_eq!(taken, (task, 1), "the grant that nobody took is given back");
    }
}

#[test]
fn an_actor_lost_while_nobody_asks_anything_is_made_anew_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = json!({"busy_timeout_ms": 60_000, "step_timeout_ms": 200});
    let client = Client::on(&folder, settings);
    client.register(&[("a", &[])]);
    let task = client.submit();
    client.take(1);
    let mut other = lock(&folder);
    let under_way = client.send(call("submit", json!({"requests": [{"name": "flow"}]})));
    until("a turn is under way", || {
        client.handle.requests().is_empty()
    });
    // Each is answered before the next is asked, so the actor has left the loop in which it took the submission in.
    for _ in 0..3 {
        client.metric("turns");
    }
    // Without the bell: it is found when the turn is done.
    let (envelope, lost) = Envelope::new(Request::panic("lose_actor").expect("a site"));
    assert!(client.handle.requests().try_send(envelope).is_ok());
    unlock(&mut other);
    assert!(wait(&under_way).is_ok() && wait(&lost).is_err());
    let target = Target::SqliteFile(folder.path().join("tasker.sqlite3"));
    let reader = tasker_store::open_reader(&target, &Options::default());
    let mut reader = reader.expect("a reader").expect("files have readers");
    until("the timeout of its step is noticed", || {
        let context = Question::Context(TaskId(task));
        let told = reader.answer(&context).expect("an answer");
        told.contains("TaskerCore::StepTimeout")
    });
}
