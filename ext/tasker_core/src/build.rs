//! A tape into Ruby objects: the same as `JSON.parse` makes, and Times where the engine's moments are.
//!
//! All of it is called inside one [`crate::protect::protect`] alone. Nothing here needs a drop, nothing panics, and what
//! has been made lies on the stack, where the collector finds it and doesn't move it, until it is in its parent.

#![expect(unsafe_code, reason = "making Ruby objects takes C functions")]

use std::{
    cell::Cell,
    ffi::{c_char, c_int, c_long},
};

use rutie::rubysys::{
    array::{rb_ary_entry, rb_ary_new_capa, rb_ary_push},
    class::rb_obj_freeze,
    encoding::rb_utf8_encoding,
    float::rb_float_new,
    hash::rb_hash_new,
    string::rb_str_to_inum,
    time::rb_time_timespec_new,
    types::{EncodingType, Value},
};

use crate::{
    answers::{boolean, integer, nil, text},
    tape::{Node, Tape},
};

/// How many pairs are put into a Hash at a time.
const TOGETHER: usize = 16;

/// What `rb_time_timespec_new` takes for UTC.
const UTC: c_int = c_int::MAX - 1;

// SAFETY: the signatures are those of Ruby's headers, and both are there from Ruby 3.0 on.
unsafe extern "C" {
    /// The one frozen String of this content.
    fn rb_enc_interned_str(start: *const c_char, length: c_long, encoding: EncodingType) -> Value;
    /// Puts names and values, one after the other, into a Hash.
    fn rb_hash_bulk_insert(length: c_long, pairs: *const Value, hash: Value);
}

/// The value on the tape; deep-frozen where that is wanted.
pub fn value(tape: &Tape, frozen: bool) -> Value {
    // SAFETY: only looks it up; called inside `protect`, with the GVL.
    let utf_8 = unsafe { rb_utf8_encoding() };
    let names = tape.names();
    // SAFETY: an Array of this call's own; called inside `protect`, with the GVL.
    let made = unsafe { rb_ary_new_capa(names.len() as _) };
    for name in names {
        let name = interned(tape.string(name.text), utf_8);
        // SAFETY: as above.
        unsafe { rb_ary_push(made, name) };
    }
    let build = Build {
        tape,
        next: Cell::new(0),
        names: made,
        utf_8,
        frozen,
    };
    build.value()
}

/// The walk along a tape.
struct Build<'t> {
    tape: &'t Tape,
    next: Cell<usize>,
    /// An Array of Strings. It is on the stack for as long as this is.
    names: Value,
    utf_8: EncodingType,
    frozen: bool,
}

impl Build<'_> {
    fn value(&self) -> Value {
        match self.node() {
            Node::Nil => nil(),
            Node::Flag(flag) => boolean(flag),
            Node::Integer(number) => integer(number),
            Node::Digits(span) => large(self.tape.piece(span)),
            // SAFETY: takes a plain number; called inside `protect`, with the GVL.
            Node::Float(number) => unsafe { rb_float_new(number) },
            Node::Time(milliseconds) => time(milliseconds),
            Node::Text(string) if self.frozen => interned(self.tape.string(string), self.utf_8),
            Node::Text(string) => text(self.tape.string(string)),
            Node::List(length) => self.list(length),
            Node::Object(length) => self.object(length),
            Node::Name(number) => self.name(number),
        }
    }

    /// The next entry. A tape tells truly how much follows, so that it doesn't come to its end.
    fn node(&self) -> Node {
        let at = self.next.get();
        self.next.set(at.wrapping_add(1));
        self.tape.nodes().get(at).copied().unwrap_or(Node::Nil)
    }

    fn name(&self, number: u32) -> Value {
        // SAFETY: an Array of this call's own; an index past its end gives nil.
        unsafe { rb_ary_entry(self.names, number as _) }
    }

    fn list(&self, length: u32) -> Value {
        // SAFETY: an Array of this call's own; called inside `protect`, with the GVL.
        let list = unsafe { rb_ary_new_capa(length as _) };
        for _ in 0..length {
            let item = self.value();
            // SAFETY: as above.
            unsafe { rb_ary_push(list, item) };
        }
        self.finished(list)
    }

    fn object(&self, length: u32) -> Value {
        // SAFETY: a Hash of this call's own; called inside `protect`, with the GVL.
        let hash = unsafe { rb_hash_new() };
        let mut pairs = [nil(); 2 * TOGETHER];
        let mut left = length as usize;
        while left > 0 {
            let count = left.min(TOGETHER);
            let entries = count.wrapping_mul(2);
            for entry in pairs.iter_mut().take(entries) {
                *entry = self.value();
            }
            // SAFETY: so many entries were just written, all on this stack: names, which are frozen Strings, and values.
            unsafe { rb_hash_bulk_insert(entries as _, pairs.as_ptr(), hash) };
            left = left.wrapping_sub(count);
        }
        self.finished(hash)
    }

    fn finished(&self, value: Value) -> Value {
        if self.frozen {
            // SAFETY: an Array or a Hash of this call's own; called inside `protect`, with the GVL.
            unsafe { rb_obj_freeze(value) };
        }
        value
    }
}

/// The one frozen String of this content.
fn interned(value: &str, utf_8: EncodingType) -> Value {
    // SAFETY: Ruby copies the bytes of a live `str`; called inside `protect`, with the GVL.
    unsafe { rb_enc_interned_str(value.as_ptr().cast(), value.len() as _, utf_8) }
}

/// An Integer of any size.
fn large(digits: &str) -> Value {
    const DECIMAL: c_int = 10;
    let digits = text(digits);
    // SAFETY: a String, which is on the stack during the call; called inside `protect`, with the GVL.
    unsafe { rb_str_to_inum(digits, DECIMAL, 0) }
}

/// A Time in UTC.
fn time(milliseconds: i64) -> Value {
    const SECOND: i64 = 1000;
    const MILLISECOND: i64 = 1_000_000;
    let timespec = libc::timespec {
        tv_sec: milliseconds.div_euclid(SECOND) as _,
        tv_nsec: milliseconds.rem_euclid(SECOND).wrapping_mul(MILLISECOND) as _,
    };
    // SAFETY: reads a live `timespec`; called inside `protect`, with the GVL.
    unsafe { rb_time_timespec_new(&raw const timespec, UTC) }
}
