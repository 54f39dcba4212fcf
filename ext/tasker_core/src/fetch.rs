//! JSON text as the Ruby object that it describes. What isn't for our reader goes to Ruby as the text that it is.

use std::time::Duration;

use rutie::rubysys::types::Value;
use tasker_coordinator::{Grant, Handle, Reply, Request};

use crate::{
    answers::{answered, array, boolean, nil, push, text},
    ask::ask_and_read,
    build, grant,
    protect::protect,
    stop::Stop,
    tape::Tape,
    times::Place,
};

/// How deep an answer may be nested: a payload of the greatest depth, and what is around it.
const DEPTH: u32 = 128;

/// How deep `JSON.parse` lets a text be nested.
const PARSE_DEPTH: u32 = 100;

/// What came, read.
enum Read {
    Tape(Tape),
    Unread(String),
    Grant(Grant),
}

/// `[true, object]` of an answer in JSON, or `[true, nil, text]`.
pub fn fetch(
    handle: &Handle,
    request: Request,
    limit: Duration,
    place: Place,
) -> Result<Value, Stop> {
    let read = ask_and_read(handle, request, limit, |reply| match reply {
        Reply::Json(json) => match Tape::read(json, DEPTH, place) {
            Ok(tape) => Read::Tape(tape),
            Err(json) => Read::Unread(json),
        },
        Reply::Grant(grant) => Read::Grant(grant),
    })?;
    match read {
        Read::Tape(tape) => {
            let tape = &tape;
            answered(|| build::value(tape, false))
        }
        Read::Unread(json) => {
            let json = json.as_str();
            protect(|| {
                let answer = array(3);
                push(answer, boolean(true));
                push(answer, nil());
                push(answer, text(json));
                answer
            })
        }
        Read::Grant(grant) => grant::answer(grant),
    }
}

/// The object of a JSON text, or `unread`.
pub fn parse(json: String, frozen: bool, unread: Value) -> Result<Value, Stop> {
    match Tape::read(json, PARSE_DEPTH, Place::Elsewhere) {
        Ok(tape) => {
            let tape = &tape;
            protect(|| build::value(tape, frozen))
        }
        Err(_) => Ok(unread),
    }
}
