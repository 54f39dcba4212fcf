//! What the actor gives to the threads that talk to the store, and what comes back.

use std::ops::Range;

use actix::{Message, Recipient};
use crossbeam_channel::Sender;
use serde_json::{Map, Value};
use tasker_domain::command::Command;
use tasker_domain::ids::{Millis, StepId};
use tasker_domain::outcome::{Done, Outcome, Tally};
use tasker_store::view::Question;

use crate::envelope::{Answer, Reply};
use crate::failure::Failure;

/// Work for the thread that writes.
pub(crate) enum Job {
    /// A turn.
    Turn(TurnJob),
    /// A question, for databases that only the writing connection sees.
    Ask(Asking),
    /// Leave the database: give back what is held, and give up the lease.
    Retire { now: Millis },
    /// Panic: a switch for tests.
    Panic {
        /// Dropped without an answer.
        reply: Sender<Answer>,
    },
}

/// One turn.
pub(crate) struct TurnJob {
    /// The orders of all callers, one after the other.
    pub(crate) commands: Vec<Command>,
    /// Which of them belong to which caller.
    pub(crate) spans: Vec<Range<usize>>,
    /// The time of the turn.
    pub(crate) now: Millis,
    /// Whether to move the lease on and look for colleagues that are gone.
    pub(crate) housekeeping: bool,
    /// Who is told.
    pub(crate) done: Option<Recipient<TurnDone>>,
}

impl TurnJob {
    /// Tells what became of the turn; where nobody is there to hear it, gives it back.
    pub(crate) fn answer(mut self, done: TurnDone) -> Option<TurnDone> {
        match self.done.take() {
            Some(asker) if asker.connected() => {
                asker.do_send(done);
                None
            }
            _ => Some(done),
        }
    }
}

impl Drop for TurnJob {
    /// A turn that was lost to a panic failed for everybody; nobody waits for it for ever.
    fn drop(&mut self) {
        if let Some(asker) = self.done.take() {
            asker.do_send(TurnDone::failed(&Failure::internal(LOST), self.spans.len()));
        }
    }
}

const LOST: &str =
    "an internal error occurred, and what became of the request is unknown; details are in the log";

/// A turn that is committed, or failed.
pub(crate) struct TurnDone {
    /// For each caller: what became of its orders.
    pub(crate) results: Vec<Result<Vec<Outcome>, Failure>>,
    /// What happened, in numbers.
    pub(crate) tally: Tally,
    /// When something falls due next.
    pub(crate) next_due: Option<Millis>,
    /// Steps that became claimable and were not taken.
    pub(crate) unclaimed: usize,
}

impl TurnDone {
    /// A turn of which nothing was stored.
    pub(crate) fn failed(failure: &Failure, callers: usize) -> TurnDone {
        TurnDone {
            results: vec![Err(failure.clone()); callers],
            tally: Tally::default(),
            next_due: None,
            unclaimed: 0,
        }
    }

    /// The steps that it took for its callers.
    pub(crate) fn granted(&self) -> Vec<(StepId, i64)> {
        let outcomes = self.results.iter().flatten().flatten();
        let granted = outcomes.filter_map(|outcome| match outcome {
            Ok(Done::Granted(granted)) => Some(granted),
            _ => None,
        });
        granted
            .flat_map(|granted| granted.steps.iter().map(|step| (step.step, step.fence)))
            .collect()
    }
}

impl Message for TurnDone {
    type Result = ();
}

/// A question on its way to a reader.
pub(crate) struct Asking {
    pub(crate) question: Question,
    pub(crate) finish: Finish,
    pub(crate) reply: Sender<Answer>,
}

/// What is done to a reader's answer before it goes out.
pub(crate) enum Finish {
    /// Nothing.
    Plain,
    /// It is the template that was registered.
    Registered { new: bool },
    /// It completes the metrics.
    Metrics(Map<String, Value>),
}

impl Asking {
    /// Sends the answer; a caller that is gone has no use for it.
    pub(crate) fn answer(self, answer: Result<String, Failure>) {
        let answer = answer
            .and_then(|text| finish(self.finish, text))
            .map(Reply::Json);
        drop(self.reply.send(answer));
    }
}

fn finish(finish: Finish, text: String) -> Result<String, Failure> {
    let parsed = |text: &str| -> Result<Map<String, Value>, Failure> {
        serde_json::from_str(text).map_err(|error| {
            log::error!("an answer that isn't JSON: {error}");
            Failure::internal("an internal error occurred; details are in the log")
        })
    };
    match finish {
        Finish::Plain => Ok(text),
        Finish::Metrics(mut metrics) => {
            metrics.extend(parsed(&text)?);
            Ok(Value::Object(metrics).to_string())
        }
        Finish::Registered { new } => {
            let template = parsed(&text)?;
            let mut answer = Map::new();
            for key in ["template_id", "namespace", "name", "version"] {
                answer.insert(
                    key.to_owned(),
                    template.get(key).cloned().unwrap_or_default(),
                );
            }
            let steps = template
                .get("steps")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            answer.insert("step_count".to_owned(), steps.into());
            answer.insert("new".to_owned(), new.into());
            answer.insert("template".to_owned(), Value::Object(template));
            Ok(Value::Object(answer).to_string())
        }
    }
}
