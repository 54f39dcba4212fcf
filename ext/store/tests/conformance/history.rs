use std::collections::HashMap;

use serde_json::Value;
use tasker_domain::command::{Action, Ending};
use tasker_domain::ids::TaskId;
use tasker_store::Store;

use crate::driver::{Driver, LEASE_MS, diamond, report, steps, text};

/// Each entry as `step from to`, after checking that none is missing.
fn told(driver: &mut Driver<'_>, task: TaskId) -> Vec<String> {
    let context = driver.context(task);
    let mut states: HashMap<Value, String> = HashMap::new();
    let mut at = 0;
    let mut told = Vec::new();
    for entry in context["history"].as_array().expect("a history") {
        let (from, to) = (text(&entry["from"]), text(&entry["to"]));
        let before = states.insert(entry["step"].clone(), to.clone());
        let before = before.unwrap_or_else(|| "pending".to_owned());
        assert_eq!(before, from, "a gap before {entry} in {context:#}");
        let when = entry["at"].as_i64().expect("a time");
        assert!(when >= at, "{entry} goes back in time");
        at = when;
        let step = entry["step"].as_str().unwrap_or("task");
        told.push(format!("{step} {from} {to}"));
    }
    for step in context["steps"].as_array().expect("steps") {
        let last = states.get(&step["name"]).map_or("pending", String::as_str);
        assert_eq!(step["status"], last, "{context:#}");
    }
    assert_eq!(context["status"], states[&Value::Null].as_str());
    told
}

pub fn every_transition_of_a_long_life_is_told_in_its_order(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let a = driver.take_only();
    driver.now += 1;
    driver.one(report(&a, Ending::Released)).expect("a release");
    driver.now += 1;
    let a = driver.take_only();
    driver.now += 1;
    driver.fail(&a, false);
    driver.now += 100;
    driver.tick();
    let a = driver.take_only();
    driver.complete(&a, "1");
    driver.now += 1;
    let middle = driver.take(2);
    driver.complete(&middle[0], "1");
    driver.now += 1;
    driver.control(task, Action::Pause).expect("a pause");
    driver.now += 1;
    driver.fail(&middle[1], true);
    driver.now += 1;
    let retry = Action::Retry {
        step: "c".to_owned(),
    };
    driver.control(task, retry).expect("a retry");
    driver.control(task, Action::Resume).expect("a resumption");
    driver.now += 1;
    driver.run();
    assert_eq!(
        told(&mut driver, task),
        [
            "task pending in_progress",
            "a pending ready",
            "a ready in_progress",
            "a in_progress ready",
            "a ready in_progress",
            "a in_progress ready",
            "a ready in_progress",
            "a in_progress complete",
            "b pending ready",
            "c pending ready",
            "b ready in_progress",
            "b in_progress complete",
            "c ready in_progress",
            "task in_progress in_progress",
            "c in_progress error",
            "task in_progress error",
            "task error in_progress",
            "task in_progress in_progress",
            "c error ready",
            "c ready in_progress",
            "c in_progress complete",
            "d pending ready",
            "d ready in_progress",
            "d in_progress complete",
            "task in_progress complete",
        ]
    );
}

pub fn attempts_within_one_ms_are_told_in_their_order(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let mut template = steps(&[("a", &[]), ("b", &["a"])]);
    template["steps"][0]["retry"]["backoff_base_ms"] = 0.into();
    let task = driver.start(&template);
    for _ in 0..2 {
        let a = driver.take_only();
        driver.fail(&a, false);
    }
    driver.run();
    let told = told(&mut driver, task);
    assert_eq!(told.len(), 2 + 7 + 3, "{told:?}");
}

pub fn the_history_names_the_worker_the_attempt_and_the_reason(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let me = driver.worker;
    driver.worker = driver
        .store
        .enroll("other:9|x|y|z", driver.now, LEASE_MS)
        .expect("a worker");
    driver.take_only();
    driver.worker = me;
    driver.now += LEASE_MS;
    driver.tick();
    driver.run();
    told(&mut driver, task);
    let context = driver.context(task);
    let lost = context["history"]
        .as_array()
        .and_then(|entries| entries.iter().find(|entry| entry["from"] == "in_progress"))
        .expect("an entry")
        .clone();
    assert_eq!(lost["worker"], "other:9");
    assert_eq!(lost["attempt"], 1);
    let reason = text(&lost["reason"]);
    assert!(reason.starts_with("TaskerCore::WorkerLost: "), "{reason}");
}
