//! How a method is entered and left.
//!
//! The body runs inside [`run`], which catches a panic and returns plain values. Only then, with every
//! Rust value of the call dropped, does [`leave`] let Ruby jump over the frames that are left.

#![expect(unsafe_code, reason = "raising ends a method by a longjmp")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use rutie::rubysys::{
    exception,
    string::rb_utf8_str_new,
    types::{Value, c_int},
    vm,
};
use tasker_coordinator::Failure;

use crate::{
    answers,
    guard::Guard,
    process,
    protect::protect,
    stop::{Class, Stop},
};

/// How the method is left: plain values, so that nothing is lost by a jump.
#[derive(Clone, Copy)]
enum Leave {
    Return(Value),
    Raise(Value),
    Jump(c_int),
}

/// A method that answers `[true, value]`, or `[false, kind, message, context]` for a failure or a panic.
///
/// The body returns its whole answer.
pub fn answering<B>(body: B) -> Value
where
    B: FnOnce() -> Result<Value, Stop>,
{
    leave(run(body, |failure| answers::failure(&failure)))
}

/// A method that answers a bare value: a failure or a panic in it is raised as a `RuntimeError`.
pub fn plain<B>(body: B) -> Value
where
    B: FnOnce() -> Result<Value, Stop>,
{
    leave(run(body, |failure| {
        Err(Stop::Raise(Class::Runtime, failure.message))
    }))
}

fn run<B, F>(body: B, failed: F) -> Leave
where
    B: FnOnce() -> Result<Value, Stop>,
    F: FnOnce(Failure) -> Result<Value, Stop>,
{
    process::note();
    let _guard = Guard::new();
    let ended = catch_unwind(AssertUnwindSafe(body));
    let ended = match ended.unwrap_or_else(|payload| Err(Stop::panicked(payload))) {
        Err(Stop::Failed(failure)) => failed(failure),
        other => other,
    };
    match ended {
        Ok(value) => Leave::Return(value),
        Err(Stop::Jump(state)) => Leave::Jump(state),
        Err(Stop::Raise(class, message)) => exception(class, &message),
        Err(Stop::Failed(failure)) => exception(Class::Runtime, &failure.message),
    }
}

fn exception(class: Class, message: &str) -> Leave {
    // SAFETY: Ruby sets these before it loads an extension, and never again.
    let class = unsafe {
        match class {
            Class::Type => exception::rb_eTypeError,
            Class::Argument => exception::rb_eArgError,
            Class::Range => exception::rb_eRangeError,
            Class::Runtime => exception::rb_eRuntimeError,
        }
    };
    let built = protect(|| {
        // SAFETY: the pointer and the length are of a live `str`; the GVL is held.
        unsafe {
            let text = rb_utf8_str_new(message.as_ptr().cast(), message.len() as _);
            exception::rb_exc_new_str(class, text)
        }
    });
    match built {
        Ok(exception) => Leave::Raise(exception),
        Err(Stop::Jump(state)) => Leave::Jump(state),
        // `protect` ends in no other way; the class alone is an exception that Ruby can raise.
        Err(_) => Leave::Raise(class),
    }
}

fn leave(how: Leave) -> Value {
    match how {
        Leave::Return(value) => value,
        // SAFETY: this frame and the C entry that called it hold plain values alone, so that the jump skips no drop.
        Leave::Raise(exception) => unsafe { vm::rb_exc_raise(exception) },
        // SAFETY: as above; the state is the one that `rb_protect` gave, and no Ruby code ran since.
        Leave::Jump(state) => unsafe { vm::rb_jump_tag(state) },
    }
}
