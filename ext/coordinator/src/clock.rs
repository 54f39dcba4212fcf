//! Time in ms since the epoch, which never goes back within one coordinator.

use std::time::{SystemTime, UNIX_EPOCH};

use tasker_domain::ids::Millis;

/// A clock that an adjusted system time can hold back but not turn back.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    last: Millis,
}

impl Clock {
    pub(crate) fn now(&mut self) -> Millis {
        self.last = self.last.max(wall());
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
