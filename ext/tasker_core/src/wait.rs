//! Waits that give the GVL back and that Ruby can interrupt: Ctrl-C, `Thread#kill`, `Timeout`, traps.
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

use crossbeam_channel::{Receiver, Select, SendTimeoutError, Sender, bounded, select_biased};
use rutie::rubysys::{
    thread::{rb_thread_call_without_gvl2, rb_thread_check_ints},
    types::{CallbackPtr, c_void},
};

use crate::{
    answers::nil,
    guard::Guard,
    process,
    protect::protect,
    sites::{self, Site},
    stop::Stop,
};

/// How one stretch without the GVL ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// What was waited for has come, or never will.
    Done,
    /// Ruby wants the thread's attention.
    Interrupted,
}

/// What was waited for.
pub enum Received<T> {
    /// It came.
    Got(T),
    /// It didn't come in time.
    Late,
    /// Nobody is left who could send it.
    Disconnected,
}

/// Waits for a value on a channel until the deadline.
pub fn receive<T>(from: &Receiver<T>, deadline: Instant) -> Result<Received<T>, Stop> {
    receive_while(from, deadline, || true)
}

/// As [`receive`], for as long as there is hope: `alive` is asked once a second, without the GVL.
pub fn receive_while<T>(
    from: &Receiver<T>,
    deadline: Instant,
    alive: impl Fn() -> bool,
) -> Result<Received<T>, Stop> {
    const GLANCE: Duration = Duration::from_secs(1);
    let mut received = Received::Late;
    park(|interrupt| {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // Asked before the wait: what was sent in the last moments of the sender is still received.
            let last = !alive();
            let pause = if last {
                Duration::ZERO
            } else {
                left.min(GLANCE)
            };
            // The value first: an answer that is here is taken, whatever else has happened.
            select_biased! {
                recv(from) -> message => {
                    received = message.map_or(Received::Disconnected, Received::Got);
                    return Pass::Done;
                }
                recv(interrupt) -> _ => return Pass::Interrupted,
                default(pause) => {}
            }
            if last {
                received = Received::Disconnected;
                return Pass::Done;
            }
            if left <= pause {
                return Pass::Done;
            }
        }
    })?;
    Ok(received)
}

/// Waits for a place on a full channel until the deadline; what couldn't be sent is dropped.
pub fn send<T>(to: &Sender<T>, message: T, deadline: Instant) -> Result<(), Unsent> {
    let mut message = Some(message);
    let mut sent = Err(SendTimeoutError::Timeout(()));
    park(|interrupt| {
        let Some(pending) = message.take() else {
            return Pass::Done;
        };
        let mut select = Select::new_biased();
        let place = select.send(to);
        select.recv(interrupt);
        match select.select_deadline(deadline) {
            Ok(ready) if ready.index() == place => {
                sent = ready
                    .send(to, pending)
                    .map_err(|_| SendTimeoutError::Disconnected(()));
                Pass::Done
            }
            Ok(ready) => {
                // The bell carries nothing; taking it out of the channel makes room for the next.
                let _rung = ready.recv(interrupt);
                message = Some(pending);
                Pass::Interrupted
            }
            Err(_) => Pass::Done,
        }
    })
    .map_err(Unsent::Stopped)?;
    sent.map_err(|error| match error {
        SendTimeoutError::Timeout(()) => Unsent::Full,
        SendTimeoutError::Disconnected(()) => Unsent::Disconnected,
    })
}

/// Why a message wasn't sent.
pub enum Unsent {
    /// No place came free in time.
    Full,
    /// Nobody is left to receive it.
    Disconnected,
    /// The caller was interrupted.
    Stopped(Stop),
}

/// The moment so many milliseconds from now; a wait that no clock can express is as good as endless.
pub fn deadline(limit: Duration) -> Instant {
    const ENDLESS: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(limit.min(ENDLESS)).unwrap_or(now)
}

/// What a stretch without the GVL works on. It lives in [`park`]'s frame.
struct Stretch<'a, P> {
    pass: P,
    interrupt: &'a Receiver<()>,
    ended: Pass,
    panicked: Option<Box<dyn Any + Send>>,
}

/// Calls `pass` without the GVL until it is done, and checks for interrupts in between.
///
/// `pass` gets the channel on which an interrupt is announced, and must end soon after it.
pub fn park<P>(pass: P) -> Result<(), Stop>
where
    P: FnMut(&Receiver<()>) -> Pass,
{
    let _guard = Guard::new();
    let (bell, interrupt) = bounded::<()>(1);
    let mut stretch = Stretch {
        pass,
        interrupt: &interrupt,
        ended: Pass::Interrupted,
        panicked: None,
    };
    let started_in = process::noted();
    loop {
        let data = &raw mut stretch;
        let bell = &raw const bell;
        protect(|| {
            // SAFETY: both functions have the C signatures that Ruby calls, and both pointers are to values
            // of `park`'s frame, which outlives the call: Ruby forgets the second before it returns.
            unsafe {
                rb_thread_call_without_gvl2(
                    run::<P> as *const () as CallbackPtr,
                    data.cast(),
                    ring as *const () as CallbackPtr,
                    bell.cast(),
                );
            }
            nil()
        })?;
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

rutie::rutie_callback! {
    fn run<P>(data: *mut c_void) -> *mut c_void
    where
        P: FnMut(&Receiver<()>) -> Pass,
    {
        // SAFETY: `park` passes its own `Stretch`, and touches it again only when this has returned.
        let stretch = unsafe { &mut *data.cast::<Stretch<'_, P>>() };
        stretch.ended = Pass::Interrupted;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            sites::pass(Site::Wait);
            (stretch.pass)(stretch.interrupt)
        }));
        match outcome {
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
        // Called again and again, by other threads, under a lock of Ruby's: it must not block. One ring is enough, and a
        // panic has nowhere to go.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _already_rung = bell.try_send(());
        }));
    }
}
