//! The coordinator: an actix actor that owns what a process knows of its running tasks, and the threads beside
//! it that talk to the store.
//!
//! ```text
//! caller ── Envelope ──▶ crossbeam channel ──(doorbell)──▶ actor ── Turn ──────▶ writer threads ──▶ store
//!    ▲                                                      │  ◀── TurnDone ──────────┤
//!    │                                                      └──── Question ──▶ reader threads ──▶ store
//!    └──── reply channel ◀── a writer after its commit, a reader, or the actor
//! ```
//!
//! Whatever has arrived since the last commit is one turn, and one transaction. Replies go out after the commit.
//! Nothing here knows Ruby or SQL.

pub mod envelope;
pub mod failure;
pub mod grant;
pub mod handle;
pub mod logs;
pub mod quiet;
pub mod settings;

mod actor;
mod calls;
mod clock;
mod ending;
mod engine;
mod identity;
mod jobs;
mod lease;
mod metrics;
mod migrate;
mod reader;
mod writer;

pub use envelope::{Answer, Envelope, RawReport, Reply, Request, Waiting};
pub use failure::Failure;
pub use grant::{Grant, GrantedStep, GrantedTask, RefusedReport, TaskLine};
pub use handle::Handle;
pub use migrate::migrate;
