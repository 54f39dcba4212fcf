//! The `log` crate's records on their way to Ruby: a bounded queue that a Ruby thread drains.
//!
//! Nothing here ever waits: a record that finds the queue full is dropped and counted.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{OnceLock, RwLock};

use crossbeam_channel::{Receiver, Sender, bounded};
use log::{LevelFilter, Log, Metadata};

/// How many records may wait for Ruby.
const CAPACITY: usize = 1_024;

static QUEUE: OnceLock<RwLock<Queue>> = OnceLock::new();
static DROPPED: AtomicU64 = AtomicU64::new(0);
static LEVEL: AtomicU8 = AtomicU8::new(2);

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// 1 error, 2 warn, 3 info, 4 debug, 5 trace.
    pub level: u8,
    /// The module that says it.
    pub target: String,
    /// What it says.
    pub message: String,
}

#[derive(Clone)]
struct Queue {
    sender: Sender<Record>,
    receiver: Receiver<Record>,
}

impl Queue {
    fn new() -> Queue {
        let (sender, receiver) = bounded(CAPACITY);
        Queue { sender, receiver }
    }
}

struct ToRuby;

impl Log for ToRuby {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() as usize <= usize::from(LEVEL.load(Ordering::Relaxed))
            && metadata.target().starts_with("tasker_")
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = Record {
            level: record.level() as u8,
            target: record.target().to_owned(),
            message: record.args().to_string(),
        };
        let sent = queue()
            .try_read()
            .is_ok_and(|queue| queue.sender.try_send(line).is_ok());
        if !sent {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&self) {}
}

fn queue() -> &'static RwLock<Queue> {
    QUEUE.get_or_init(|| RwLock::new(Queue::new()))
}

/// Makes the queue the process's logger. Calling it again does nothing.
pub fn install() {
    static LOGGER: ToRuby = ToRuby;
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(filter(LEVEL.load(Ordering::Relaxed)));
    }
}

/// Which records are made: 0 none, 1 error … 5 trace.
pub fn set_level(level: u8) {
    LEVEL.store(level.min(5), Ordering::Relaxed);
    log::set_max_level(filter(level));
}

fn filter(level: u8) -> LevelFilter {
    match level {
        0 => LevelFilter::Off,
        1 => LevelFilter::Error,
        2 => LevelFilter::Warn,
        3 => LevelFilter::Info,
        4 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    }
}

/// The end of the queue that Ruby drains.
pub fn receiver() -> Receiver<Record> {
    match queue().read() {
        Ok(queue) => queue.receiver.clone(),
        Err(poisoned) => poisoned.into_inner().receiver.clone(),
    }
}

/// How many records found the queue full since the process began.
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Gives a child process a queue of its own: the parent's may have been in use at the moment of the fork.
pub fn reset_after_fork() {
    match queue().try_write() {
        Ok(mut queue) => {
            // The old queue's locks may be held by threads that don't exist here: it is left alone, for ever.
            std::mem::forget(std::mem::replace(&mut *queue, Queue::new()));
        }
        Err(_) => DROPPED.store(0, Ordering::Relaxed),
    }
}
