//! The actor: it owns the turn that is being gathered, the callers that wait, the timers and the numbers.
//!
//! Its handlers never wait for anything. What takes time is a job for another thread, which answers with a
//! message.

mod alarm;
mod dry;
mod numbers;
mod parked;
mod pending;
mod turns;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use actix::{Actor, Context, Handler, Message, MessageResult, SpawnHandle};
use crossbeam_channel::{Receiver, Sender};
use tasker_domain::command::Command;
use tasker_domain::ids::Millis;
use tasker_store::Target;

use crate::clock::{Clock, Skew};
use crate::engine::Line;
use crate::envelope::{Answer, Envelope, Kind, Reply};
use crate::failure::Failure;
use crate::jobs::{Asking, Finish, Job};
use crate::metrics::Metrics;
use crate::reader::Readers;
use crate::settings::Settings;
use dry::Dry;
pub(crate) use parked::Parked;
pub(crate) use pending::Asks;
use pending::{Pending, WayBack, limit_payloads};

/// How many orders one turn holds at most; what is over waits for the next.
const LARGEST_TURN: usize = 2_048;

/// What the actor is made of, each time it is made.
pub(crate) struct Parts {
    pub(crate) settings: Settings,
    pub(crate) waiting: Receiver<Envelope>,
    pub(crate) line: Arc<Line>,
    pub(crate) writers: Vec<Sender<Job>>,
    pub(crate) next_due: Option<Millis>,
    pub(crate) skew: Skew,
    /// Tells whether other processes can be heard, where they can at all.
    pub(crate) hears: Option<Arc<AtomicBool>>,
}

impl Parts {
    /// The same once more, for an actor that has to be made anew: everything may be due.
    pub(crate) fn again(&self) -> Parts {
        Parts {
            settings: self.settings.clone(),
            waiting: self.waiting.clone(),
            line: Arc::clone(&self.line),
            writers: self.writers.clone(),
            next_due: Some(0),
            skew: self.skew.clone(),
            hears: self.hears.clone(),
        }
    }
}

/// The coordinator.
pub(crate) struct Coordinator {
    settings: Settings,
    requests: Receiver<Envelope>,
    line: Arc<Line>,
    writers: Vec<Sender<Job>>,
    /// Writers without a turn, the one that has rested longest first.
    free: VecDeque<usize>,
    readers: Option<Readers>,
    left: Sender<Vec<JoinHandle<()>>>,
    clock: Clock,
    metrics: Metrics,
    /// Callers who ask for the numbers.
    numbers_asked: Vec<Sender<Answer>>,
    /// How many of them wait behind the turns that have ended.
    numbers_deferred: usize,
    /// Callers whose orders go into the next turn.
    gathered: VecDeque<Pending>,
    gathered_orders: usize,
    /// Claims that found nothing and wait, but for those that a turn under way tries again.
    parked: Vec<Parked>,
    /// Whether other processes may use the same database.
    shared: bool,
    /// Tells whether they can be heard.
    hears: Option<Arc<AtomicBool>>,
    /// Whether something may have become claimable since the parked claims were last tried.
    stirred: bool,
    /// Where the last turn left nothing to take.
    dry: Dry,
    next_due: Option<Millis>,
    next_housekeeping: Millis,
    /// When to see to what other processes leave behind, while somebody waits for steps.
    next_look: Millis,
    alarm: Option<(Millis, SpawnHandle)>,
    retired: bool,
    /// Whether its own orders failed when they were last given.
    falls_behind: bool,
    /// Whether a test wants to see it lost.
    doomed: bool,
}

impl Coordinator {
    pub(crate) fn new(parts: Parts, left: Sender<Vec<JoinHandle<()>>>) -> Coordinator {
        let Parts {
            settings,
            waiting,
            line,
            writers,
            next_due,
            skew,
            hears,
        } = parts;
        let mut clock = Clock::new(skew);
        let now = clock.now();
        let readers = Readers::new(
            settings.target.clone(),
            settings.options.clone(),
            (settings.pool_size as usize).saturating_sub(writers.len()),
            writers[0].clone(),
        );
        Coordinator {
            next_housekeeping: now + settings.rules.lease_ms / 3,
            next_look: now,
            hears,
            shared: settings.target != Target::SqliteMemory,
            settings,
            requests: waiting,
            line,
            free: (0..writers.len()).collect(),
            writers,
            readers: Some(readers),
            left,
            clock,
            metrics: Metrics::new(now),
            numbers_asked: Vec::new(),
            numbers_deferred: 0,
            gathered: VecDeque::new(),
            gathered_orders: 0,
            parked: Vec::new(),
            stirred: false,
            dry: Dry::new(),
            next_due,
            alarm: None,
            retired: false,
            falls_behind: false,
            doomed: false,
        }
    }

    /// Takes in what has arrived, as long as the next turn has room for it.
    fn gather(&mut self) {
        if self.line.was_stirred() {
            self.dry.forget();
            self.stirred |= self.somebody_waits();
        }
        let back = self.line.returns.collect();
        if !back.is_empty() {
            self.push(Pending::returned(back));
        }
        while self.gathered_orders < LARGEST_TURN
            && let Ok(envelope) = self.requests.try_recv()
        {
            self.metrics.request();
            let reply = envelope.reply.clone();
            let taken = catch_unwind(AssertUnwindSafe(|| self.accept(envelope)));
            if taken.is_err() {
                log::error!("a request panicked in the coordinator; the others go on");
                let failure =
                    Failure::internal("an internal error occurred; details are in the log");
                drop(reply.send(Err(failure)));
            }
        }
        if self.doomed {
            panic_as_asked();
        }
    }

    fn accept(&mut self, envelope: Envelope) {
        let Envelope {
            request,
            reply,
            caller,
        } = envelope;
        match request.kind {
            Kind::Order { commands, render } => {
                let limit = self.settings.max_payload_bytes;
                match limit_payloads(&commands, limit) {
                    Ok(()) => self.push(Pending::order(commands, render, reply)),
                    Err(failure) => drop(reply.send(Err(failure))),
                }
            }
            Kind::Exchange {
                reports,
                claim,
                park,
            } => {
                let limit = self.settings.max_payload_bytes;
                let back = WayBack { reply, caller };
                let exchange = Pending::exchange(reports, claim, park, limit, back);
                match exchange.park_where(|claim| self.finds_nothing(claim)) {
                    Ok(parked) => self.parked.push(parked),
                    Err(exchange) => self.push(exchange),
                }
            }
            Kind::Question(question) => self.ask(Asking {
                question,
                finish: Finish::Plain,
                reply,
            }),
            Kind::Ping => drop(reply.send(Ok(Reply::Json("{}".to_owned())))),
            Kind::Metrics => self.numbers_asked.push(reply),
            Kind::Panic => panic_as_asked(),
            Kind::LoseActor => self.doomed = true,
            Kind::PanicWriter => drop(self.writers[0].send(Job::Panic { reply })),
        }
    }

    fn push(&mut self, pending: Pending) {
        self.gathered_orders += pending.commands.len();
        self.gathered.push_back(pending);
    }

    fn ask(&mut self, asking: Asking) {
        match &mut self.readers {
            Some(readers) => readers.ask(asking),
            None => asking.answer(Err(Failure::closed())),
        }
    }

    /// When everything that was accepted is done: leaves the database. Whether it has left.
    fn leave(&mut self) -> bool {
        let works = self.is_busy() || !self.gathered.is_empty() || self.numbers_deferred > 0;
        if works || !self.line.is_closed() {
            return false;
        }
        if !self.retired {
            self.retired = true;
            for parked in self.parked.drain(..) {
                parked.refuse(Failure::closed());
            }
            let now = self.clock.now();
            drop(self.writers[0].send(Job::Retire { now }));
        }
        true
    }

    fn tick(&mut self) {
        self.push(Pending::internal(vec![Command::Tick]));
    }
}

impl Actor for Coordinator {
    type Context = Context<Self>;
}

impl Drop for Coordinator {
    fn drop(&mut self) {
        if let Some(readers) = self.readers.take() {
            drop(self.left.try_send(readers.into_threads()));
        }
        // Where it is lost to a panic, its watchdog wakes.
        self.line.ring();
    }
}

/// Something is on the channel, or the coordinator is to close.
pub(crate) struct Ring;

/// Whether the bell is to be waited for again.
pub(crate) enum Next {
    Go,
    Stop,
}

impl Message for Ring {
    type Result = Next;
}

impl Handler<Ring> for Coordinator {
    type Result = MessageResult<Ring>;

    fn handle(&mut self, _: Ring, context: &mut Context<Self>) -> Self::Result {
        self.gather();
        self.pump(context);
        MessageResult(if self.leave() { Next::Stop } else { Next::Go })
    }
}

#[expect(
    clippy::panic,
    reason = "the switch by which tests prove that a panic is borne"
)]
fn panic_as_asked() -> ! {
    std::panic::panic_any("a panic was asked for")
}
