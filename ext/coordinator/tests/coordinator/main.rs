//! The coordinator, asked as Ruby asks it: requests on the channel, answers on their own channels.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "everything here is a test; clippy.toml knows only functions that are marked as one"
)]

mod calls;
mod client;
mod closing;
mod exchanges;
mod leases;
mod namespaces;
mod panics;
mod parking;
mod queue;
mod timers;
