//! How a turn goes, once for every database: load what the commands reach, apply the rules, write, look back.

mod brought;
mod grant;
mod lines;
mod load;
mod register;
pub(crate) mod wishes;

use std::sync::Arc;

use tasker_domain::command::Command;
use tasker_domain::ids::{Millis, WorkerId};
use tasker_domain::outcome::{Done, Outcome, Tally};
use tasker_domain::rules::{claim, control, report, settle, submit};
use tasker_domain::settings::Rules;
use tasker_domain::working::{Working, due};

use crate::tx::{Found, TemplateCache, Tx};
use brought::{apply_due, bring_due};
use grant::grant;
use lines::{look_back, task_lines};
use load::load;
use register::register;

/// A turn to be carried out.
pub struct TurnInput<'a> {
    /// When the turn was asked for.
    pub now: Millis,
    /// Tells the time once the turn has to itself what it changes; a later one than `now` is the time of the turn. So
    /// turns of several processes, which wait for each other, are told in the order in which they are committed.
    pub clock: &'a dyn Fn() -> Millis,
    /// The coordinator whose turn it is.
    pub worker: WorkerId,
    /// Its settings.
    pub rules: &'a Arc<Rules>,
    /// Feeds the jitter of backoffs.
    pub seed: u64,
    /// What is to be done, in the order of arrival.
    pub commands: &'a [Command],
    /// Whether this worker's lease is to be moved on in the same commit.
    pub renew_lease: bool,
    /// Workers known to be gone, though their lease isn't over.
    pub dead: &'a [WorkerId],
    /// Whether workers whose lease is over keep it for now: after an outage nobody could renew, and the first to come
    /// back must not take the others for lost.
    pub spare_silent: bool,
}

/// What a turn did; it is committed when this comes back.
#[derive(Debug)]
pub struct TurnOutput {
    /// One for each command.
    pub outcomes: Vec<Outcome>,
    /// What happened, in numbers.
    pub tally: Tally,
    /// The next time at which something falls due, as far as this turn knows.
    pub next_due: Option<Millis>,
    /// Steps that became claimable in this turn and were not taken in it.
    pub unclaimed: usize,
}

/// Carries out a turn within a transaction that the caller commits.
pub(crate) fn run<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    asked: &TurnInput<'_>,
) -> Found<TurnOutput> {
    let input = &on_time(asked);
    let mut work = Working::new(input.now, input.worker, Arc::clone(input.rules), input.seed);
    let mut outcomes: Vec<Outcome> = input.commands.iter().map(|_| Ok(Done::Nothing)).collect();
    let brought = bring_due(tx, input)?;

    register(tx, cache, input, &mut outcomes)?;
    load(tx, cache, &mut work, input.commands, &brought)?;
    // It may have waited for another turn to let go of a task: what it found there was done before this moment.
    work.now = work.now.max((input.clock)());
    apply_due(&mut work, &brought);
    for (command, outcome) in input.commands.iter().zip(&mut outcomes) {
        match command {
            Command::Submit(submissions) => *outcome = submit::submit(&mut work, submissions),
            Command::Report(report) => *outcome = report::report(&mut work, report),
            Command::Heartbeat { step, fence } => {
                *outcome = report::heartbeat(&mut work, *step, *fence)
            }
            Command::Control(order) => *outcome = control::control(&mut work, order),
            Command::Panic => panic_as_asked(),
            Command::Register(_) | Command::Claim(_) | Command::Tick => {}
        }
    }
    settle::settle(&mut work);
    grant(tx, cache, &mut work, input, &mut outcomes)?;

    let unclaimed = work
        .woken
        .iter()
        .filter(|step| claim::is_claimable(&work, **step))
        .count();
    let tally = work.tally;
    let lines = task_lines(&work, input.commands);
    let changes = work.into_changes();
    let mut next_due = brought.as_ref().and_then(|due| due.next);
    due(&mut next_due, changes.next_due);
    tx.write(&changes)?;
    if input.renew_lease {
        tx.renew(input.worker, input.now.saturating_add(input.rules.lease_ms))?;
    }
    look_back(tx, input, &lines, &mut outcomes)?;
    Ok(TurnOutput {
        outcomes,
        tally,
        next_due,
        unclaimed,
    })
}

/// The same turn, at the time at which it is carried out. One that had to wait for long moves the lease on, too: the
/// worker would be taken for lost.
fn on_time<'a>(asked: &TurnInput<'a>) -> TurnInput<'a> {
    let now = asked.now.max((asked.clock)());
    TurnInput {
        now,
        renew_lease: asked.renew_lease || now - asked.now > asked.rules.lease_ms / 3,
        ..*asked
    }
}

#[expect(
    clippy::panic,
    reason = "the switch by which tests prove that a panic is borne"
)]
fn panic_as_asked() -> ! {
    std::panic::panic_any("a panic was asked for")
}
