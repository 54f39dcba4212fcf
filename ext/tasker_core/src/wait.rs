//! Waits that give the GVL back and that Ruby can interrupt: Ctrl-C, `Thread#kill`, `Timeout`, traps.
//!
//! [`park`] is the pattern; what is waited for is in [`crate::channel`].
//!
//! Ruby 3.1 can `longjmp` even out of `rb_thread_call_without_gvl2` (on the main thread of a process with
//! one thread, where it joins a thread of its own), so that the call is made inside `rb_protect`, and
//! interrupts are checked inside another. A trap that returns doesn't end the wait.

#![expect(unsafe_code, reason = "giving the GVL back takes C functions")]

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use rutie::rubysys::{
    thread::{
        rb_thread_call_without_gvl2, rb_thread_check_ints, rb_thread_current,
        rb_thread_interrupted, rb_thread_main,
    },
    types::{CallbackPtr, Value, c_void},
};

use crate::{
    answers::nil,
    guard::Guard,
    process,
    protect::protect,
    sites::{self, Site},
    stop::Stop,
};

/// How often a waiting main thread looks for a signal.
///
/// Ruby calls the unblock function for a signal only where it has a thread that waits for signals: with a
/// second Ruby thread that sleeps, or waits here too, nobody does (3.1), and Ctrl-C would go unnoticed.
const SIGNALS: Duration = Duration::from_millis(50);

/// How long another thread waits in one go: what interrupts it is announced.
const ANNOUNCED: Duration = Duration::from_secs(1);

/// How one go of a wait ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// What was waited for has come, or never will.
    Done,
    /// Its time is up, and there is more to wait for.
    Again,
    /// Ruby wants the thread's attention.
    Interrupted,
}

/// What one go of a wait has to heed.
pub struct Go<'a> {
    /// Receives something when Ruby wants the thread's attention.
    pub interrupt: &'a Receiver<()>,
    /// When this go must end, whatever has come.
    pub until: Instant,
}

/// The moment so long from now; a wait that no clock can express is as good as endless.
pub fn deadline(limit: Duration) -> Instant {
    const ENDLESS: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(limit.min(ENDLESS)).unwrap_or(now)
}

/// What a stretch without the GVL works on. It lives in [`park`]'s frame.
struct Stretch<'a, P> {
    pass: P,
    interrupt: &'a Receiver<()>,
    /// The main thread, if that is the one that waits.
    main: Option<Value>,
    ended: Pass,
    panicked: Option<Box<dyn Any + Send>>,
}

impl<P> Stretch<'_, P>
where
    P: FnMut(&Go<'_>) -> Pass,
{
    /// Goes on until the wait is done or interrupted. Runs without the GVL.
    fn run(&mut self) -> Pass {
        sites::pass(Site::Wait);
        let length = self.main.map_or(ANNOUNCED, |_| SIGNALS);
        loop {
            let ended = (self.pass)(&Go {
                interrupt: self.interrupt,
                until: deadline(length),
            });
            if ended != Pass::Again {
                return ended;
            }
            // SAFETY: may be called without the GVL, for the thread that calls it.
            let signalled = self
                .main
                .is_some_and(|thread| unsafe { rb_thread_interrupted(thread) } != 0);
            if signalled {
                return Pass::Interrupted;
            }
        }
    }
}

/// Calls `pass` without the GVL until it is done, and lets Ruby handle interrupts in between.
pub fn park<P>(pass: P) -> Result<(), Stop>
where
    P: FnMut(&Go<'_>) -> Pass,
{
    let _guard = Guard::new();
    let (bell, interrupt) = bounded::<()>(1);
    // SAFETY: both only look the threads up; the GVL is held.
    let (current, main) = unsafe { (rb_thread_current(), rb_thread_main()) };
    let mut stretch = Stretch {
        pass,
        interrupt: &interrupt,
        main: Some(main).filter(|main| *main == current),
        ended: Pass::Interrupted,
        panicked: None,
    };
    let started_in = process::noted();
    loop {
        // Ruby doesn't call `run` at all when it is interrupted before.
        stretch.ended = Pass::Interrupted;
        without_gvl(&raw mut stretch, &raw const bell)?;
        if let Some(payload) = stretch.panicked.take() {
            resume_unwind(payload);
        }
        if stretch.ended == Pass::Done {
            return Ok(());
        }
        protect(|| {
            // SAFETY: the GVL is held again.
            unsafe { rb_thread_check_ints() };
            nil()
        })?;
        // A trap handler may have forked, and the child returns into this very wait, for which nobody is left to answer.
        if process::note() != started_in {
            return Err(process::forked(started_in).into());
        }
    }
}

fn without_gvl<P>(stretch: *mut Stretch<'_, P>, bell: *const Sender<()>) -> Result<(), Stop>
where
    P: FnMut(&Go<'_>) -> Pass,
{
    protect(|| {
        // SAFETY: both functions have the C signatures that Ruby calls, and both pointers are to values of
        // `park`'s frame, which outlives the call: Ruby forgets the second before it returns.
        unsafe {
            rb_thread_call_without_gvl2(
                run::<P> as *const () as CallbackPtr,
                stretch.cast(),
                ring as *const () as CallbackPtr,
                bell.cast(),
            );
        }
        nil()
    })?;
    Ok(())
}

rutie::rutie_callback! {
    fn run<P>(stretch: *mut c_void) -> *mut c_void
    where
        P: FnMut(&Go<'_>) -> Pass,
    {
        // SAFETY: `park` passes its own `Stretch`, and touches it again only when this has returned.
        let stretch = unsafe { &mut *stretch.cast::<Stretch<'_, P>>() };
        match catch_unwind(AssertUnwindSafe(|| stretch.run())) {
            Ok(pass) => stretch.ended = pass,
            Err(payload) => stretch.panicked = Some(payload),
        }
        std::ptr::null_mut()
    }
}

rutie::rutie_callback! {
    fn ring(bell: *mut c_void) {
        // SAFETY: `park` passes its own `Sender`, which lives while Ruby may call this.
        let bell = unsafe { &*bell.cast::<Sender<()>>() };
        // Called again and again, by other threads, under a lock of Ruby's: it must not block. One ring is enough, and
        // a panic has nowhere to go.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _already_rung = bell.try_send(());
        }));
    }
}
