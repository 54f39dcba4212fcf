//! Stillness at the moment of a fork.
//!
//! A child process has the memory of its parent and none of its threads: a lock that another thread held, the ones
//! inside SQLite among them, stays held for ever. So a thread says when it is at work on a store, and a fork waits
//! until none is.

use std::cell::RefCell;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a fork waits at most. A database that doesn't answer must not keep a program from forking; the child then
/// takes the risk.
const PATIENCE: Duration = Duration::from_secs(1);

static AT_WORK: Mutex<u32> = Mutex::new(0);
static STILL: Condvar = Condvar::new();

thread_local! {
    /// Held by the thread that forks, from before to after, so that nobody begins in between.
    static HELD: RefCell<Option<MutexGuard<'static, u32>>> = const { RefCell::new(None) };
}

fn lock() -> MutexGuard<'static, u32> {
    AT_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a fork waiting while it lives.
pub(crate) struct Busy(());

/// Says that this thread is at work on a store.
pub(crate) fn busy() -> Busy {
    *lock() += 1;
    Busy(())
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut at_work = lock();
        *at_work = at_work.saturating_sub(1);
        if *at_work == 0 {
            STILL.notify_all();
        }
    }
}

/// Waits until no thread is at work on a store, and keeps it so until [`after_fork`].
pub fn before_fork() {
    let (guard, _) = STILL
        .wait_timeout_while(lock(), PATIENCE, |at_work| *at_work > 0)
        .unwrap_or_else(PoisonError::into_inner);
    HELD.with(|held| *held.borrow_mut() = Some(guard));
}

/// Lets work begin again; in the child nobody is at it.
pub fn after_fork(in_child: bool) {
    if let Some(mut at_work) = HELD.with(|held| held.borrow_mut().take())
        && in_child
    {
        *at_work = 0;
    }
}
