use std::time::Duration;

use serde_json::json;
use tasker_coordinator::{Envelope, Failure};

use crate::client::{Client, LIMIT, LONG_MS, call, grant, id, until, wait};

#[test]
fn closing_tells_parked_claims_and_can_be_done_again() {
    let client = Client::new();
    let parked: Vec<_> = (0..3).map(|_| client.park(1, LONG_MS)).collect();
    client.until_parked(3);
    for _ in 0..3 {
        client.handle.close(LIMIT).expect("it closes");
    }
    for parked in &parked {
        let failure = wait(parked).expect_err("a refusal");
        assert_eq!(failure.kind, "coordinator_closed");
    }
    assert!(client.handle.is_closed());
    assert!(client.handle.join(Duration::ZERO));
}

#[test]
fn what_was_accepted_before_the_end_is_finished_and_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::on(&folder, json!({}));
    client.register(&[("a", &[])]);
    let submit = || call("submit", json!({"requests": [{"name": "flow"}]}));
    let answers: Vec<_> = (0..500).map(|_| client.send(submit())).collect();
    client.handle.close(LIMIT).expect("it closes");
    let made: Vec<_> = answers
        .iter()
        .filter_map(|answer| wait(answer).ok())
        .collect();
    assert_eq!(made.len(), 500, "they were in the queue before it closed");
    let again = Client::on(&folder, json!({}));
    assert_eq!(again.metric("active_tasks"), 500);
}

#[test]
fn a_full_queue_does_not_keep_it_from_closing() {
    let client = Client::with(json!({"queue_capacity": 4}));
    client.register(&[("a", &[])]);
    let mut answers = Vec::new();
    loop {
        let request = call("submit", json!({"requests": [{"name": "flow"}]}));
        let (envelope, answer) = Envelope::new(request);
        if client.handle.requests().try_send(envelope).is_err() {
            break;
        }
        answers.push(answer);
    }
    assert_eq!(answers.len(), 4);
    client.handle.close(LIMIT).expect("it closes");
    for answer in &answers {
        assert!(wait(answer).is_ok());
    }
}

#[test]
fn after_the_end_nothing_is_accepted() {
    let client = Client::new();
    client.handle.close(LIMIT).expect("it closes");
    let (envelope, answer) = Envelope::new(call("ping", json!({})));
    // The channel has lost its other end, or will never be read again; either way no answer comes.
    drop(client.handle.requests().try_send(envelope));
    client.handle.ring();
    assert!(!matches!(answer.try_recv(), Ok(Ok(_))));
}

#[test]
fn dropping_the_last_handle_ends_it_without_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::on(&folder, json!({}));
    client.register(&[("a", &[])]);
    let task = client.submit();
    client.take(1);
    let second = client.handle.clone();
    drop(client);
    assert!(!second.is_closed(), "there is another handle");
    drop(second);
    let again = Client::on(&folder, json!({"lease_ms": 100}));
    let granted = grant(wait(&again.park(1, LONG_MS)));
    assert_eq!(granted.tasks[0].task_id, task);
}

#[test]
fn a_database_that_can_not_be_opened_is_told_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |url: String| -> Failure {
        let settings = json!({ "database_url": url });
        Client::try_with(settings).err().expect("a refusal")
    };
    let missing = refused(format!("sqlite://{}/no/x.db", folder.path().display()));
    assert_eq!(missing.kind, "database_error");
    assert!(missing.message.contains("make it first"), "{missing:?}");
    std::fs::write(folder.path().join("letter"), "no database ".repeat(100)).expect("a file");
    let letter = refused(format!("sqlite://{}/letter", folder.path().display()));
    assert_eq!(letter.kind, "database_error");
    assert_eq!(refused("mysql://x".to_owned()).kind, "configuration_error");
}

#[test]
fn a_coordinator_that_is_closed_while_it_works_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::on(&folder, json!({}));
    client.register(&[("a", &[]), ("b", &["a"])]);
    let submitted = client.call("submit", json!({"requests": [{"name": "flow"}]}));
    let task = id(&submitted);
    let held = client.take(1);
    let report = tasker_coordinator::Request::exchange(0, 0, 0, held).expect("a request");
    let answer = client.send(report);
    client.handle.close(LIMIT).expect("it closes");
    assert!(wait(&answer).is_ok());
    let again = Client::on(&folder, json!({}));
    let context = again.context(task);
    assert_eq!(context["completed_steps"], 1);
    until("its second step is ready", || {
        again.context(task)["steps"][1]["status"] == "ready"
    });
}
