//! Counts what is sent to a database, for all connections of the process.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use diesel::connection::{
    DebugQuery, Instrumentation, InstrumentationEvent, set_default_instrumentation,
};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static UNDER_WAY: AtomicI64 = AtomicI64::new(0);
static WAITS: AtomicU64 = AtomicU64::new(0);

/// What was sent so far.
#[derive(Clone, Copy)]
pub struct Sent {
    /// Each thing that was sent, `BEGIN` and `COMMIT` among them; several statements in one text are one.
    pub statements: u64,
    /// How often it was waited for: what is sent while other things are under way is waited for together with them.
    pub waits: u64,
    /// What hasn't come to an end. Where that isn't nothing, waits can't be told from each other.
    pub under_way: i64,
}

struct Counter;

/// Whether nobody waits for it: it is sent after the commit, and may have no end.
fn is_for_others(query: &dyn DebugQuery) -> bool {
    let mut beginning = Beginning(None);
    // It stops by an error once it has seen the beginning: the rest would only be work that is counted.
    let _ = write!(beginning, "{query}");
    beginning.0.unwrap_or(false)
}

/// Whether what is written begins with `NOTIFY`, once that is known.
struct Beginning(Option<bool>);

impl Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.is_empty() {
            self.0 = Some(text.starts_with("NOTIFY"));
            return Err(fmt::Error);
        }
        Ok(())
    }
}

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                STATEMENTS.fetch_add(1, Ordering::Relaxed);
                if !is_for_others(query) && UNDER_WAY.fetch_add(1, Ordering::Relaxed) == 0 {
                    WAITS.fetch_add(1, Ordering::Relaxed);
                }
            }
            InstrumentationEvent::FinishQuery { query, .. } if !is_for_others(query) => {
                UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

/// Has the connections counted that are made from now on. They are to be used by one thread, one at a time.
///
/// # Errors
/// A panic elsewhere while the same was done.
pub fn count() -> diesel::QueryResult<()> {
    set_default_instrumentation(|| Some(Box::new(Counter)))
}

/// What was sent so far.
pub fn sent() -> Sent {
    Sent {
        statements: STATEMENTS.load(Ordering::Relaxed),
        waits: WAITS.load(Ordering::Relaxed),
        under_way: UNDER_WAY.load(Ordering::Relaxed),
    }
}
