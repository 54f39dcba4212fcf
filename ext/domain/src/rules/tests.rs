//! The rules, tried on working sets made by hand.
//!
//! [`world::World`] plays the database: it carries tasks from turn to turn, holds every change against what it
//! keeps, and after each turn counts everything anew.

mod anything;
mod by_hand;
mod check;
mod deadlines;
mod failures;
mod leases;
mod order;
mod pausing;
mod queue;
mod retries;
mod submission;
mod texts;
mod world;
