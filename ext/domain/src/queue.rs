//! Places in the queue of steps that can be taken, and which queue a step is in.
//!
//! A place is a time. The first step of a task takes the place at which it became claimable, and a step that its parent
//! released takes over its parent's place: so tasks that have begun are brought to an end before others begin, and those
//! that came first end first.
//!
//! Two things keep that fair. A place that is taken over lies [`HEAD_START_MS`] back at most, so nothing waits for what
//! became claimable longer than that after it. And of steps of one task that become claimable in one burst only the first
//! ten take it over; each ten more take a place a little later than the ten before, as if they had come later: a huge task
//! doesn't keep small ones that come after it waiting until all of it is done. Ten share a place because steps of one task
//! that are taken and reported together cost less. Since places are times, whatever waits gets its turn. A place only
//! orders: it holds no step back.

use std::hash::Hasher;

use fnv::FnvHasher;

use crate::ids::Millis;

/// How many steps of a burst take one place.
pub const ABREAST: u32 = 10;

/// How much later in the queue the next ones of a burst are placed, in ms: 10 for each step.
pub const SPREAD_MS: Millis = 100;

/// How far back the place may lie that a step takes over from its parent, in ms.
pub const HEAD_START_MS: Millis = 10_000;

/// The place of a step that became claimable at `now`, after `earlier` others of its task in the same turn. `parents` is
/// the place of the parent that released it, where one did.
pub fn place(now: Millis, parents: Option<Millis>, earlier: u32) -> Millis {
    if earlier < ABREAST {
        let oldest = now.saturating_sub(HEAD_START_MS);
        return parents.map_or(now, |place| place.clamp(oldest, now));
    }
    now.saturating_add(SPREAD_MS.saturating_mul(Millis::from(earlier / ABREAST)))
}

/// The queue of a namespace: the 64-bit FNV-1a hash of its name, which is stored and must never change. Two names may
/// share a queue; whoever takes steps of one namespace looks at the name, too.
pub fn of(namespace: &str) -> i64 {
    let mut hasher = FnvHasher::default();
    hasher.write(namespace.as_bytes());
    i64::from_ne_bytes(hasher.finish().to_ne_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of the hash's authors: what is stored in databases depends on them.
    #[test]
    fn a_queue_is_the_hash_that_every_version_computes() {
        let hash = |text: &str| u64::from_ne_bytes(of(text).to_ne_bytes());
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn places_of_a_burst_follow_each_other_and_never_overflow() {
        let alone = |earlier| place(5, None, earlier);
        assert_eq!([alone(0), alone(9), alone(10)], [5, 5, 105]);
        assert_eq!(alone(35), 305);
        assert_eq!(place(Millis::MAX, None, u32::MAX), Millis::MAX);
    }

    #[test]
    fn a_place_is_taken_over_by_ten_of_a_burst_and_never_from_far_back_or_ahead() {
        let now = 50_000;
        assert_eq!(place(now, Some(49_000), 9), 49_000);
        assert_eq!(place(now, Some(49_000), 10), now + SPREAD_MS);
        assert_eq!(place(now, Some(1_000), 0), now - HEAD_START_MS);
        assert_eq!(place(now, Some(now + 900), 0), now);
        assert_eq!(place(Millis::MIN, Some(0), 0), Millis::MIN);
    }
}
