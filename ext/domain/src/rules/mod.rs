//! What becomes ready, what a failure blocks, when a task is done: the rules, written once for every store.
//!
//! A rule checks everything before it changes anything: a refused command leaves no trace in the working set.

pub mod claim;
pub mod control;
pub mod readiness;
pub mod report;
pub mod settle;
pub mod submit;

#[cfg(test)]
mod tests;
