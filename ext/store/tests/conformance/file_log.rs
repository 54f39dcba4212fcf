//! The write-ahead log of a file, and the room at its end.

use std::path::{Path, PathBuf};

use tasker_store::Target;

use crate::driver::{Driver, diamond, file, open};

fn beside(target: &Target, suffix: &str) -> PathBuf {
    let Target::SqliteFile(path) = target else {
        panic!("not a file")
    };
    let mut name = path.clone().into_os_string();
    name.push(suffix);
    name.into()
}

fn length(path: &Path) -> u64 {
    path.metadata().expect("a log").len()
}

#[test]
fn a_log_that_has_grown_has_room_for_the_commits_to_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = file(&folder);
    let log = beside(&target, "-wal");
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    driver.register(&diamond());
    driver.submit();
    let before = length(&log);
    for _ in 0..3 {
        driver.submit();
    }
    assert_eq!(
        length(&log),
        before,
        "three commits fit into the room that was made"
    );
    for _ in 0..400 {
        driver.submit();
    }
    let now = length(&log);
    assert!(before < now && now < 8 << 20, "{before}, then {now}");
}

#[test]
fn a_log_with_room_is_read_after_a_crash() {
    let (folder, other) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("another folder"),
    );
    let target = file(&folder);
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    let first = driver.start(&diamond());
    let second = driver.submit();
    let step = driver.take(1).remove(0);
    driver.complete(&step, "[7]");
    let states = driver.states(first);

    // What a crash would leave: the files as they are, without the index of the log.
    let copy = file(&other);
    for suffix in ["", "-wal"] {
        std::fs::copy(beside(&target, suffix), beside(&copy, suffix)).expect("a copy");
    }
    let mut store = open(&copy);
    let mut driver = Driver::new(store.as_mut());
    assert_eq!(driver.states(first), states);
    assert_eq!(driver.status(second), "pending");
    assert_eq!(driver.step(first, 0)["result"], serde_json::json!([7]));
}
