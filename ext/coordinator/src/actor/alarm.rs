//! The one timer: set to the next time at which anything has to happen by itself.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::{AsyncContext, Context};
use tasker_domain::command::Scope;
use tasker_domain::outcome::Granted;
use tasker_domain::working::due;

use super::{Coordinator, Parked};

/// How often parked claims look for steps that another process made claimable, in ms.
const POLL_MS: i64 = 200;

/// The same, where other processes can be heard: notifications can be lost, but seldom are.
const POLL_BESIDE_HEARING_MS: i64 = 1_000;

impl Coordinator {
    /// Sets the timer for backoffs, deadlines, the lease, and claims that have waited long enough.
    pub(crate) fn set_alarm(&mut self, context: &mut Context<Self>) {
        let now = self.clock.now();
        let mut next = Some(self.next_housekeeping);
        due(&mut next, self.next_due);
        let patience = self.parked.iter().map(|parked| parked.until).min();
        let patience = patience.map(|until| until.saturating_duration_since(Instant::now()));
        due(
            &mut next,
            patience.map(|wait| now + wait.as_millis() as i64 + 1),
        );
        if self.shared && !self.parked.is_empty() {
            due(&mut next, Some(now + self.poll_ms()));
            due(&mut next, Some(self.next_look));
        }
        let at = next.unwrap_or(now).max(now);
        // One that rings too early does no harm: it sets the next.
        if self.alarm.is_some_and(|(set, _)| set <= at) {
            return;
        }
        if let Some((_, handle)) = self.alarm.take() {
            context.cancel_future(handle);
        }
        let wait = Duration::from_millis((at - now).unsigned_abs());
        let handle = context.run_later(wait, |coordinator, context| {
            coordinator.alarm = None;
            coordinator.stirred |= coordinator.shared && !coordinator.parked.is_empty();
            coordinator.end_patience();
            coordinator.gather();
            coordinator.pump(context);
        });
        self.alarm = Some((at, handle));
    }

    /// The end of a task isn't told to other processes, so who waits for one goes on looking.
    fn poll_ms(&self) -> i64 {
        let hears = self.hears.as_ref();
        let hears = hears.is_some_and(|hears| hears.load(Ordering::Acquire));
        let waits_for_task = |parked: &Parked| matches!(parked.claim.scope, Scope::Task(_));
        if hears && !self.parked.iter().any(waits_for_task) {
            POLL_BESIDE_HEARING_MS
        } else {
            POLL_MS
        }
    }

    /// Answers the claims that have waited long enough: there was nothing. Those in a turn are seen to when it ends.
    fn end_patience(&mut self) {
        let now = Instant::now();
        let (over, waiting) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|parked: &Parked| parked.until <= now);
        self.parked = waiting;
        for parked in over {
            let (reply, answer) = parked.answered(Granted::default(), self.line.returns.clone());
            drop(reply.send(answer));
        }
    }
}
