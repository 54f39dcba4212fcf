//! Claims that found nothing to take and wait for it.

use std::time::Instant;

use tasker_domain::command::Claim;

use super::pending::WayBack;
use crate::failure::Failure;
use crate::grant::RefusedReport;

/// A claim that waits. What became of the reports that came with it is told with the answer.
pub(crate) struct Parked {
    pub(crate) claim: Claim,
    pub(crate) until: Instant,
    pub(crate) refused: Vec<RefusedReport>,
    pub(crate) back: WayBack,
}

impl Parked {
    pub(crate) fn refuse(self, failure: Failure) {
        drop(self.back.reply.send(Err(failure)));
    }
}
