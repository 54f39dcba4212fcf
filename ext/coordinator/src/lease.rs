//! A coordinator's lease, as far as it knows.

use tasker_domain::ids::Millis;

/// How long the silent are spared after this coordinator was silent itself, in ms.
const GRACE_MS: std::ops::RangeInclusive<i64> = 1_000..=10_000;

/// When the lease was moved on, and whether others may have had no chance to do the same.
pub(crate) struct Lease {
    /// When it was last moved on.
    renewed_at: Millis,
    /// Until when others that are silent are spared.
    spares_until: Millis,
}

impl Lease {
    pub(crate) fn new(now: Millis) -> Lease {
        Lease {
            renewed_at: now,
            spares_until: 0,
        }
    }

    /// Whether it has to be moved on by the next turn, whatever that is for.
    pub(crate) fn is_due(&self, now: Millis, lease_ms: i64) -> bool {
        now - self.renewed_at >= lease_ms / 3
    }

    /// It was moved on by a turn that began at that time.
    pub(crate) fn renewed(&mut self, begun: Millis) {
        self.renewed_at = self.renewed_at.max(begun);
    }

    /// Whether others may be silent for the reason for which this one was: an outage of the database, a machine that
    /// slept. Whoever comes back first then gives the others time to come back.
    pub(crate) fn spares(&mut self, now: Millis, lease_ms: i64) -> bool {
        if now - self.renewed_at > lease_ms {
            self.spares_until = now + (lease_ms / 3).clamp(*GRACE_MS.start(), *GRACE_MS.end());
        }
        now < self.spares_until
    }
}
