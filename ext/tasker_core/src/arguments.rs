//! Ruby objects into Rust values, each checked, and named in the message when it is wrong.
//!
//! Nothing here calls a Ruby method of the argument, so that no other Ruby code runs while it is read.

#![expect(unsafe_code, reason = "reading Ruby objects takes C functions")]

use std::{
    cell::Cell,
    ffi::{CStr, c_char, c_int},
    time::Duration,
};

use rutie::rubysys::{
    array::{rb_ary_entry, rb_ary_len},
    class::rb_obj_classname,
    encoding::{rb_enc_get_index, rb_usascii_encindex, rb_utf8_encindex},
    fixnum::rb_num2ll,
    string::{rstring_len, rstring_ptr},
    types::{Value, ValueType},
    vm::rb_set_errinfo,
};
use tasker_coordinator::RawReport;

use crate::{
    answers::nil,
    protect::protect,
    stop::{Class, Stop},
};

/// The index of ASCII-8BIT, Ruby's first encoding.
const BINARY: c_int = 0;

/// How many entries of the flat Array are one report.
const REPORT_FIELDS: usize = 4;

/// An Integer of 64 bits.
pub fn integer(name: &str, value: Value) -> Result<i64, Stop> {
    match value.ty() {
        ValueType::Fixnum => Ok((value.value as isize >> 1) as i64),
        ValueType::Bignum => big_integer(name, value),
        _ => Err(wrong_type(name, "an Integer", value)),
    }
}

/// A Bignum may still fit: a Fixnum has 63 bits.
fn big_integer(name: &str, value: Value) -> Result<i64, Stop> {
    let number = Cell::new(0);
    let held = &number;
    let fits = protect(|| {
        // SAFETY: a Bignum, with the GVL; it raises a RangeError when it doesn't fit.
        held.set(unsafe { rb_num2ll(value) });
        nil()
    });
    if fits.is_ok() {
        return Ok(number.get());
    }
    // SAFETY: clears the RangeError that was just caught, since another is raised in its place.
    unsafe { rb_set_errinfo(nil()) };
    Err(Stop::Raise(
        Class::Range,
        format!("{name}: the Integer doesn't fit into 64 bits"),
    ))
}

/// An Integer of 32 bits, not negative.
pub fn count(name: &str, value: Value) -> Result<u32, Stop> {
    let number = integer(name, value)?;
    u32::try_from(number).map_err(|_| {
        Stop::Raise(
            Class::Range,
            format!("{name}: {number} isn't between 0 and {}", u32::MAX),
        )
    })
}

/// Milliseconds, not negative.
pub fn milliseconds(name: &str, value: Value) -> Result<u64, Stop> {
    let number = integer(name, value)?;
    u64::try_from(number).map_err(|_| {
        Stop::Raise(
            Class::Range,
            format!("{name}: {number} is negative; it is a number of milliseconds"),
        )
    })
}

/// A length of time, in milliseconds.
pub fn duration(name: &str, value: Value) -> Result<Duration, Stop> {
    milliseconds(name, value).map(Duration::from_millis)
}

/// A String, lent: `read` must not call Ruby, which could change or move the bytes under it.
pub fn with_text<T>(
    name: &str,
    value: Value,
    read: impl FnOnce(&str) -> Result<T, Stop>,
) -> Result<T, Stop> {
    if value.ty() != ValueType::RString {
        return Err(wrong_type(name, "a String", value));
    }
    // SAFETY: a String, checked above; the GVL is held, and nothing of Ruby's runs until `read` has returned.
    let (bytes, encoding) = unsafe {
        let length = rstring_len(value).max(0) as usize;
        let start = rstring_ptr(value).cast::<u8>();
        let bytes = if length == 0 || start.is_null() {
            &[]
        } else {
            std::slice::from_raw_parts(start, length)
        };
        (bytes, rb_enc_get_index(value))
    };
    // SAFETY: both look a number up, nothing else.
    let known = unsafe { [BINARY, rb_utf8_encindex(), rb_usascii_encindex()] };
    if !known.contains(&encoding) {
        return Err(Stop::Raise(
            Class::Argument,
            format!("{name}: the String isn't UTF-8; convert it with encode(\"UTF-8\")"),
        ));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text),
        Err(error) => Err(Stop::Raise(
            Class::Argument,
            format!(
                "{name}: the String isn't valid UTF-8 from byte {} on",
                error.valid_up_to()
            ),
        )),
    }
}

/// A String, copied.
pub fn text(name: &str, value: Value) -> Result<String, Stop> {
    with_text(name, value, |text| Ok(text.to_owned()))
}

/// Finished steps: a flat Array of `step_id, fence, outcome, payload`.
pub fn reports(name: &str, value: Value) -> Result<Vec<RawReport>, Stop> {
    if value.ty() != ValueType::Array {
        return Err(wrong_type(name, "an Array", value));
    }
    // SAFETY: an Array, checked above.
    let length = unsafe { rb_ary_len(value) }.max(0) as usize;
    if !length.is_multiple_of(REPORT_FIELDS) {
        return Err(Stop::Raise(
            Class::Argument,
            format!("{name}: {length} entries aren't a multiple of {REPORT_FIELDS}"),
        ));
    }
    let mut reports = Vec::with_capacity(length / REPORT_FIELDS);
    for first in (0..length).step_by(REPORT_FIELDS) {
        reports.push(report(name, value, first)?);
    }
    Ok(reports)
}

fn report(name: &str, array: Value, first: usize) -> Result<RawReport, Stop> {
    // SAFETY: an Array, checked by the caller; an index past its end gives nil.
    let at = |offset: usize| unsafe { rb_ary_entry(array, (first + offset) as _) };
    let field = |offset: usize| format!("{name}[{}]", first + offset);
    let outcome = named(integer("", at(2)), || field(2))?;
    let outcome = u8::try_from(outcome)
        .ok()
        .filter(|outcome| *outcome <= 3)
        .ok_or_else(|| {
            Stop::Raise(
                Class::Argument,
                format!("{}: {outcome} isn't an outcome, which is 0 to 3", field(2)),
            )
        })?;
    Ok(RawReport {
        step_id: named(integer("", at(0)), || field(0))?,
        fence: named(integer("", at(1)), || field(1))?,
        outcome,
        payload: named(text("", at(3)), || field(3))?,
    })
}

/// Puts a name before a message that begins with none, so that it is made only when it is needed.
fn named<T>(result: Result<T, Stop>, name: impl FnOnce() -> String) -> Result<T, Stop> {
    result.map_err(|stop| match stop {
        Stop::Raise(class, message) => Stop::Raise(class, name() + &message),
        other => other,
    })
}

/// `name: a String is expected, not an Integer`, as an exception.
pub fn wrong_type(name: &str, expected: &str, value: Value) -> Stop {
    match class_name(value) {
        Ok(class) => Stop::Raise(
            Class::Type,
            format!("{name}: {expected} is expected, not {class}"),
        ),
        Err(stop) => stop,
    }
}

fn class_name(value: Value) -> Result<String, Stop> {
    if value.is_nil() {
        return Ok("nil".to_owned());
    }
    let name = Cell::new(std::ptr::null::<c_char>());
    let held = &name;
    protect(|| {
        // SAFETY: any object, with the GVL.
        held.set(unsafe { rb_obj_classname(value) });
        nil()
    })?;
    if name.get().is_null() {
        return Ok("an object without a class".to_owned());
    }
    // SAFETY: a C string that Ruby owns; it is copied before Ruby runs again.
    let name = unsafe { CStr::from_ptr(name.get()) };
    Ok(name.to_string_lossy().into_owned())
}
