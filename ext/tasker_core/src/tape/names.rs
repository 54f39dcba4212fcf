//! The names in an answer. The same few come again and again, and Ruby is asked for each only once.

use super::Text;
use crate::times::Traits;

/// The name of a value.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// Its text.
    pub text: Text,
    /// What it may mean for the times in an answer.
    pub traits: Traits,
}

/// How many names are remembered at a time.
const PLACES: usize = 128;

/// No name is in this place.
const EMPTY: u32 = u32::MAX;

/// Where names were seen last: a place for each mixture of their bytes.
///
/// Two names may want one place; the older one is then forgotten, and is listed twice when it comes again. So a million
/// different names cost no more than a few.
pub(super) struct Seen {
    places: [u32; PLACES],
}

impl Seen {
    pub(super) fn new() -> Seen {
        Seen {
            places: [EMPTY; PLACES],
        }
    }

    /// The place for a name, and the number of the name that is in it.
    #[inline]
    pub(super) fn place(&mut self, name: &[u8]) -> (&mut u32, Option<u32>) {
        let length = name.len();
        let byte = |at: usize| name.get(at).copied().map_or(0, usize::from);
        let mixed = length
            .wrapping_mul(31)
            .wrapping_add(byte(0).wrapping_mul(7))
            .wrapping_add(byte(length / 2).wrapping_mul(5))
            .wrapping_add(byte(length.wrapping_sub(1)).wrapping_mul(3));
        let place = &mut self.places[mixed % PLACES];
        let known = Some(*place).filter(|number| *number != EMPTY);
        (place, known)
    }
}
