//! Why a method's body ends without a value. Nothing here calls Ruby.

use std::any::Any;

use rutie::rubysys::types::c_int;
use tasker_coordinator::Failure;

/// Why a body ends without a value.
pub enum Stop {
    /// Ruby is unwinding (an exception, `throw`, `Thread#kill`): the tag goes on once all is dropped.
    Jump(c_int),
    /// An exception of this boundary's own.
    Raise(Class, String),
    /// The engine's refusal: an answer, not an exception.
    Failed(Failure),
}

/// The exceptions that this boundary raises by itself.
#[derive(Clone, Copy)]
pub enum Class {
    /// `TypeError`: an argument of the wrong class.
    Type,
    /// `ArgumentError`: an argument of the right class and a wrong value.
    Argument,
    /// `RangeError`: an Integer that doesn't fit.
    Range,
    /// `RuntimeError`: a panic in a method that has no failure to answer with.
    Runtime,
}

impl Stop {
    /// What is left of a panic: a record in the log, and the failure that its caller gets.
    pub fn panicked(payload: Box<dyn Any + Send>) -> Stop {
        let said = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned());
        let said = said.unwrap_or_else(|| {
            // A payload of another type may panic again when it is dropped, outside of every catch.
            std::mem::forget(payload);
            "it said nothing".to_owned()
        });
        log::error!("a call panicked: {said}");
        Stop::Failed(Failure::internal(format!(
            "the engine panicked: {said}; it goes on, but please report this"
        )))
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}
