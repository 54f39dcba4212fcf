//! What is known to be empty: where the last turn left nothing to take, a claim that would wait needs no turn to find out.

use tasker_domain::command::{Claim, Scope};
use tasker_domain::ids::Millis;

use super::Coordinator;
use super::pending::Pending;

/// How long that is believed where other processes may make steps claimable, in ms: their doing is heard of later than it
/// is done, and a claim that is parked meanwhile hears of it no later than one that was parked before.
const BELIEVED_MS: i64 = 20;

/// Where nothing is left to take.
pub(super) struct Dry {
    scopes: Vec<Scope>,
    since: Millis,
}

impl Dry {
    pub(super) fn new() -> Dry {
        Dry {
            scopes: Vec::new(),
            since: 0,
        }
    }

    /// Something may have become claimable.
    pub(super) fn forget(&mut self) {
        self.scopes.clear();
    }
}

impl Coordinator {
    /// Keeps in mind where a turn that has just ended left nothing to take.
    pub(super) fn learn(&mut self, scopes: Vec<Scope>, now: Millis) {
        // A turn that is still under way may make something claimable, or one that ended while this one looked.
        if !self.is_busy() && !self.stirred {
            self.dry = Dry { scopes, since: now };
        }
    }

    /// Whether a claim would find nothing, as far as is known.
    pub(super) fn finds_nothing(&mut self, claim: &Claim) -> bool {
        let holds = claim.want > 0
            && self.dry.scopes.contains(&claim.scope)
            && !self.stirred
            && !self.gathered.iter().any(Pending::stirs);
        holds && (!self.shared || self.clock.now() - self.dry.since < BELIEVED_MS)
    }
}
