//! The Ruby boundary: `TaskerCore::Native` and `TaskerCore::Native::Engine`.
//!
//! This crate converts and waits, and decides nothing. A Ruby method becomes a request to the
//! coordinator (`ask`), the wait for its answer gives the GVL back and can be interrupted
//! (`wait`), and the answer becomes Ruby objects: what has a form of its own in `answers` and `grant`,
//! what is JSON by way of a `tape`, from which `build` makes them.
//!
//! Three rules hold in every file:
//! - A Ruby exception is a `longjmp`. It leaves through `shim` alone, when every Rust value of the
//!   call has been dropped; a Ruby function that can raise is called inside `protect`.
//! - A panic never reaches Ruby's C frames: it is caught in `shim`, or in the wait's own function.
//! - No Ruby object is kept in a Rust structure, and no Rust thread calls Ruby.
//!
//! The extension is not declared Ractor-safe: Ruby refuses its methods in a Ractor but the main one.

mod answers;
mod arguments;
mod ask;
mod build;
mod channel;
mod engine;
mod fetch;
mod grant;
mod guard;
mod helper;
mod native;
mod object;
mod process;
mod protect;
mod scope;
mod shim;
mod sites;
mod stop;
mod tape;
mod times;
mod wait;

/// What Ruby calls when it loads the library.
///
/// It defines the module and the class, and starts nothing: the first engine starts the first thread.
#[expect(unsafe_code, reason = "Ruby finds this function by its name")]
// SAFETY: no other library in the process has a function of this name: Ruby derives it from this file's name.
#[unsafe(no_mangle)]
pub extern "C" fn Init_tasker_core() {
    tasker_coordinator::logs::install();
    process::note();
    process::watch_forks();
    let native = native::define();
    engine::define(native);
}
