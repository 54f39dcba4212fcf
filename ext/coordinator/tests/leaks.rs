//! A thousand coordinators made, used and dropped leave nothing behind. Alone in its process, since it counts what
//! the process has.

#![expect(
    clippy::expect_used,
    reason = "everything here is a test; clippy.toml knows only functions that are marked as one"
)]

use std::time::{Duration, Instant};

use tasker_coordinator::{Envelope, Handle, Request};

const LIMIT: Duration = Duration::from_secs(30);

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

fn until_threads_are(wanted: usize) {
    let deadline = Instant::now() + LIMIT;
    while count("/proc/self/task") > wanted {
        assert!(
            Instant::now() < deadline,
            "{} threads are left of {wanted}",
            count("/proc/self/task")
        );
        std::thread::yield_now();
    }
}

fn use_one(url: &str, close: bool) {
    let settings = format!("{{\"database_url\":\"{url}\"}}");
    let handle = Handle::open(&settings).expect("a coordinator");
    let definition =
        r#"{"definition":{"name":"flow","steps":[{"name":"a","handler":{"callable":"H"}}]}}"#;
    for (kind, json) in [
        ("register_template", definition),
        ("submit", r#"{"requests":[{"name":"flow"}]}"#),
        ("list", "{}"),
    ] {
        let request = Request::call(kind, json).expect("a call");
        let (envelope, answer) = Envelope::new(request);
        assert!(handle.requests().send_timeout(envelope, LIMIT).is_ok());
        handle.ring();
        let answer = answer.recv_timeout(LIMIT).expect("an answer");
        answer.expect("a good one");
    }
    let parked = Request::exchange(99_999, 1, 60_000, Vec::new()).expect("a request");
    let (envelope, _gone) = Envelope::new(parked);
    assert!(handle.requests().send_timeout(envelope, LIMIT).is_ok());
    handle.ring();
    if close {
        handle.close(LIMIT).expect("it closes");
    }
}

#[test]
fn a_thousand_coordinators_leave_no_threads_no_files_and_little_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite://{}/tasker.sqlite3", folder.path().display());
    for n in 0..20 {
        use_one(if n % 2 == 0 { "sqlite::memory:" } else { &file }, true);
    }
    let threads = 2; // the test's and its harness's
    until_threads_are(threads);
    let (files, memory) = (count("/proc/self/fd"), resident_kib());
    for n in 0..1_000 {
        let url = if n % 20 == 0 {
            &file
        } else {
            "sqlite::memory:"
        };
        use_one(url, n % 2 == 0);
    }
    until_threads_are(threads);
    assert_eq!(count("/proc/self/fd"), files, "files or sockets are left");
    let grown = resident_kib().saturating_sub(memory);
    println!("{grown} KiB of growth");
    assert!(grown < 50 * 1024, "{grown} KiB of growth");
}
