//! Rust values into Ruby objects.
//!
//! Every function here allocates in Ruby and may so raise `NoMemoryError`: all but [`answered`],
//! [`failure`] and the constants are called inside [`protect`] alone, and hold nothing that needs a drop.
//! A child is put into its parent as soon as it exists, and the outermost is on the stack: the GC sees all.

#![expect(unsafe_code, reason = "making Ruby objects takes C functions")]

use rutie::{
    rubysys::{
        array::{rb_ary_new_capa, rb_ary_push},
        fixnum::rb_ll2inum,
        string::rb_utf8_str_new,
        types::Value,
        value::RubySpecialConsts,
    },
    util::bool_to_value,
};
use tasker_coordinator::Failure;

use crate::{protect::protect, stop::Stop};

/// `[true, value]`, of the value that `work` makes.
pub fn answered<W>(work: W) -> Result<Value, Stop>
where
    W: Fn() -> Value + Copy,
{
    protect(|| {
        let answer = array(2);
        push(answer, boolean(true));
        push(answer, work());
        answer
    })
}

/// `[false, kind, message, context]`.
pub fn failure(failure: &Failure) -> Result<Value, Stop> {
    protect(|| {
        let answer = array(4);
        push(answer, boolean(false));
        push(answer, text(failure.kind));
        push(answer, text(&failure.message));
        push(answer, text(&failure.context));
        answer
    })
}

/// `nil`; allocates nothing.
pub fn nil() -> Value {
    Value::from(RubySpecialConsts::Nil as usize)
}

/// `true` or `false`; allocates nothing.
pub fn boolean(value: bool) -> Value {
    bool_to_value(value)
}

/// An Integer.
pub fn integer(value: i64) -> Value {
    // SAFETY: takes a plain number; called inside `protect`, with the GVL.
    unsafe { rb_ll2inum(value) }
}

/// An Integer, or `nil`.
pub fn maybe_integer(value: Option<i64>) -> Value {
    value.map_or_else(nil, integer)
}

/// A UTF-8 String.
pub fn text(value: &str) -> Value {
    // SAFETY: Ruby copies the bytes of a live `str`; called inside `protect`, with the GVL.
    unsafe { rb_utf8_str_new(value.as_ptr().cast(), value.len() as _) }
}

/// A String, or `nil`.
pub fn maybe_text(value: Option<&str>) -> Value {
    value.map_or_else(nil, text)
}

/// An empty Array with room for so many.
pub fn array(capacity: usize) -> Value {
    // SAFETY: takes a plain number; called inside `protect`, with the GVL.
    unsafe { rb_ary_new_capa(capacity as _) }
}

/// Appends to an Array made by [`array`].
pub fn push(array: Value, item: Value) {
    // SAFETY: `array` is an Array of this call's own that nobody has frozen; called inside `protect`, with the GVL.
    unsafe { rb_ary_push(array, item) };
}
