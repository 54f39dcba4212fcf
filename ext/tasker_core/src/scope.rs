//! Whose steps an exchange is about, as Ruby says it: an Integer or an Array of Strings.

#![expect(unsafe_code, reason = "reading Ruby objects takes C functions")]

use rutie::rubysys::{
    array::{rb_ary_entry, rb_ary_len},
    types::{Value, ValueType},
};
use tasker_coordinator::{Failure, RawReport, Request};

use crate::{arguments, stop::Stop};

/// Where steps are wanted from.
pub enum Scope {
    /// A task's id; 0 for any task.
    Task(i64),
    /// The namespaces of templates.
    Namespaces(Vec<String>),
}

impl Scope {
    /// Reads a task's id, or the names of namespaces.
    pub fn read(name: &str, value: Value) -> Result<Scope, Stop> {
        match value.ty() {
            ValueType::Fixnum | ValueType::Bignum => {
                Ok(Scope::Task(arguments::integer(name, value)?))
            }
            ValueType::Array => Ok(Scope::Namespaces(texts(name, value)?)),
            _ => Err(arguments::wrong_type(
                name,
                "an Integer or an Array of Strings",
                value,
            )),
        }
    }

    /// The request for an exchange about it.
    pub fn exchange(
        self,
        want: u32,
        wait_ms: u64,
        reports: Vec<RawReport>,
    ) -> Result<Request, Failure> {
        match self {
            Scope::Task(id) => Request::exchange(id, want, wait_ms, reports),
            Scope::Namespaces(names) => Request::exchange_of(names, want, wait_ms, reports),
        }
    }
}

/// The Strings of an Array, copied.
fn texts(name: &str, array: Value) -> Result<Vec<String>, Stop> {
    // SAFETY: an Array, checked by the caller.
    let length = unsafe { rb_ary_len(array) }.max(0) as usize;
    (0..length)
        .map(|index| {
            // SAFETY: an Array, checked by the caller; an index past its end gives nil.
            let entry = unsafe { rb_ary_entry(array, index as _) };
            arguments::text(&format!("{name}[{index}]"), entry)
        })
        .collect()
}
