//! What callers put on the channel, and what they get back.

use std::ops::Deref;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use tasker_domain::command::{Claim, Command, Ending, Failing, Report, Scope};
use tasker_domain::ids::{StepId, TaskId};
use tasker_store::view::Question;

use crate::calls::{self, Render};
use crate::failure::Failure;
use crate::grant::Grant;

/// A request with the way back to the one who asks.
pub struct Envelope {
    /// What is asked.
    pub request: Request,
    /// Where the answer goes: a channel of one place, used once.
    pub reply: Sender<Answer>,
    /// Whether somebody still waits for the answer.
    pub(crate) caller: Caller,
}

/// The caller's end: the channel on which the answer comes. Dropping it says that nobody waits any more.
#[derive(Debug)]
pub struct Waiting {
    answer: Receiver<Answer>,
    _here: Arc<()>,
}

impl Deref for Waiting {
    type Target = Receiver<Answer>;

    fn deref(&self) -> &Receiver<Answer> {
        &self.answer
    }
}

/// Tells whether the one who asked is still there.
#[derive(Clone, Debug)]
pub(crate) struct Caller(Weak<()>);

impl Caller {
    pub(crate) fn is_gone(&self) -> bool {
        self.0.strong_count() == 0
    }
}

/// What comes back.
pub type Answer = Result<Reply, Failure>;

/// A good answer.
#[derive(Debug)]
pub enum Reply {
    /// JSON text.
    Json(String),
    /// Steps.
    Grant(Grant),
}

/// What can be asked of a coordinator.
pub struct Request {
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// To be carried out in a turn.
    Order {
        commands: Vec<Command>,
        render: Render,
    },
    /// To be answered by a reader.
    Question(Question),
    /// Finished steps handed in, and steps taken.
    Exchange {
        reports: Vec<Report>,
        claim: Claim,
        park: Duration,
    },
    /// An answer from the actor itself.
    Ping,
    /// Numbers.
    Metrics,
    /// Panic in the actor: a switch for tests.
    Panic,
    /// Panic where nothing catches it, so that the actor is lost: a switch for tests.
    LoseActor,
    /// Panic on the thread that writes: a switch for tests.
    PanicWriter,
}

/// A finished step, as a caller hands it in.
#[derive(Clone, Debug)]
pub struct RawReport {
    /// The step.
    pub step_id: i64,
    /// The fence of its claim.
    pub fence: i64,
    /// 0 complete, 1 failed and may be retried, 2 failed for good, 3 given back before it began.
    pub outcome: u8,
    /// The result or the error, JSON; nothing for a step given back.
    pub payload: String,
}

impl Envelope {
    /// A request, and the end of its reply channel to wait on.
    pub fn new(request: Request) -> (Envelope, Waiting) {
        let (reply, answer) = bounded(1);
        let here = Arc::new(());
        let caller = Caller(Arc::downgrade(&here));
        let envelope = Envelope {
            request,
            reply,
            caller,
        };
        let waiting = Waiting {
            answer,
            _here: here,
        };
        (envelope, waiting)
    }
}

impl Request {
    /// A call by its name, with JSON text.
    ///
    /// # Errors
    /// `validation_error` when the text isn't what the call takes.
    pub fn call(kind: &str, json: &str) -> Result<Request, Failure> {
        calls::parse(kind, json).map(|kind| Request { kind })
    }

    /// An exchange: reports in, up to `want` steps out, of one task or (with task 0) of any.
    ///
    /// # Errors
    /// `validation_error` when a report's outcome is none of those that there are, or its error isn't JSON.
    pub fn exchange(
        task_id: i64,
        want: u32,
        wait_ms: u64,
        reports: Vec<RawReport>,
    ) -> Result<Request, Failure> {
        let scope = if task_id == 0 {
            Scope::Any
        } else {
            Scope::Task(TaskId(task_id))
        };
        Request::exchange_with(scope, want, wait_ms, reports)
    }

    /// An exchange: reports in, up to `want` steps out, of tasks whose templates are in one of these namespaces.
    ///
    /// # Errors
    /// As of [`Request::exchange`], and `validation_error` when no namespace is named.
    pub fn exchange_of(
        namespaces: Vec<String>,
        want: u32,
        wait_ms: u64,
        reports: Vec<RawReport>,
    ) -> Result<Request, Failure> {
        if namespaces.is_empty() {
            let message = "name at least one namespace, or take steps of any task";
            return Err(Failure::validation("namespaces", message));
        }
        let scope = Scope::Namespaces(namespaces.into());
        Request::exchange_with(scope, want, wait_ms, reports)
    }

    fn exchange_with(
        scope: Scope,
        want: u32,
        wait_ms: u64,
        reports: Vec<RawReport>,
    ) -> Result<Request, Failure> {
        let reports = reports.into_iter().map(report).collect::<Result<_, _>>()?;
        let claim = Claim { scope, want };
        Ok(Request {
            kind: Kind::Exchange {
                reports,
                claim,
                park: Duration::from_millis(wait_ms),
            },
        })
    }

    /// A request that panics where it is told to: a switch for tests.
    ///
    /// # Errors
    /// `validation_error` for a site that there isn't.
    pub fn panic(site: &str) -> Result<Request, Failure> {
        let kind = match site {
            "actor" => Kind::Panic,
            "turn" => Kind::Order {
                commands: vec![Command::Panic],
                render: Render::Nothing,
            },
            "reader" => Kind::Question(Question::Panic),
            "lose_actor" => Kind::LoseActor,
            "writer" => Kind::PanicWriter,
            other => {
                return Err(Failure::validation(
                    "site",
                    format!("unknown site {other:?}"),
                ));
            }
        };
        Ok(Request { kind })
    }
}

fn report(raw: RawReport) -> Result<Report, Failure> {
    let RawReport {
        step_id,
        fence,
        outcome,
        payload,
    } = raw;
    let ending = match outcome {
        0 => Ending::Complete(Arc::from(payload)),
        1 => Ending::Failed(failing(&payload, false)?),
        2 => Ending::Failed(failing(&payload, true)?),
        3 => Ending::Released,
        other => {
            return Err(Failure::validation(
                "reports",
                format!("unknown outcome {other} of step {step_id}"),
            ));
        }
    };
    Ok(Report {
        step: StepId(step_id),
        fence,
        ending,
    })
}

/// Reads an error as a worker tells it, and keeps with it whether it is permanent.
fn failing(payload: &str, permanent: bool) -> Result<Failing, Failure> {
    let mut error: serde_json::Map<String, serde_json::Value> = serde_json::from_str(payload)
        .map_err(|error| {
            Failure::validation("reports", format!("an error is not a JSON object: {error}"))
        })?;
    let retry_after_ms = error
        .remove("retry_after_ms")
        .and_then(|value| value.as_i64())
        .map(|ms| ms.max(0));
    error.insert("permanent".to_owned(), permanent.into());
    let error = serde_json::Value::Object(error).to_string();
    Ok(Failing {
        error: Arc::from(error),
        permanent,
        retry_after_ms,
    })
}
