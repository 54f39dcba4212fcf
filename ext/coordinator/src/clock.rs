//! Time in ms since the epoch, by the clock of the database: coordinators on several machines must agree on when a lease
//! is over. It never goes back within one coordinator.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tasker_domain::ids::Millis;

/// How far the clock of the database is ahead of this machine's, in ms. It is measured again and again by whoever talks to
/// the database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skew(Arc<AtomicI64>);

impl Skew {
    /// The time by the clock of the database, as it was when that was last asked.
    pub(crate) fn now(&self) -> Millis {
        wall() + self.0.load(Ordering::Relaxed)
    }

    /// Notes what the clock of the database showed between two looks at this machine's. What can't be told from no
    /// difference is none: so processes on one machine tell the same time to the millisecond.
    pub(crate) fn measure(&self, before: Millis, there: Millis, after: Millis) {
        let ahead = if (before..=after).contains(&there) {
            0
        } else {
            there - (before + after) / 2
        };
        self.0.store(ahead, Ordering::Relaxed);
    }
}

/// A clock that an adjusted system time can hold back but not turn back.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    skew: Skew,
    last: Millis,
}

impl Clock {
    pub(crate) fn new(skew: Skew) -> Clock {
        Clock { skew, last: 0 }
    }

    pub(crate) fn now(&mut self) -> Millis {
        self.last = self.last.max(self.skew.now());
        self.last
    }
}

/// The system's time.
pub(crate) fn wall() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_no_difference_is_none() {
        let skew = Skew::default();
        for (there, expected) in [(1_000, 0), (1_002, 0), (1_003, 2), (999, -2)] {
            skew.measure(1_000, there, 1_002);
            assert_eq!(skew.0.load(Ordering::Relaxed), expected, "{there}");
        }
    }

    #[test]
    fn the_time_is_that_of_the_database() {
        let skew = Skew::default();
        let mut clock = Clock::new(skew.clone());
        let before = clock.now();
        skew.measure(1_000, 61_000, 1_010);
        let ahead = clock.now() - before;
        assert!((59_995..70_000).contains(&ahead), "{ahead}");
        skew.measure(1_000, 1_000, 1_000);
        assert!(clock.now() >= before + ahead, "it went back");
    }
}
