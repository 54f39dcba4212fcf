//! PostgreSQL over TLS, and what is said where there is no session: against servers of the tests' own, with
//! certificates made here.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "everything here is a test; clippy.toml knows only functions that are marked as one"
)]

mod authority;
mod certificates;
mod clients;
mod codes;
mod places;
#[path = "../support/program.rs"]
mod program;
mod refusals;
mod server;
mod session;
mod verification;
