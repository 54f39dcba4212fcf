//! A caller whose orders go into a turn.

use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use serde_json::json;
use tasker_domain::command::{Action, Claim, Command, Control, Ending, Failing, Report};
use tasker_domain::ids::StepId;

use super::parked::Parked;
use crate::calls::Render;
use crate::envelope::{Answer, Caller};
use crate::failure::Failure;

/// How long a claim waits at most; one that wants to wait longer asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Orders of one caller, and what the caller is to be told.
pub(crate) struct Pending {
    pub(crate) commands: Vec<Command>,
    pub(crate) asks: Asks,
}

/// The way back to a caller who may have gone.
pub(crate) struct WayBack {
    pub(crate) reply: Sender<Answer>,
    pub(crate) caller: Caller,
}

/// Who waits for the outcome, and in which form.
pub(crate) enum Asks {
    /// A call.
    Order {
        render: Render,
        reply: Sender<Answer>,
    },
    /// Reports, then a claim.
    Exchange {
        claim: Claim,
        until: Option<Instant>,
        back: WayBack,
    },
    /// A claim that was parked before.
    Parked(Parked),
    /// Nobody: steps that nobody took are given back.
    Returned(Vec<(StepId, i64)>),
    /// Nobody: the coordinator itself.
    Nobody,
}

impl Pending {
    pub(crate) fn order(commands: Vec<Command>, render: Render, reply: Sender<Answer>) -> Pending {
        Pending {
            commands,
            asks: Asks::Order { render, reply },
        }
    }

    pub(crate) fn exchange(
        reports: Vec<Report>,
        claim: Claim,
        park: Duration,
        limit: usize,
        back: WayBack,
    ) -> Pending {
        let mut commands: Vec<Command> = reports
            .into_iter()
            .map(|report| Command::Report(within(report, limit)))
            .collect();
        commands.push(Command::Claim(claim.clone()));
        let until = (!park.is_zero()).then(|| Instant::now() + park.min(LONGEST_WAIT));
        Pending {
            commands,
            asks: Asks::Exchange { claim, until, back },
        }
    }

    /// As a claim that is parked, where it brings no reports, may wait, and would find nothing.
    pub(crate) fn park_where(
        self,
        is_empty: impl FnOnce(&Claim) -> bool,
    ) -> Result<Parked, Pending> {
        match self {
            Pending {
                commands,
                asks:
                    Asks::Exchange {
                        claim,
                        until: Some(until),
                        back,
                    },
            } if commands.len() == 1 && is_empty(&claim) => Ok(Parked {
                claim,
                until,
                refused: Vec::new(),
                back,
            }),
            other => Err(other),
        }
    }

    /// Takes the wish for steps from an exchange whose caller is gone; its reports still count.
    pub(crate) fn want_nothing_for_nobody(&mut self) {
        if let Asks::Exchange { back, claim, .. } = &mut self.asks
            && back.caller.is_gone()
        {
            claim.want = 0;
            self.commands.pop();
            self.commands.push(Command::Claim(claim.clone()));
        }
    }

    /// Steps that nobody took.
    pub(crate) fn returned(steps: Vec<(StepId, i64)>) -> Pending {
        let commands = steps
            .iter()
            .map(|&(step, fence)| {
                Command::Report(Report {
                    step,
                    fence,
                    ending: Ending::Released,
                })
            })
            .collect();
        Pending {
            commands,
            asks: Asks::Returned(steps),
        }
    }

    pub(crate) fn internal(commands: Vec<Command>) -> Pending {
        Pending {
            commands,
            asks: Asks::Nobody,
        }
    }

    /// A parked claim that is tried again.
    pub(crate) fn parked(parked: Parked) -> Pending {
        Pending {
            commands: vec![Command::Claim(parked.claim.clone())],
            asks: Asks::Parked(parked),
        }
    }

    /// Whether these orders can make steps claimable.
    pub(crate) fn stirs(&self) -> bool {
        self.commands.iter().any(|command| match command {
            Command::Submit(_) | Command::Report(_) | Command::Control(_) | Command::Tick => true,
            Command::Register(_)
            | Command::Claim(_)
            | Command::Heartbeat { .. }
            | Command::Panic => false,
        })
    }
}

/// Refuses payloads that are too large.
pub(crate) fn limit_payloads(commands: &[Command], limit: usize) -> Result<(), Failure> {
    let check = |path: &str, bytes: usize| {
        if bytes <= limit {
            return Ok(());
        }
        let message = format!("{path} is {bytes} bytes of JSON; max_payload_bytes allows {limit}");
        Err(Failure::validation(path, message))
    };
    for command in commands {
        match command {
            Command::Submit(submissions) => {
                for submission in submissions {
                    check("payload", submission.context.len())?;
                }
            }
            Command::Control(Control {
                action: Action::Resolve { result, .. },
                ..
            }) => {
                check("result", result.len())?;
            }
            Command::Register(_)
            | Command::Report(_)
            | Command::Claim(_)
            | Command::Heartbeat { .. }
            | Command::Control(_)
            | Command::Tick
            | Command::Panic => {}
        }
    }
    Ok(())
}

/// A result that can't be kept fails its step for good: trying again would bring the same.
fn within(report: Report, limit: usize) -> Report {
    let Ending::Complete(result) = &report.ending else {
        return report;
    };
    let Some(message) = unfit(result, limit) else {
        return report;
    };
    let error = json!({
        "class": "TaskerCore::ValidationError", "message": message, "error_code": null, "context": {},
        "backtrace": [], "permanent": true,
    });
    let failing = Failing {
        error: error.to_string().into(),
        permanent: true,
        retry_after_ms: None,
    };
    Report {
        ending: Ending::Failed(failing),
        ..report
    }
}

/// Why a result can't be kept. Ruby has checked it before; whoever reads it back relies on it.
fn unfit(result: &str, limit: usize) -> Option<String> {
    if result.len() > limit {
        let bytes = result.len();
        return Some(format!(
            "the result is {bytes} bytes of JSON; max_payload_bytes allows {limit}"
        ));
    }
    let checked = serde_json::from_str::<serde::de::IgnoredAny>(result);
    checked
        .err()
        .map(|error| format!("the result is not JSON: {error}"))
}
