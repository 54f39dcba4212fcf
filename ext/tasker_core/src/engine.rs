//! The methods of `TaskerCore::Native::Engine`.

#![expect(unsafe_code, reason = "defining methods takes C functions")]

use std::time::Duration;

use rutie::rubysys::{
    class::rb_define_method,
    types::{CallbackPtr, Value},
};
use tasker_coordinator::{Failure, Handle, Reply, Request};

use crate::{
    answers::{answered, boolean, nil, text},
    arguments,
    ask::ask,
    fetch, grant, helper, object,
    scope::Scope,
    shim,
    sites::{self, Site},
    stop::Stop,
    times::Place,
    wait,
};

/// How much longer than the coordinator's own limit the caller of `close` waits for word of it.
const GRACE: Duration = Duration::from_millis(500);

/// Defines the class and its methods.
pub fn define(native: Value) {
    let class = object::define(native);
    // SAFETY: called while Ruby loads the library, with the GVL, and this frame holds nothing that needs a drop. Each
    // function takes the receiver and as many arguments as it is registered with.
    unsafe {
        let define = |name: &'static std::ffi::CStr, function: *const (), arguments| {
            rb_define_method(class, name.as_ptr(), function as CallbackPtr, arguments);
        };
        define(c"call", call as *const (), 3);
        define(c"fetch", fetched as *const (), 3);
        define(c"exchange", exchange as *const (), 5);
        define(c"close", close as *const (), 1);
        define(c"closed?", is_closed as *const (), 0);
        define(c"panic", panic_there as *const (), 1);
    }
}

rutie::rutie_callback! {
    fn call(engine: Value, kind: Value, json: Value, timeout_ms: Value) -> Value {
        shim::answering(|| {
            let handle = object::handle(engine)?;
            let limit = arguments::duration("timeout_ms", timeout_ms)?;
            let request = arguments::with_text("kind", kind, |kind| {
                arguments::with_text("json", json, |json| Ok(Request::call(kind, json)?))
            })?;
            sites::pass(Site::Method);
            answer(ask(handle, request, limit)?)
        })
    }
}

rutie::rutie_callback! {
    fn fetched(engine: Value, kind: Value, json: Value, timeout_ms: Value) -> Value {
        shim::answering(|| {
            let handle = object::handle(engine)?;
            let limit = arguments::duration("timeout_ms", timeout_ms)?;
            let (request, place) = arguments::with_text("kind", kind, |kind| {
                let request = arguments::with_text("json", json, |json| Ok(Request::call(kind, json)?))?;
                Ok((request, Place::of_answer(kind)))
            })?;
            sites::pass(Site::Method);
            fetch::fetch(handle, request, limit, place)
        })
    }
}

rutie::rutie_callback! {
    fn exchange(
        engine: Value,
        scope: Value,
        want: Value,
        wait_ms: Value,
        reports: Value,
        timeout_ms: Value,
    ) -> Value {
        shim::answering(|| {
            let handle = object::handle(engine)?;
            let scope = Scope::read("scope", scope)?;
            let want = arguments::count("want", want)?;
            let wait_ms = arguments::milliseconds("wait_ms", wait_ms)?;
            let reports = arguments::reports("reports", reports)?;
            let limit = arguments::duration("timeout_ms", timeout_ms)?;
            let request = scope.exchange(want, wait_ms, reports)?;
            sites::pass(Site::Method);
            answer(ask(handle, request, limit)?)
        })
    }
}

fn answer(reply: Reply) -> Result<Value, Stop> {
    match reply {
        Reply::Json(json) => {
            let json = json.as_str();
            answered(|| text(json))
        }
        Reply::Grant(granted) => grant::answer(granted),
    }
}

rutie::rutie_callback! {
    fn close(engine: Value, timeout_ms: Value) -> Value {
        shim::answering(|| {
            let handle = object::handle(engine)?;
            let limit = arguments::duration("timeout_ms", timeout_ms)?;
            sites::pass(Site::Method);
            let deadline = wait::deadline(limit.saturating_add(GRACE));
            let handle = Handle::clone(handle);
            helper::run("tasker-close", deadline, move || handle.close(limit))?
                .ok_or_else(|| still_closing(limit))?;
            answered(nil)
        })
    }
}

fn still_closing(limit: Duration) -> Failure {
    Failure::busy(format!(
        "the coordinator didn't close within {} ms; it goes on closing, and takes no more requests",
        limit.as_millis()
    ))
}

rutie::rutie_callback! {
    fn is_closed(engine: Value) -> Value {
        shim::plain(|| match object::handle(engine) {
            Ok(handle) => {
                sites::pass(Site::Method);
                Ok(boolean(handle.is_closed()))
            }
            // In the child of a fork it is as good as closed.
            Err(Stop::Failed(_)) => Ok(boolean(true)),
            Err(stop) => Err(stop),
        })
    }
}

rutie::rutie_callback! {
    fn panic_there(engine: Value, site: Value) -> Value {
        shim::answering(|| {
            const LIMIT: Duration = Duration::from_secs(10);
            let handle = object::handle(engine)?;
            let request =
                arguments::with_text("site", site, |site| Ok(Request::panic(site)?))?;
            answer(ask(handle, request, LIMIT)?)
        })
    }
}
