//! The turn: all that has arrived since the last commit, carried out in one transaction.

use std::time::Instant;

use actix::{AsyncContext, Context, Handler};
use tasker_domain::command::{Claim, Command, Scope};
use tasker_domain::outcome::{Done, Granted, Outcome};
use tasker_domain::working::due;

use super::pending::{Asks, Pending};
use super::{Coordinator, Parked};
use crate::calls::{Render, render};
use crate::envelope::Reply;
use crate::failure::Failure;
use crate::grant::{Grant, RefusedReport};
use crate::jobs::{Asking, Finish, Job, TurnDone, TurnJob};

/// How often, while claims wait, to see to what falls due by the doing of other processes, in ms.
pub(super) const LOOK_MS: i64 = 1_000;

impl Coordinator {
    /// Starts the next turn, unless one is under way or there is nothing to do.
    pub(crate) fn pump(&mut self, context: &mut Context<Self>) {
        if self.under_way.is_some() {
            return;
        }
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
        let tries_parked = stirs && !self.parked.is_empty();
        if self.gathered.is_empty() && !tries_parked {
            self.set_alarm(context);
            return;
        }
        let mut callers: Vec<Pending> = Vec::new();
        if tries_parked {
            self.stirred = false;
            // Those who wait come first.
            let waiting = self.parked.iter().enumerate();
            callers.extend(waiting.map(|(place, parked)| Pending {
                commands: vec![Command::Claim(parked.claim.clone())],
                asks: Asks::Parked(place),
            }));
        }
        callers.extend(self.gathered.drain(..));
        self.gathered_orders = 0;

        let mut commands = Vec::new();
        let mut spans = Vec::with_capacity(callers.len());
        for caller in &mut callers {
            caller.want_nothing_for_nobody();
            let from = commands.len();
            commands.append(&mut caller.commands);
            spans.push(from..commands.len());
        }
        let done = Some(context.address().recipient());
        self.under_way = Some(callers);
        let job = TurnJob {
            commands,
            spans,
            now,
            housekeeping,
            done,
        };
        if self.writer.send(Job::Turn(job)).is_err() {
            self.lose_writer();
        }
    }

    /// The writer's thread is gone: nothing can be done any more.
    fn lose_writer(&mut self) {
        log::error!("the thread that writes is gone; the coordinator closes");
        self.under_way = None;
        self.line.close();
    }

    fn finish(&mut self, callers: Vec<Pending>, results: Vec<Result<Vec<Outcome>, Failure>>) {
        let mut granted_parked: Vec<(usize, Granted)> = Vec::new();
        let mut newly_parked = Vec::new();
        for (caller, result) in callers.into_iter().zip(results) {
            match caller.asks {
                Asks::Nobody => {
                    let failed = result.is_err();
                    if let Err(failure) = result {
                        // Once for an outage, however long it is.
                        if !self.falls_behind {
                            log::error!(
                                "the coordinator's own orders failed and are given again until they succeed: {}",
                                failure.message
                            );
                        }
                        due(&mut self.next_due, Some(self.clock.now() + 1_000));
                    }
                    self.falls_behind = failed;
                }
                Asks::Returned(steps) => {
                    if result.is_err() {
                        log::warn!("steps that nobody took could not be given back; they will be");
                        self.line.returns.keep(steps);
                        due(&mut self.next_due, Some(self.clock.now() + 1_000));
                    }
                }
                Asks::Order { render, reply } => match result {
                    Err(failure) => drop(reply.send(Err(failure))),
                    Ok(outcomes) => self.finish_order(&render, outcomes, reply),
                },
                Asks::Exchange { claim, until, back } => match result.and_then(split_exchange) {
                    Err(failure) => drop(back.reply.send(Err(failure))),
                    Ok((refused, granted)) => match until {
                        Some(until)
                            if keeps_waiting(&claim, &granted) && Instant::now() < until =>
                        {
                            newly_parked.push(Parked {
                                claim,
                                until,
                                refused,
                                back,
                            });
                        }
                        _ => {
                            let grant = Grant::new(granted, refused, self.line.returns.clone());
                            drop(back.reply.send(Ok(Reply::Grant(grant))));
                        }
                    },
                },
                Asks::Parked(place) => {
                    let granted = result.and_then(split_exchange).map(|(_, granted)| granted);
                    // A turn that failed leaves the claim where it is: it is tried again.
                    if let Ok(granted) = granted
                        && !keeps_waiting(&self.parked[place].claim, &granted)
                    {
                        granted_parked.push((place, granted));
                    }
                }
            }
        }
        for (place, granted) in granted_parked.into_iter().rev() {
            self.parked
                .remove(place)
                .answer(granted, self.line.returns.clone());
        }
        self.parked.extend(newly_parked);
    }

    fn finish_order(
        &mut self,
        how: &Render,
        outcomes: Vec<Outcome>,
        reply: crossbeam_channel::Sender<crate::Answer>,
    ) {
        let outcome = outcomes.into_iter().next().unwrap_or(Ok(Done::Nothing));
        match (how, outcome) {
            (_, Err(refusal)) => drop(reply.send(Err(Failure::from(refusal)))),
            (Render::Registered, Ok(Done::Registered { template, new })) => {
                let question = tasker_store::view::Question::Template(template);
                self.ask(Asking {
                    question,
                    finish: Finish::Registered { new },
                    reply,
                });
            }
            (how, Ok(done)) => drop(reply.send(render(how, &done).map(Reply::Json))),
        }
    }
}

/// The refused reports and the grant of an exchange.
fn split_exchange(mut outcomes: Vec<Outcome>) -> Result<(Vec<RefusedReport>, Granted), Failure> {
    let claim = outcomes.pop();
    let refused = outcomes
        .into_iter()
        .enumerate()
        .filter_map(|(index, outcome)| {
            let refusal = outcome.err()?;
            Some(RefusedReport {
                index,
                kind: refusal.kind(),
                message: refusal.to_string(),
            })
        });
    let refused = refused.collect();
    match claim {
        Some(Ok(Done::Granted(granted))) => Ok((refused, granted)),
        Some(Err(refusal)) => Err(Failure::from(refusal)),
        other => {
            log::error!("a claim came to {other:?}");
            Err(Failure::internal(
                "an internal error occurred; details are in the log",
            ))
        }
    }
}

/// Whether a claim that was granted this has reason to go on waiting.
fn keeps_waiting(claim: &Claim, granted: &Granted) -> bool {
    if !granted.steps.is_empty() || claim.want == 0 {
        return false;
    }
    match claim.scope {
        Scope::Any | Scope::Namespaces(_) => true,
        Scope::Task(_) => granted.task.is_some_and(|task| task.state.is_live()),
    }
}

impl Handler<TurnDone> for Coordinator {
    type Result = ();

    fn handle(&mut self, done: TurnDone, context: &mut Context<Self>) {
        let now = self.clock.now();
        self.metrics.turn(now, &done.tally);
        due(&mut self.next_due, done.next_due);
        self.stirred |= done.unclaimed > 0 && !self.parked.is_empty();
        if let Some(callers) = self.under_way.take() {
            self.finish(callers, done.results);
        }
        self.gather();
        self.pump(context);
        if self.line.is_closed() {
            self.line.ring();
        }
    }
}
