//! What became of a commit that wasn't heard.
//!
//! PostgreSQL remembers how recent transactions ended, by their ids (`pg_xact_status`, PostgreSQL's documentation, 9.27.8);
//! that it is the same transaction is seen by what it wrote.

mod traces;

use std::time::{Duration, Instant};

use diesel_async::RunQueryDsl;
use tasker_domain::command::{Command, Ending, Report};
use tasker_domain::ids::StepId;
use tasker_domain::outcome::Done;
use tokio::time::sleep;

pub(super) use traces::Traces;

use super::fault::Fault;
use super::link::{LEAST, Link, committed};
use super::statement;
use crate::{StoreError, TurnOutput};

/// How long to wait before a transaction that is still under way is asked about again.
const PAUSE: Duration = Duration::from_millis(20);

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Committed,
    Undone,
}

impl Fate {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Fate::Committed => "took place",
            Fate::Undone => "did not take place",
        }
    }
}

/// A turn whose commit was not heard.
pub(super) struct Uncertain {
    traces: Traces,
    output: TurnOutput,
    fault: Fault,
}

impl Uncertain {
    pub(super) fn new(traces: Traces, output: TurnOutput, fault: Fault) -> Uncertain {
        Uncertain {
            traces,
            output,
            fault,
        }
    }

    pub(super) fn traces(&self) -> &Traces {
        &self.traces
    }

    /// What was heard instead.
    pub(super) fn into_fault(self) -> Fault {
        self.fault
    }

    pub(super) fn into_output(self) -> TurnOutput {
        self.output
    }

    /// Itself, where it took steps.
    pub(super) fn granted_only(self) -> Option<Uncertain> {
        (!self.granted().is_empty()).then_some(self)
    }

    /// Gives back the steps that it took.
    pub(super) fn returned(&self) -> Vec<Command> {
        let granted = self.granted().into_iter();
        granted
            .map(|(step, fence)| {
                Command::Report(Report {
                    step,
                    fence,
                    ending: Ending::Released,
                })
            })
            .collect()
    }

    fn granted(&self) -> Vec<(StepId, i64)> {
        let outcomes = self.output.outcomes.iter();
        let granted = outcomes.filter_map(|outcome| match outcome {
            Ok(Done::Granted(granted)) => Some(granted),
            _ => None,
        });
        granted
            .flat_map(|granted| granted.steps.iter().map(|step| (step.step, step.fence)))
            .collect()
    }
}

/// Asks the server how a transaction ended.
///
/// # Errors
/// [`StoreError`] where it can't be asked in time, or hasn't ended the transaction.
pub(super) fn of(link: &mut Link, traces: &Traces, until: Instant) -> Result<Fate, StoreError> {
    let until = until.max(Instant::now() + LEAST);
    let traces = serde_json::to_string(traces)
        .map_err(|error| StoreError::Database(format!("no question: {error}")))?;
    let mut absent = false;
    loop {
        let status: String = link.until(until, async |connection, profile| {
            committed(connection, profile, async |connection| {
                Ok(statement::TransactionStatus::new(&traces)
                    .get_result(connection)
                    .await?)
            })
            .await
        })?;
        match status.as_str() {
            "committed" => return Ok(Fate::Committed),
            "aborted" => return Ok(Fate::Undone),
            "in progress" if Instant::now() < until => {
                link.block_on(async { sleep(PAUSE).await });
            }
            "in progress" => {
                let place = link.profile().address.describe();
                return Err(StoreError::Unreachable {
                    why: format!("{place} hasn't ended a transaction whose commit it didn't hear"),
                });
            }
            // Where it was committed after the look at its rows, and before the one at its end, a second look finds them.
            _ if !std::mem::replace(&mut absent, true) => {}
            _ => return Ok(Fate::Undone),
        }
    }
}
