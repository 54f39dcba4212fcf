//! The thread on which the actor lives, and its watchdog.
//!
//! An actor that is lost to a panic is made anew on the same channel: the database holds the truth, and requests
//! that were waiting are served by the new one. Callers whose turn was under way are told that its outcome is
//! unknown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix::{Actor, System};
use crossbeam_channel::{Receiver, Sender, bounded};
use tasker_store::Target;
use tasker_store::postgres::Listener;
use tokio::sync::Notify;

use crate::actor::{Coordinator, Next, Parts, Ring};
use crate::clock::Skew;
use crate::envelope::Envelope;
use crate::failure::Failure;
use crate::grant::Returns;
use crate::identity;
use crate::settings::Settings;
use crate::writer::{self, Writer, WriterThread};

/// What handles and engine share.
pub(crate) struct Line {
    bell: Arc<Notify>,
    closed: AtomicBool,
    /// Whether another process may have made steps claimable.
    stirred: AtomicBool,
    /// Steps of grants that nobody took.
    pub(crate) returns: Returns,
}

impl Line {
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.ring();
    }

    /// Another process may have made steps claimable.
    pub(crate) fn stir(&self) {
        self.stirred.store(true, Ordering::Release);
        self.ring();
    }

    /// Whether that was so since it was last asked.
    pub(crate) fn was_stirred(&self) -> bool {
        self.stirred.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// What a started engine gives to its handle.
pub(crate) struct Started {
    pub(crate) requests: Sender<Envelope>,
    pub(crate) line: Arc<Line>,
    /// Cut when every thread has ended.
    pub(crate) ended: Receiver<()>,
}

/// How a life of the actor ended.
enum Ended {
    Closed,
    Lost,
}

/// Opens the store and starts the threads.
pub(crate) fn start(settings: Settings) -> Result<Started, Failure> {
    let busy = crate::quiet::busy();
    let mut store = tasker_store::open(&settings.target, &settings.options)?;
    let skew = Skew::default();
    writer::measure(store.as_mut(), &skew)?;
    let now = skew.now();
    let name = identity::name(settings.worker_name.as_deref());
    let worker = store.enroll(&name, now, settings.rules.lease_ms)?;
    let rules = Arc::new(settings.rules.clone());
    let mut writer = WriterThread::new(store, worker, Arc::clone(&rules), skew.clone(), seed(now));
    let next_due = writer.first_turn(now)?.next_due;
    drop(busy);
    log::info!("coordinator {} opened its database", identity::label(&name));
    let writers = start_writers(writer, settings.pool_size)?;

    let (requests, waiting) = bounded(settings.queue_capacity);
    let (ending, ended) = bounded(0);
    let bell = Arc::new(Notify::new());
    let line = Arc::new(Line {
        returns: Returns::new(Arc::clone(&bell)),
        bell,
        closed: AtomicBool::new(false),
        stirred: AtomicBool::new(false),
    });
    let listener = listen(&settings, &line)?;
    let parts = Parts {
        settings,
        waiting,
        line: Arc::clone(&line),
        writers: writers.iter().map(|writer| writer.jobs.clone()).collect(),
        next_due,
        skew,
        hears: listener.as_ref().map(Listener::ear),
    };
    std::thread::Builder::new()
        .name("tasker-coordinator".into())
        .spawn(move || run(parts, writers, listener, &ending))
        .map_err(no_thread)?;
    Ok(Started {
        requests,
        line,
        ended,
    })
}

/// Starts the threads that write: two where turns can go beside each other, and connections are left for questions.
fn start_writers(first: WriterThread, pool_size: u32) -> Result<Vec<Writer>, Failure> {
    let second = (pool_size > 2).then(|| first.beside()).flatten();
    let second = second.transpose()?;
    let threads = std::iter::once(first).chain(second);
    threads
        .map(|thread| thread.start().map_err(no_thread))
        .collect()
}

/// Hears of what other processes make claimable, where the database can tell of it.
fn listen(settings: &Settings, line: &Arc<Line>) -> Result<Option<Listener>, Failure> {
    let Target::Postgres(address) = &settings.target else {
        return Ok(None);
    };
    // A pooler gives the connection to somebody else after each transaction.
    if settings.options.pooled {
        return Ok(None);
    }
    let line = Arc::clone(line);
    let listener = Listener::start(address, &settings.options, move || line.stir())?;
    Ok(Some(listener))
}

fn no_thread(error: std::io::Error) -> Failure {
    log::error!("a thread can't be started: {error}");
    Failure::internal("a thread for the coordinator can't be started; details are in the log")
}

/// A seed for the jitter of backoffs, different in each coordinator.
fn seed(now: i64) -> u64 {
    now as u64 ^ (u64::from(std::process::id()) << 32)
}

fn run(parts: Parts, writers: Vec<Writer>, listener: Option<Listener>, _ending: &Sender<()>) {
    let line = Arc::clone(&parts.line);
    let mut readers = Vec::new();
    let mut parts = Some(parts);
    while let Some(current) = parts.take() {
        let next = current.again();
        match live(current, &mut readers) {
            Ended::Closed => {}
            Ended::Lost => {
                log::error!("the coordinator's actor was lost to a panic and is made anew");
                parts = Some(next);
            }
        }
    }
    line.close();
    let listening = listener.map(Listener::stop);
    let writers: Vec<_> = writers.into_iter().map(|writer| writer.thread).collect();
    for thread in readers.into_iter().chain(writers).chain(listening) {
        if thread.join().is_err() {
            log::error!("a thread of the coordinator ended in a panic");
        }
    }
}

/// One life of the actor.
fn live(parts: Parts, threads: &mut Vec<std::thread::JoinHandle<()>>) -> Ended {
    let bell = Arc::clone(&parts.line.bell);
    let (left, readers) = bounded(1);
    let ended = System::new().block_on(async move {
        let actor = Coordinator::new(parts, left).start();
        loop {
            match actor.send(Ring).await {
                Ok(Next::Go) => bell.notified().await,
                Ok(Next::Stop) => return Ended::Closed,
                Err(_) => return Ended::Lost,
            }
        }
    });
    if let Ok(readers) = readers.try_recv() {
        threads.extend(readers);
    }
    ended
}
