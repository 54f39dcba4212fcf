//! Work that blocks in Rust, done on a thread of its own, so that its caller can still be interrupted.
//!
//! A database that doesn't answer holds the helper up, not the Ruby thread: that one waits for the
//! helper's answer as for any other. An answer that comes too late is dropped.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Instant,
};

use crossbeam_channel::bounded;
use tasker_coordinator::Failure;

use crate::{
    channel::{self, Received},
    guard::Guard,
    sites::{self, Site},
    stop::Stop,
};

/// Runs `work` on a thread of this name, and waits for its result until the deadline: `None` is too late.
pub fn run<T, W>(name: &str, deadline: Instant, work: W) -> Result<Option<T>, Stop>
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, Failure> + Send + 'static,
{
    let (sender, receiver) = bounded(1);
    let helper = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _guard = Guard::new();
        let result = catch_unwind(AssertUnwindSafe(|| {
            sites::pass(Site::Helper);
            work()
        }));
        // Whoever waited may be gone. The result is then dropped here, which closes what was opened.
        let _late = sender.send(result);
    });
    let helper = helper.map_err(|error| {
        Failure::internal(format!(
            "no thread can be started for {name}: {error}; see the limits of this process"
        ))
    })?;
    match channel::receive(&receiver, deadline)? {
        Received::Got(result) => {
            // Sending was its last act: this joins a thread that is ending.
            let _joined = helper.join();
            match result {
                Ok(result) => Ok(Some(result?)),
                Err(payload) => Err(Stop::panicked(payload)),
            }
        }
        Received::Late => Ok(None),
        Received::Disconnected => Err(Failure::internal(format!(
            "the thread of {name} ended without an answer; see the log"
        ))
        .into()),
    }
}
