//! Counts what is sent to a database, for all connections of the process.

use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static COMMITS: AtomicU64 = AtomicU64::new(0);

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => &STATEMENTS,
            InstrumentationEvent::CommitTransaction { .. } => &COMMITS,
            _ => return,
        }
        .fetch_add(1, Ordering::Relaxed);
    }
}

/// Has the connections counted that are made from now on.
///
/// # Errors
/// A panic elsewhere while the same was done.
pub fn count() -> diesel::QueryResult<()> {
    set_default_instrumentation(|| Some(Box::new(Counter)))
}

/// Statements, `BEGIN` and `COMMIT` among them, and commits that were sent so far.
pub fn counted() -> (u64, u64) {
    let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
    (load(&STATEMENTS), load(&COMMITS))
}
