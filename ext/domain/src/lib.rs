//! The pure rules of tasker_core: templates, graphs, states, transitions, retry and readiness.
//!
//! Nothing here reads a clock, touches a file or a database, starts a thread, or knows Ruby. Time and
//! randomness are arguments. The store loads rows into a [`working::Working`] set, calls [`rules`], and
//! writes what changed.

pub mod command;
pub mod graph;
pub mod history;
pub mod ids;
pub mod keepable;
pub mod nearest;
pub mod outcome;
pub mod queue;
pub mod refusal;
pub mod retry;
pub mod rows;
pub mod rules;
pub mod schema;
pub mod settings;
pub mod state;
pub mod template;
pub mod working;
