//! A counter of the calls in flight, so that a test can see that nothing is left of an interrupted one.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::process;

static LIVE: AtomicI64 = AtomicI64::new(0);

/// Counts one while it lives. A frame that is skipped by a `longjmp` leaves its guard counted for ever.
pub struct Guard {
    process: u32,
}

impl Guard {
    /// Counts one more.
    pub fn new() -> Guard {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Guard {
            process: process::noted(),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The child of a fork starts from zero: what its parent had in flight isn't its own.
        if self.process == process::noted() {
            LIVE.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The guards alive now.
pub fn live() -> i64 {
    LIVE.load(Ordering::Relaxed)
}

/// Starts from zero, in the child of a fork.
pub fn forget_all() {
    LIVE.store(0, Ordering::Relaxed);
}
