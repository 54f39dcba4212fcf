//! A switch for tests: one panic, at a named place of this crate, the next time it is passed.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::stop::{Class, Stop};

static ARMED: AtomicU8 = AtomicU8::new(0);

/// A place that can be told to panic.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Site {
    /// In the body of a method that was entered.
    Method = 1,
    /// In the function that waits without the GVL.
    Wait = 2,
    /// On the thread that opens or closes an engine.
    Helper = 3,
}

/// Arms the site of this name.
pub fn arm(name: &str) -> Result<(), Stop> {
    let site = match name {
        "method" => Site::Method,
        "wait" => Site::Wait,
        "helper" => Site::Helper,
        other => {
            return Err(Stop::Raise(
                Class::Argument,
                format!("site: {other:?} isn't one of \"method\", \"wait\", \"helper\""),
            ));
        }
    };
    ARMED.store(site as u8, Ordering::Release);
    Ok(())
}

/// Panics if this site is armed, and disarms it.
#[expect(clippy::panic, reason = "what a test asked for")]
pub fn pass(site: Site) {
    let site = site as u8;
    if ARMED.load(Ordering::Relaxed) == site
        && ARMED
            .compare_exchange(site, 0, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    {
        panic!("asked to panic by a test");
    }
}
