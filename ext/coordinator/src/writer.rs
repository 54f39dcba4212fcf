//! A thread that writes: one turn after the other, each in one transaction.
//!
//! On PostgreSQL there are two, so that the server works at one turn while the other is prepared; they are to each other
//! what two processes are.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use tasker_domain::command::Command;
use tasker_domain::ids::{Millis, WorkerId};
use tasker_domain::settings::Rules;
use tasker_domain::working::due;
use tasker_store::{Store, StoreError, TurnInput, TurnOutput};

use crate::clock::{self, Skew};
use crate::envelope::Answer;
use crate::failure::Failure;
use crate::identity;
use crate::jobs::{Carried, Job, TurnJob};
use crate::lease::Lease;
use crate::quiet;

/// How often a turn is run again when a row changed under it.
const CONFLICT_RETRIES: u32 = 8;

/// A thread that writes, from outside. The actor gives it one turn at a time, so the channel needs no bound.
pub(crate) struct Writer {
    pub(crate) jobs: Sender<Job>,
    pub(crate) thread: JoinHandle<()>,
}

pub(crate) struct WriterThread {
    store: Box<dyn Store>,
    worker: WorkerId,
    rules: Arc<Rules>,
    skew: Skew,
    seed: u64,
    lease: Arc<Mutex<Lease>>,
}

impl WriterThread {
    pub(crate) fn new(
        store: Box<dyn Store>,
        worker: WorkerId,
        rules: Arc<Rules>,
        skew: Skew,
        seed: u64,
    ) -> WriterThread {
        let lease = Arc::new(Mutex::new(Lease::new(skew.now())));
        WriterThread {
            store,
            worker,
            rules,
            skew,
            seed,
            lease,
        }
    }

    /// Another one, whose turns go beside those of this one, where the database can do with that.
    pub(crate) fn beside(&self) -> Option<Result<WriterThread, StoreError>> {
        let beside = |store| WriterThread {
            store,
            worker: self.worker,
            rules: Arc::clone(&self.rules),
            skew: self.skew.clone(),
            seed: self.seed.rotate_left(32),
            lease: Arc::clone(&self.lease),
        };
        Some(self.store.beside()?.map(beside))
    }

    /// Gives up what dead colleagues hold, before the first caller comes.
    pub(crate) fn first_turn(&mut self, now: Millis) -> Result<TurnOutput, StoreError> {
        self.turn(&[Command::Tick], now, true)
    }

    /// Starts the thread. It ends when the last sender of jobs is dropped.
    pub(crate) fn start(self) -> std::io::Result<Writer> {
        let (jobs, receiver) = unbounded();
        let thread = std::thread::Builder::new()
            .name("tasker-writer".into())
            .spawn(move || self.run(&receiver))?;
        Ok(Writer { jobs, thread })
    }

    fn run(mut self, jobs: &Receiver<Job>) {
        for job in jobs {
            let _busy = quiet::busy();
            // Whoever waits for the job is told by its drop.
            if catch_unwind(AssertUnwindSafe(|| self.work(job))).is_err() {
                log::error!("a job of the thread that writes panicked; the others go on");
            }
        }
        let _busy = quiet::busy();
        drop(self);
    }

    fn work(&mut self, job: Job) {
        match job {
            Job::Turn(job) => {
                let carried = self.carry_out(&job);
                job.answer(carried);
            }
            Job::Ask(asking) => {
                let answer = self
                    .store
                    .reader()
                    .answer(&asking.question)
                    .map_err(Failure::from);
                asking.answer(answer);
            }
            Job::Retire { now } => self.retire(now),
            Job::Panic { reply } => panic_as_asked(&reply),
        }
    }

    fn carry_out(&mut self, job: &TurnJob) -> Carried {
        match self.turn(&job.commands, job.now, job.housekeeping) {
            Ok(output) => {
                log::debug!(
                    "a turn of {} orders for {} callers is committed",
                    job.commands.len(),
                    job.spans.len()
                );
                split(output, &job.spans)
            }
            Err(error) if job.spans.len() > 1 && is_of_one(&error) => {
                log::warn!(
                    "a turn of {} failed and is run again caller by caller: {error}",
                    job.spans.len()
                );
                self.one_by_one(job)
            }
            Err(error) => Carried::failed(&Failure::from(error), job.spans.len()),
        }
    }

    /// Runs each caller's orders in a turn of its own, so that a bad one fails alone.
    fn one_by_one(&mut self, job: &TurnJob) -> Carried {
        let mut done = Carried::failed(&Failure::closed(), 0);
        for span in &job.spans {
            let result = match self.turn(&job.commands[span.clone()], job.now, false) {
                Err(error) => Err(Failure::from(error)),
                Ok(output) => {
                    done.tally.add(&output.tally);
                    due(&mut done.next_due, output.next_due);
                    done.unclaimed += output.unclaimed;
                    Ok(output.outcomes)
                }
            };
            done.results.push(result);
        }
        done
    }

    fn turn(
        &mut self,
        commands: &[Command],
        now: Millis,
        housekeeping: bool,
    ) -> Result<TurnOutput, StoreError> {
        let dead = if housekeeping {
            measure(self.store.as_mut(), &self.skew)?;
            self.dead()?
        } else {
            Vec::new()
        };
        let skew = self.skew.clone();
        let time = move || skew.now();
        let lease_ms = self.rules.lease_ms;
        let begun = time();
        let (renew_lease, spare_silent) = {
            let mut lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = housekeeping || lease.is_due(begun, lease_ms);
            (is_due, lease.spares(begun, lease_ms))
        };
        let mut tries = 0;
        loop {
            self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let input = TurnInput {
                now,
                clock: &time,
                worker: self.worker,
                rules: &self.rules,
                seed: self.seed,
                commands,
                renew_lease,
                dead: &dead,
                spare_silent,
            };
            match self.store.turn(input) {
                Err(error) if error.is_conflict() && tries < CONFLICT_RETRIES => tries += 1,
                Ok(output) => {
                    if renew_lease {
                        let mut lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner);
                        lease.renewed(begun);
                    }
                    return Ok(output);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn dead(&mut self) -> Result<Vec<WorkerId>, StoreError> {
        let colleagues = self.store.colleagues(self.worker)?;
        let gone = colleagues
            .into_iter()
            .filter(|(_, name)| identity::is_gone(name));
        Ok(gone
            .map(|(id, name)| {
                log::warn!(
                    "worker {} is gone; what it held is given to others",
                    identity::label(&name)
                );
                id
            })
            .collect())
    }

    fn retire(&mut self, now: Millis) {
        let left = self
            .store
            .retire(self.worker, now)
            .and_then(|()| self.turn(&[Command::Tick], now, false));
        match left {
            Ok(_) => log::info!("a coordinator left its database"),
            // With its file the lease is gone, too: a program that cleans up before it ends is none to be warned.
            Err(error @ StoreError::Gone { .. }) => log::info!("{error}"),
            Err(error) => log::warn!("leaving the database failed, its lease will lapse: {error}"),
        }
    }
}

/// Looks how far the clock of the database is ahead of this machine's.
pub(crate) fn measure(store: &mut dyn Store, skew: &Skew) -> Result<(), StoreError> {
    let before = clock::wall();
    let there = store.time(before)?;
    let after = clock::wall();
    // A database without a clock of its own gives back what it was given.
    let after = if there == before { before } else { after };
    skew.measure(before, there, after);
    Ok(())
}

/// Whether the error may come from one caller's orders, so that the others may succeed without them.
fn is_of_one(error: &StoreError) -> bool {
    match error {
        StoreError::Panicked(_)
        | StoreError::Database(_)
        | StoreError::Corrupt(_)
        | StoreError::Conflict => true,
        StoreError::Open { .. }
        | StoreError::Gone { .. }
        | StoreError::Locked
        | StoreError::Full
        | StoreError::ReadOnly
        | StoreError::NotADatabase
        | StoreError::Unreachable { .. }
        | StoreError::Refusing { .. }
        | StoreError::Unknown
        | StoreError::TooSlow
        | StoreError::Refused(_) => false,
    }
}

#[expect(
    clippy::panic,
    reason = "the switch by which tests prove that a panic is borne"
)]
fn panic_as_asked(_reply: &Sender<Answer>) -> ! {
    std::panic::panic_any("a panic was asked for")
}

fn split(output: TurnOutput, spans: &[Range<usize>]) -> Carried {
    let mut outcomes = output.outcomes.into_iter();
    let results = spans
        .iter()
        .map(|span| Ok(outcomes.by_ref().take(span.len()).collect()))
        .collect();
    Carried {
        results,
        tally: output.tally,
        next_due: output.next_due,
        unclaimed: output.unclaimed,
    }
}
