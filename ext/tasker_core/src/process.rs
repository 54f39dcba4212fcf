//! Which process this is. A fork copies the memory and not the threads, so that nothing opened before it works.

use std::sync::atomic::{AtomicU32, Ordering};

use tasker_coordinator::Failure;

use crate::guard;

/// The process that called last; 0 before the library is loaded.
static NOTED: AtomicU32 = AtomicU32::new(0);

/// The number of this process. Asked anew each time: hooks of `fork` miss `Process.daemon`.
///
/// The first call after a fork also clears what can't have survived it.
pub fn note() -> u32 {
    let current = std::process::id();
    let before = NOTED.load(Ordering::Acquire);
    if before != current && NOTED.swap(current, Ordering::AcqRel) != current && before != 0 {
        guard::forget_all();
        tasker_coordinator::logs::reset_after_fork();
    }
    current
}

/// The process that called last, without asking the system.
pub fn noted() -> u32 {
    NOTED.load(Ordering::Acquire)
}

/// The failure of a call on an engine that was opened before a fork.
pub fn forked(opened_by: u32) -> Failure {
    Failure {
        kind: "forked",
        message: format!(
            "this engine belongs to process {opened_by} and can't be used after a fork; open a new one in this process"
        ),
        context: format!(r#"{{"opened_by":{opened_by}}}"#),
    }
}

#[expect(
    unsafe_code,
    reason = "the C library is told which functions to call around a fork"
)]
// SAFETY: the signature is that of POSIX.
unsafe extern "C" {
    fn pthread_atfork(
        before: extern "C" fn(),
        in_parent: extern "C" fn(),
        in_child: extern "C" fn(),
    ) -> std::ffi::c_int;
}

extern "C" fn before() {
    tasker_coordinator::quiet::before_fork();
}

extern "C" fn in_parent() {
    tasker_coordinator::quiet::after_fork(false);
}

extern "C" fn in_child() {
    tasker_coordinator::quiet::after_fork(true);
}

/// Has every fork wait until no thread of an engine holds a lock that the child would never see released.
pub fn watch_forks() {
    #[expect(unsafe_code, reason = "the C library's function")]
    // SAFETY: the three functions live as long as the library, which Ruby never unloads, and don't unwind.
    let refused = unsafe { pthread_atfork(before, in_parent, in_child) };
    if refused != 0 {
        log::warn!(
            "forks can't be watched (error {refused}): fork before the first coordinator is made"
        );
    }
}
