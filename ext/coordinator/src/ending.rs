//! How a turn ends for those whose orders were in it.
//!
//! They are answered by the thread that carried the turn out, as soon as it is committed: an answer doesn't wait until the
//! actor is awake. The actor is told first all the same, so that whoever asks for the numbers afterwards finds this turn
//! counted; and what it has to go on with is left to it.

use std::time::Instant;

use crossbeam_channel::Sender;
use tasker_domain::command::{Claim, Scope};
use tasker_domain::ids::StepId;
use tasker_domain::outcome::{Done, Granted, Outcome};
use tasker_store::view::Question;

use crate::actor::{Asks, Parked};
use crate::calls::{Render, render};
use crate::envelope::{Answer, Reply};
use crate::failure::Failure;
use crate::grant::{Grant, RefusedReport, Returns};
use crate::jobs::{Asking, Finish};

/// What became of the orders of one caller.
pub(crate) type Outcomes = Result<Vec<Outcome>, Failure>;

/// What there is to tell, and what is left to do.
#[derive(Default)]
pub(crate) struct Ending {
    answers: Vec<(Sender<Answer>, Answer)>,
    left: Vec<Left>,
    dry: Vec<Scope>,
}

/// What the actor goes on with.
pub(crate) enum Left {
    /// A claim that found nothing and waits.
    Parked(Parked),
    /// How the coordinator's own orders ended.
    Own(Result<(), Failure>),
    /// Steps that could not be given back.
    Returned(Vec<(StepId, i64)>),
    /// A question whose answer the caller waits for.
    Asking(Asking),
}

impl Ending {
    /// Of a turn that is committed or failed; one outcome for each of the callers.
    pub(crate) fn of(callers: Vec<Asks>, results: Vec<Outcomes>, returns: &Returns) -> Ending {
        let mut ending = Ending::default();
        for (asks, result) in callers.into_iter().zip(results) {
            match asks {
                Asks::Nobody => ending.left.push(Left::Own(result.map(drop))),
                Asks::Returned(steps) => {
                    if result.is_err() {
                        ending.left.push(Left::Returned(steps));
                    }
                }
                Asks::Order { render, reply } => ending.order(&render, result, reply),
                Asks::Exchange { claim, until, back } => match result.and_then(split_exchange) {
                    Err(failure) => ending.answers.push((back.reply, Err(failure))),
                    Ok((refused, granted)) => {
                        let parked = Parked {
                            claim,
                            until: until.unwrap_or_else(Instant::now),
                            refused,
                            back,
                        };
                        ending.claim(parked, granted, returns);
                    }
                },
                Asks::Parked(parked) => match result.and_then(split_exchange) {
                    Ok((_, granted)) => ending.claim(parked, granted, returns),
                    // A turn that failed leaves the claim where it was: it is tried again.
                    Err(_) => ending.left.push(Left::Parked(parked)),
                },
            }
        }
        ending
    }

    fn order(&mut self, how: &Render, result: Outcomes, reply: Sender<Answer>) {
        let outcome = result.and_then(|outcomes| {
            let outcome = outcomes.into_iter().next().unwrap_or(Ok(Done::Nothing));
            outcome.map_err(Failure::from)
        });
        match (how, outcome) {
            (Render::Registered, Ok(Done::Registered { template, new })) => {
                self.left.push(Left::Asking(Asking {
                    question: Question::Template(template),
                    finish: Finish::Registered { new },
                    reply,
                }));
            }
            (how, outcome) => {
                let answer = outcome.and_then(|done| render(how, &done).map(Reply::Json));
                self.answers.push((reply, answer));
            }
        }
    }

    fn claim(&mut self, parked: Parked, granted: Granted, returns: &Returns) {
        // A claim on one task waits for its end, too.
        let of_tasks = !matches!(parked.claim.scope, Scope::Task(_));
        if of_tasks && granted.dry && !self.dry.contains(&parked.claim.scope) {
            self.dry.push(parked.claim.scope.clone());
        }
        if keeps_waiting(&parked.claim, &granted) && Instant::now() < parked.until {
            self.left.push(Left::Parked(parked));
        } else {
            self.answers.push(parked.answered(granted, returns.clone()));
        }
    }

    /// What the actor is to go on with.
    pub(crate) fn left(&mut self) -> Vec<Left> {
        std::mem::take(&mut self.left)
    }

    /// Where nothing is left to take.
    pub(crate) fn dry(&mut self) -> Vec<Scope> {
        std::mem::take(&mut self.dry)
    }

    /// Answers the callers. One that is gone drops its grant, and so gives it back.
    pub(crate) fn tell(self) {
        for (reply, answer) in self.answers {
            drop(reply.send(answer));
        }
    }
}

impl Left {
    /// Ends what no actor goes on with.
    pub(crate) fn abandon(self, returns: &Returns) {
        match self {
            Left::Parked(parked) => {
                let (reply, answer) = parked.answered(Granted::default(), returns.clone());
                drop(reply.send(answer));
            }
            Left::Returned(steps) => returns.keep(steps),
            // Whoever waits for the answer is told by the drop that it isn't known.
            Left::Own(_) | Left::Asking(_) => {}
        }
    }
}

impl Parked {
    /// The answer with what was granted, perhaps nothing.
    pub(crate) fn answered(self, granted: Granted, returns: Returns) -> (Sender<Answer>, Answer) {
        let grant = Grant::new(granted, self.refused, returns);
        (self.back.reply, Ok(Reply::Grant(grant)))
    }
}

/// The refused reports and the grant of an exchange.
fn split_exchange(mut outcomes: Vec<Outcome>) -> Result<(Vec<RefusedReport>, Granted), Failure> {
    let claim = outcomes.pop();
    let refused = outcomes
        .into_iter()
        .enumerate()
        .filter_map(|(index, outcome)| {
            let refusal = outcome.err()?;
            Some(RefusedReport {
                index,
                kind: refusal.kind(),
                message: refusal.to_string(),
            })
        });
    let refused = refused.collect();
    match claim {
        Some(Ok(Done::Granted(granted))) => Ok((refused, granted)),
        Some(Err(refusal)) => Err(Failure::from(refusal)),
        other => {
            log::error!("a claim came to {other:?}");
            Err(Failure::internal(
                "an internal error occurred; details are in the log",
            ))
        }
    }
}

/// Whether a claim that was granted this has reason to go on waiting.
fn keeps_waiting(claim: &Claim, granted: &Granted) -> bool {
    if !granted.steps.is_empty() || claim.want == 0 {
        return false;
    }
    match claim.scope {
        Scope::Any | Scope::Namespaces(_) => true,
        Scope::Task(_) => granted.task.is_some_and(|task| task.state.is_live()),
    }
}
