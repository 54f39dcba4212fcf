//! Carrying out a turn over a connection that may be lost at any moment.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::fate::{self, Fate, Uncertain};
use super::fault::Fault;
use super::foresight::Foresight;
use super::sending::Ended;
use super::transaction::PgTx;
use super::{PgStore, link};
use crate::{StoreError, TurnInput, TurnOutput, turn};

/// Why a try of a turn came to nothing.
enum Missed {
    /// The database, or a rule, refused it: it is undone.
    Refused(StoreError),
    /// The connection was lost before anything was committed.
    Nothing(String),
    /// The connection was lost during the commit.
    Unsure(Box<Uncertain>),
}

impl From<StoreError> for Missed {
    fn from(error: StoreError) -> Missed {
        Missed::Refused(error)
    }
}

impl From<Fault> for Missed {
    fn from(fault: Fault) -> Missed {
        match fault {
            Fault::Refused(error) => Missed::Refused(error),
            Fault::Lost(detail) => Missed::Nothing(detail),
        }
    }
}

impl PgStore {
    /// Carries out a turn. Where the connection is lost before the commit, the turn is begun again on another one; where
    /// it is lost during the commit, the server is asked what became of it.
    pub(super) fn turn_until(
        &mut self,
        input: &TurnInput<'_>,
        until: Instant,
    ) -> Result<TurnOutput, StoreError> {
        loop {
            let missed = match self.attempt(input, until) {
                Ok(output) => return Ok(output),
                Err(missed) => missed,
            };
            // It may hold a template whose id was undone and will be given to another.
            self.templates.clear();
            // The next connection may lead to another server.
            if !matches!(missed, Missed::Refused(_)) {
                self.memory.forget();
            }
            let detail = match missed {
                Missed::Refused(error) => {
                    // It may be the server that is the wrong one: there was a failover perhaps.
                    if matches!(error, StoreError::Refusing { .. }) {
                        self.link.hang_up();
                    }
                    return Err(error);
                }
                Missed::Nothing(detail) => detail,
                Missed::Unsure(uncertain) => {
                    self.link.hang_up();
                    match fate::of(&mut self.link, uncertain.traces(), until) {
                        Ok(Fate::Committed) => return Ok(uncertain.into_output()),
                        Ok(Fate::Undone) => match uncertain.into_fault() {
                            Fault::Lost(detail) => detail,
                            Fault::Refused(error) => return Err(error),
                        },
                        Err(error) => {
                            log::error!("the commit of a turn was not heard: {error}");
                            self.uncertain = Some(*uncertain);
                            return Err(StoreError::Unknown);
                        }
                    }
                }
            };
            self.link.hang_up();
            log::warn!("the connection to PostgreSQL was lost ({detail}); the turn is begun again");
            if Instant::now() >= until {
                return Err(link::lost(self.link.profile(), &detail));
            }
        }
    }

    /// One try of a turn.
    fn attempt(&mut self, input: &TurnInput<'_>, until: Instant) -> Result<TurnOutput, Missed> {
        let session = self.link.connected(until)?;
        let templates = &mut self.templates;
        let (foresight, age) = {
            let recall = self.memory.recall();
            let foresight = Foresight::of(input.commands, &recall, templates);
            (foresight, recall.age())
        };
        let answers = session.begin(foresight, until)?;
        let mut tx = PgTx::new(session, &self.memory, answers);
        let done = catch_unwind(AssertUnwindSafe(|| turn::run(&mut tx, templates, input)));
        let done = done.unwrap_or_else(|payload| Err(StoreError::panicked(payload.as_ref())));
        let PgTx {
            lost,
            traces,
            sending,
            learned,
            ..
        } = tx;
        let output = match (done, lost) {
            (_, Some(detail)) => return Err(Missed::Nothing(detail)),
            (Err(error), None) => {
                // Where not even that is heard, the server had ended the session.
                session.say("ROLLBACK")?;
                return Err(Missed::Refused(error));
            }
            (Ok(output), None) => output,
        };
        // Once a turn at most, and only where there is something for others to do.
        let told = (output.unclaimed > 0).then(|| session.profile.telling());
        match (session.commit(sending, told), traces) {
            (Ended::Committed, _) => {
                self.memory.learn(age, &output.outcomes, learned);
                Ok(output)
            }
            (Ended::Refused(error), _) => Err(Missed::Refused(error)),
            (Ended::Lost(detail), _) => Err(Missed::Nothing(detail)),
            // What was written beside rows of tasks, a template or a lease, does no harm when it is written again.
            (Ended::Unheard(fault), None) => Err(fault.into()),
            (Ended::Unheard(fault), Some(traces)) => Err(Missed::Unsure(Box::new(Uncertain::new(
                traces, output, fault,
            )))),
        }
    }

    /// Finds out what became of a turn whose commit wasn't heard, before anything else is done.
    pub(super) fn settle_uncertain(&mut self, until: Instant) -> Result<(), StoreError> {
        let Some(uncertain) = self.uncertain.take() else {
            return Ok(());
        };
        match fate::of(&mut self.link, uncertain.traces(), until) {
            Ok(fate) => {
                log::warn!("the turn whose commit was not heard {}", fate.as_str());
                if fate == Fate::Committed {
                    // Its callers were told that nothing is known, and run none of the steps that it took.
                    self.uncertain = uncertain.granted_only();
                }
                Ok(())
            }
            Err(error) => {
                self.uncertain = Some(uncertain);
                Err(error)
            }
        }
    }
}
