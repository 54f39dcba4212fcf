//! Claims that found nothing to take and wait for it.

use std::time::Instant;

use tasker_domain::command::Claim;
use tasker_domain::outcome::Granted;

use super::pending::WayBack;
use crate::envelope::Reply;
use crate::failure::Failure;
use crate::grant::{Grant, RefusedReport, Returns};

/// A claim that waits. What became of the reports that came with it is told with the answer.
pub(crate) struct Parked {
    pub(crate) claim: Claim,
    pub(crate) until: Instant,
    pub(crate) refused: Vec<RefusedReport>,
    pub(crate) back: WayBack,
}

impl Parked {
    /// Answers with what was granted, perhaps nothing.
    pub(crate) fn answer(self, granted: Granted, returns: Returns) {
        // A caller that is gone drops the grant, and so gives it back.
        drop(
            self.back
                .reply
                .send(Ok(Reply::Grant(Grant::new(granted, self.refused, returns)))),
        );
    }

    pub(crate) fn refuse(self, failure: Failure) {
        drop(self.back.reply.send(Err(failure)));
    }
}
