//! The turn: all that has arrived since the last one began, carried out in one transaction.

use actix::{AsyncContext, Context, Handler};
use tasker_domain::working::due;

use super::Coordinator;
use super::pending::Pending;
use crate::ending::Left;
use crate::jobs::{Job, TurnDone, TurnJob};

/// How often, while claims wait, to see to what falls due by the doing of other processes, in ms.
pub(super) const LOOK_MS: i64 = 1_000;

/// How long to wait before orders of the coordinator's own that failed are given again, in ms.
const AGAIN_MS: i64 = 1_000;

impl Coordinator {
    /// Starts turns, as long as there is something to do and a writer that is free.
    pub(crate) fn pump(&mut self, context: &mut Context<Self>) {
        self.defer_numbers(context);
        while let Some(writer) = self.free.pop_front() {
            let Some(job) = self.next_turn(writer, context) else {
                self.free.push_front(writer);
                self.set_alarm(context);
                return;
            };
            if self.writers[writer].send(Job::Turn(job)).is_err() {
                // Whoever waits for the job is told by its drop.
                log::error!("a thread that writes is gone; the coordinator closes");
                self.free.push_back(writer);
                self.line.close();
                return;
            }
            self.gather();
            self.defer_numbers(context);
        }
    }

    /// The next turn, where there is something to do.
    fn next_turn(&mut self, writer: usize, context: &Context<Self>) -> Option<TurnJob> {
        let now = self.clock.now();
        let housekeeping = now >= self.next_housekeeping;
        if housekeeping {
            self.next_housekeeping = now + self.settings.rules.lease_ms / 3;
        }
        let look = self.shared && !self.parked.is_empty() && now >= self.next_look;
        if look {
            self.next_look = now + LOOK_MS;
        }
        if housekeeping || look || self.next_due.is_some_and(|at| at <= now) {
            self.next_due = None;
            self.tick();
        }
        // Nobody waits for what these would get.
        self.parked.retain(|parked| !parked.back.caller.is_gone());
        let stirs = self.stirred || self.gathered.iter().any(Pending::stirs);
        if stirs {
            self.dry.forget();
        }
        let tries_parked = stirs && !self.parked.is_empty();
        if self.gathered.is_empty() && !tries_parked {
            return None;
        }
        let mut pending: Vec<Pending> = Vec::new();
        if tries_parked {
            self.stirred = false;
            // Those who wait come first.
            pending.extend(self.parked.drain(..).map(Pending::parked));
        }
        pending.extend(self.gathered.drain(..));
        self.gathered_orders = 0;

        let mut commands = Vec::new();
        let mut spans = Vec::with_capacity(pending.len());
        let mut callers = Vec::with_capacity(pending.len());
        for mut caller in pending {
            caller.want_nothing_for_nobody();
            let from = commands.len();
            commands.append(&mut caller.commands);
            spans.push(from..commands.len());
            callers.push(caller.asks);
        }
        Some(TurnJob {
            commands,
            spans,
            callers,
            now,
            housekeeping,
            writer,
            returns: self.line.returns.clone(),
            done: Some(context.address().recipient()),
        })
    }

    /// Whether turns are under way.
    pub(super) fn is_busy(&self) -> bool {
        self.free.len() < self.writers.len()
    }

    /// Whether a claim waits for steps, or may be about to.
    pub(super) fn somebody_waits(&self) -> bool {
        !self.parked.is_empty() || self.is_busy()
    }

    fn go_on_with(&mut self, left: Left) {
        match left {
            Left::Parked(parked) => self.parked.push(parked),
            Left::Asking(asking) => self.ask(asking),
            Left::Returned(steps) => {
                log::warn!("steps that nobody took could not be given back; they will be");
                self.line.returns.keep(steps);
                due(&mut self.next_due, Some(self.clock.now() + AGAIN_MS));
            }
            Left::Own(result) => {
                let failed = result.is_err();
                if let Err(failure) = result {
                    // Once for an outage, however long it is.
                    if !self.falls_behind {
                        log::error!(
                            "the coordinator's own orders failed and are given again until they succeed: {}",
                            failure.message
                        );
                    }
                    due(&mut self.next_due, Some(self.clock.now() + AGAIN_MS));
                }
                self.falls_behind = failed;
            }
        }
    }
}

impl Handler<TurnDone> for Coordinator {
    type Result = ();

    fn handle(&mut self, done: TurnDone, context: &mut Context<Self>) {
        let now = self.clock.now();
        self.metrics.turn(now, &done.tally);
        due(&mut self.next_due, done.next_due);
        // The turns take turns: what one of them could not learn of its commit, it is asked for by its next.
        self.free.push_back(done.writer);
        // The turn's own claims have seen what became claimable in it. Those in another turn may have looked before.
        self.stirred |= done.unclaimed > 0 && self.somebody_waits();
        if done.unclaimed == 0 {
            self.learn(done.dry, now);
        }
        for left in done.left {
            self.go_on_with(left);
        }
        self.gather();
        self.pump(context);
        if self.line.is_closed() {
            self.line.ring();
        }
    }
}
