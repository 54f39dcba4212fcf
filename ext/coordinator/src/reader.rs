//! Answers to questions, beside the thread that writes.

mod pool;
mod threads;

use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use tasker_store::{Options, Target};

use crate::jobs::{Asking, Job};
use pool::Pool;
use threads::Threads;

/// Gives questions to readers.
pub(crate) enum Readers {
    /// SQLite's: a thread for each connection.
    Threads(Threads),
    /// PostgreSQL's: one thread for all connections.
    Pool(Pool),
}

impl Readers {
    /// `most` connections for reading; with none, the writer's answers.
    pub(crate) fn new(
        target: Target,
        options: Options,
        most: usize,
        writer: Sender<Job>,
    ) -> Readers {
        match target {
            Target::Postgres(address) if most > 0 => {
                Readers::Pool(Pool::new(*address, options, most))
            }
            target => Readers::Threads(Threads::new(target, options, most, writer)),
        }
    }

    /// Passes a question on.
    pub(crate) fn ask(&mut self, asking: Asking) {
        match self {
            Readers::Threads(threads) => threads.ask(asking),
            Readers::Pool(pool) => pool.ask(asking),
        }
    }

    /// The threads, to be joined after this end of the channel is dropped.
    pub(crate) fn into_threads(self) -> Vec<JoinHandle<()>> {
        match self {
            Readers::Threads(threads) => threads.into_threads(),
            Readers::Pool(pool) => pool.into_threads(),
        }
    }
}
