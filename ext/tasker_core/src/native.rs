//! The functions of the module `TaskerCore::Native`.

#![expect(unsafe_code, reason = "defining methods takes C functions")]

use std::time::Duration;

use rutie::rubysys::{
    class::{rb_define_module, rb_define_module_under, rb_define_singleton_method},
    types::{CallbackPtr, Value},
};
use tasker_coordinator::{
    Failure, Handle,
    logs::{self, Record},
    settings::Settings,
};

use crate::{
    answers::{answered, array, boolean, integer, nil, push, text},
    arguments,
    channel::{self, Received},
    fetch, guard, helper, object, process,
    protect::protect,
    shim,
    sites::{self, Site},
    stop::{Class, Stop},
    wait,
};

/// The highest level of the `log` crate: trace.
const FINEST: i64 = 5;

/// Defines `TaskerCore::Native` and its functions.
pub fn define() -> Value {
    // SAFETY: called while Ruby loads the library, with the GVL, and this frame holds nothing that needs a drop. Each
    // function takes the receiver and as many arguments as it is registered with.
    unsafe {
        let outer = rb_define_module(c"TaskerCore".as_ptr());
        let module = rb_define_module_under(outer, c"Native".as_ptr());
        let define = |name: &'static std::ffi::CStr, function: *const (), arguments| {
            rb_define_singleton_method(module, name.as_ptr(), function as CallbackPtr, arguments);
        };
        define(c"open", open as *const (), 2);
        define(c"migrate", migrate as *const (), 2);
        define(c"parse", parse as *const (), 2);
        define(c"nothing", nothing as *const (), 0);
        define(c"live_guards", live_guards as *const (), 0);
        define(c"log_level", log_level as *const (), 1);
        define(c"logs", take_logs as *const (), 2);
        define(c"panic", arm_panic as *const (), 1);
        module
    }
}

rutie::rutie_callback! {
    fn open(_module: Value, settings: Value, timeout_ms: Value) -> Value {
        shim::answering(|| {
            let settings = arguments::text("settings_json", settings)?;
            let limit = arguments::duration("timeout_ms", timeout_ms)?;
            sites::pass(Site::Method);
            let opened = helper::run("tasker-open", wait::deadline(limit), move || {
                Handle::open(&settings)
            })?;
            let handle = opened.ok_or_else(|| too_late(limit))?;
            object::wrap(handle, |engine| {
                let answer = array(2);
                push(answer, boolean(true));
                push(answer, engine);
                answer
            })
        })
    }
}

rutie::rutie_callback! {
    fn migrate(_module: Value, settings: Value, timeout_ms: Value) -> Value {
        shim::answering(|| {
            let settings = arguments::text("settings_json", settings)?;
            let limit = arguments::duration("timeout_ms", timeout_ms)?;
            sites::pass(Site::Method);
            let migrated = helper::run("tasker-migrate", wait::deadline(limit), move || {
                tasker_coordinator::migrate(&Settings::parse(&settings)?)
            })?;
            let versions = migrated.ok_or_else(|| still_migrating(limit))?;
            let versions = versions.as_str();
            answered(|| text(versions))
        })
    }
}

fn still_migrating(limit: Duration) -> Failure {
    Failure::busy(format!(
        "the tables were not brought up to date within {} ms; it may go on: see who holds the database, or allow \
         more time",
        limit.as_millis()
    ))
}

fn too_late(limit: Duration) -> Failure {
    Failure::busy(format!(
        "the database didn't open within {} ms; see who holds it, or allow more time",
        limit.as_millis()
    ))
}

rutie::rutie_callback! {
    /// The object of a JSON text, or, where that is for Ruby to read, the given text itself.
    fn parse(_module: Value, json: Value, frozen: Value) -> Value {
        shim::plain(|| {
            let text = arguments::text("json", json)?;
            sites::pass(Site::Method);
            fetch::parse(text, frozen.is_true(), json)
        })
    }
}

rutie::rutie_callback! {
    fn nothing(_module: Value) -> Value {
        nil()
    }
}

rutie::rutie_callback! {
    fn live_guards(_module: Value) -> Value {
        process::note();
        let live = guard::live();
        shim::plain(|| protect(|| integer(live)))
    }
}

rutie::rutie_callback! {
    fn log_level(_module: Value, level: Value) -> Value {
        shim::plain(|| {
            let level = arguments::integer("level", level)?;
            sites::pass(Site::Method);
            let known = u8::try_from(level).ok().filter(|_| level <= FINEST);
            let Some(known) = known else {
                return Err(Stop::Raise(
                    Class::Range,
                    format!("level: {level} isn't between 0 (off) and {FINEST} (trace)"),
                ));
            };
            logs::set_level(known);
            Ok(nil())
        })
    }
}

rutie::rutie_callback! {
    fn take_logs(_module: Value, max: Value, wait_ms: Value) -> Value {
        shim::plain(|| {
            let max = arguments::count("max", max)?;
            let limit = arguments::duration("wait_ms", wait_ms)?;
            sites::pass(Site::Method);
            let records = gather(max, limit)?;
            let dropped = i64::try_from(logs::dropped()).unwrap_or(i64::MAX);
            let records = records.as_slice();
            protect(|| build_logs(dropped, records))
        })
    }
}

/// Waits for the first record, and takes what else is there.
fn gather(max: u32, limit: Duration) -> Result<Vec<Record>, Stop> {
    let queue = logs::receiver();
    let mut records = Vec::new();
    if max == 0 {
        return Ok(records);
    }
    let first = match queue.try_recv() {
        Ok(record) => Some(record),
        Err(_) if limit.is_zero() => None,
        Err(_) => match channel::receive(&queue, wait::deadline(limit))? {
            Received::Got(record) => Some(record),
            Received::Late | Received::Disconnected => None,
        },
    };
    records.extend(first);
    records.extend(queue.try_iter().take(max as usize - records.len()));
    Ok(records)
}

fn build_logs(dropped: i64, records: &[Record]) -> Value {
    let answer = array(2);
    push(answer, integer(dropped));
    let lines = array(records.len());
    push(answer, lines);
    for record in records {
        let line = array(3);
        push(lines, line);
        push(line, integer(i64::from(record.level)));
        push(line, text(&record.target));
        push(line, text(&record.message));
    }
    answer
}

rutie::rutie_callback! {
    fn arm_panic(_module: Value, site: Value) -> Value {
        shim::plain(|| {
            arguments::with_text("site", site, sites::arm)?;
            Ok(nil())
        })
    }
}
