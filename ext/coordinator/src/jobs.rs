//! What the actor gives to the threads that talk to the store, and what comes back.

use std::ops::Range;

use actix::{Message, Recipient};
use crossbeam_channel::Sender;
use serde_json::{Map, Value};
use tasker_domain::command::{Command, Scope};
use tasker_domain::ids::Millis;
use tasker_domain::outcome::Tally;
use tasker_store::view::Question;

use crate::actor::Asks;
use crate::ending::{Ending, Left, Outcomes};
use crate::envelope::{Answer, Reply};
use crate::failure::Failure;
use crate::grant::Returns;

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
    /// The callers, until they are answered.
    pub(crate) callers: Vec<Asks>,
    /// The time of the turn.
    pub(crate) now: Millis,
    /// Whether to move the lease on and look for colleagues that are gone.
    pub(crate) housekeeping: bool,
    /// Which of the writers carries it out.
    pub(crate) writer: usize,
    /// Where steps go that nobody takes.
    pub(crate) returns: Returns,
    /// The actor, until it is told.
    pub(crate) done: Option<Recipient<TurnDone>>,
}

impl TurnJob {
    /// Tells the actor and the callers what became of the turn.
    pub(crate) fn answer(mut self, carried: Carried) {
        self.end(carried);
    }

    fn end(&mut self, carried: Carried) {
        let callers = std::mem::take(&mut self.callers);
        let mut ending = Ending::of(callers, carried.results, &self.returns);
        let left = ending.left();
        let dry = ending.dry();
        match self.done.take() {
            Some(actor) if actor.connected() => actor.do_send(TurnDone {
                writer: self.writer,
                left,
                dry,
                tally: carried.tally,
                next_due: carried.next_due,
                unclaimed: carried.unclaimed,
            }),
            // The actor was lost while the turn was under way; the next one looks for itself.
            _ => left
                .into_iter()
                .for_each(|left| left.abandon(&self.returns)),
        }
        ending.tell();
    }
}

impl Drop for TurnJob {
    /// A turn that was lost to a panic failed for everybody; nobody waits for it for ever.
    fn drop(&mut self) {
        if self.done.is_some() {
            let failure = Failure::internal(LOST);
            self.end(Carried::failed(&failure, self.callers.len()));
        }
    }
}

const LOST: &str =
    "an internal error occurred, and what became of the request is unknown; details are in the log";

/// A turn that is committed, or failed.
pub(crate) struct Carried {
    /// For each caller: what became of its orders.
    pub(crate) results: Vec<Outcomes>,
    /// What happened, in numbers.
    pub(crate) tally: Tally,
    /// When something falls due next.
    pub(crate) next_due: Option<Millis>,
    /// Steps that became claimable and were not taken.
    pub(crate) unclaimed: usize,
}

impl Carried {
    /// A turn of which nothing was stored.
    pub(crate) fn failed(failure: &Failure, callers: usize) -> Carried {
        Carried {
            results: vec![Err(failure.clone()); callers],
            tally: Tally::default(),
            next_due: None,
            unclaimed: 0,
        }
    }
}

/// Tells the actor that a turn has ended. Its callers are answered by the thread that carried it out.
pub(crate) struct TurnDone {
    /// Which writer is free again.
    pub(crate) writer: usize,
    /// What the actor goes on with.
    pub(crate) left: Vec<Left>,
    /// Where its claims left nothing to take.
    pub(crate) dry: Vec<Scope>,
    /// What happened, in numbers.
    pub(crate) tally: Tally,
    /// When something falls due next.
    pub(crate) next_due: Option<Millis>,
    /// Steps that became claimable and were not taken.
    pub(crate) unclaimed: usize,
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
