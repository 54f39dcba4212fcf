//! What the end of an attempt does.

use std::sync::Arc;

use serde_json::json;

use crate::command::{Ending, Failing, Report};
use crate::ids::{Millis, StepId, TaskId};
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use crate::rows::{AttemptEnd, AttemptRow, Json, StepRow};
use crate::rules::readiness::{make_ready, release_children};
use crate::schema::Violation;
use crate::state::StepState;
use crate::working::Working;

/// As many ways in which a result breaks its schema as the message names; the error's context has them all.
const PROBLEMS_IN_A_MESSAGE: usize = 10;

/// What must be loaded, beside the step and its task, before a report is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing.
    Nothing,
    /// The children of the step.
    Children(Vec<StepId>),
    /// Every step of the task.
    Whole(TaskId),
}

/// What a report comes to, once it is held against the step.
enum Verdict {
    Complete(Json),
    Retry(Failing),
    Fail(Failing),
    Release,
}

/// A verdict, and whether the one who reports is told that he came too late.
struct Judgement {
    verdict: Verdict,
    late: bool,
}

/// What applying this report will touch.
pub fn reach(work: &Working, report: &Report) -> Reach {
    let step = report.step;
    match judge(work, report) {
        Err(_) => Reach::Nothing,
        Ok(judgement) => match judgement.verdict {
            Verdict::Retry(_) | Verdict::Release => Reach::Nothing,
            Verdict::Fail(_) => Reach::Whole(step.task()),
            Verdict::Complete(_) => {
                let children = work
                    .template_of(step.task())
                    .map_or_else(Vec::new, |template| {
                        template
                            .graph
                            .children(step.position())
                            .iter()
                            .map(|p| step.task().step(*p))
                            .collect()
                    });
                Reach::Children(children)
            }
        },
    }
}

/// Records how an attempt ended.
///
/// # Errors
/// [`Refusal::StaleLease`] when the step isn't held under the report's fence, or its deadline has passed: the
/// attempt is void then, and only its timeout is recorded.
pub fn report(work: &mut Working, report: &Report) -> Outcome {
    let judgement = judge(work, report)?;
    let step = report.step;
    match judgement.verdict {
        Verdict::Complete(result) => complete(work, step, result),
        Verdict::Retry(failing) => retry(work, step, failing),
        Verdict::Fail(failing) => fail(work, step, failing.error),
        Verdict::Release => release(work, step),
    }
    if judgement.late {
        return Err(Refusal::StaleLease { step_id: step.0 });
    }
    Ok(Done::Recorded)
}

/// Moves the deadline of a running attempt on by the step's timeout.
///
/// # Errors
/// [`Refusal::StaleLease`] when the attempt is void.
pub fn heartbeat(work: &mut Working, step: StepId, fence: i64) -> Outcome {
    let row = held_here(work, step, fence)?;
    if row.deadline_at.is_some_and(|deadline| deadline <= work.now) {
        return Err(Refusal::StaleLease { step_id: step.0 });
    }
    let deadline = work.now.saturating_add(timeout_ms(work, step));
    if let Some(row) = work.step_mut(step) {
        row.deadline_at = Some(deadline);
    }
    Ok(Done::Extended { deadline })
}

pub(crate) fn timeout_ms(work: &Working, step: StepId) -> i64 {
    work.template_of(step.task())
        .and_then(|template| {
            template
                .steps
                .get(usize::from(step.position()))
                .map(|spec| work.rules.timeout_ms(spec))
        })
        .unwrap_or(work.rules.step_timeout_ms)
}

fn held(work: &Working, step: StepId, fence: i64) -> Result<&StepRow, Refusal> {
    match work.step(step) {
        Some(row) if row.state == StepState::InProgress && row.fence == fence => Ok(row),
        _ => Err(Refusal::StaleLease { step_id: step.0 }),
    }
}

/// The step, if it is in the hands of the worker that speaks. A fence alone isn't enough for that: a database that lost its
/// last commits in a failover gives the same one a second time.
fn held_here(work: &Working, step: StepId, fence: i64) -> Result<&StepRow, Refusal> {
    held(work, step, fence).and_then(|row| match row.worker {
        Some(worker) if worker == work.worker => Ok(row),
        _ => Err(Refusal::StaleLease { step_id: step.0 }),
    })
}

fn judge(work: &Working, report: &Report) -> Result<Judgement, Refusal> {
    let row = match report.ending {
        // Anybody may notice these.
        Ending::TimedOut | Ending::Lapsed(_) => held(work, report.step, report.fence)?,
        Ending::Complete(_) | Ending::Failed(_) | Ending::Released => {
            held_here(work, report.step, report.fence)?
        }
    };
    let template = work
        .template_of(report.step.task())
        .ok_or(Refusal::StaleLease {
            step_id: report.step.0,
        })?;
    let spec = template
        .steps
        .get(usize::from(report.step.position()))
        .ok_or(Refusal::StaleLease {
            step_id: report.step.0,
        })?;
    let overdue = row.deadline_at.is_some_and(|deadline| deadline <= work.now);
    let failing = match &report.ending {
        Ending::TimedOut if !overdue => {
            return Err(Refusal::StaleLease {
                step_id: report.step.0,
            });
        }
        Ending::Lapsed(why) => lapsed(row, why),
        _ if overdue => timed_out(row, work.now),
        Ending::TimedOut => timed_out(row, work.now),
        Ending::Released => {
            return Ok(Judgement {
                verdict: Verdict::Release,
                late: false,
            });
        }
        Ending::Failed(failing) => failing.clone(),
        Ending::Complete(result) => {
            match spec
                .result_schema
                .as_ref()
                .map(|schema| schema.check(result))
            {
                None | Some(Ok(_)) => {
                    return Ok(Judgement {
                        verdict: Verdict::Complete(result.clone()),
                        late: false,
                    });
                }
                Some(Err(violations)) => {
                    let errors: Vec<_> = violations
                        .iter()
                        .map(|v| json!({"path": v.path, "message": v.message}))
                        .collect();
                    let listed: Vec<_> = violations
                        .iter()
                        .take(PROBLEMS_IN_A_MESSAGE)
                        .map(Violation::to_string)
                        .collect();
                    let message = format!(
                        "the result doesn't match the step's result_schema: {}",
                        listed.join("; ")
                    );
                    failure(
                        "TaskerCore::ValidationError",
                        &message,
                        json!({ "errors": errors }),
                        true,
                    )
                }
            }
        }
    };
    let late = overdue && !matches!(report.ending, Ending::TimedOut | Ending::Lapsed(_));
    let again = !failing.permanent && spec.retry.retryable && row.attempts < row.attempt_limit;
    let verdict = if again {
        Verdict::Retry(failing)
    } else {
        Verdict::Fail(failing)
    };
    Ok(Judgement { verdict, late })
}

fn timed_out(row: &StepRow, now: Millis) -> Failing {
    let allowed = row
        .deadline_at
        .zip(row.started_at)
        .map_or(0, |(deadline, started)| deadline - started);
    let message = format!(
        "attempt {} went past its deadline, {} ms after it began",
        row.attempts, allowed
    );
    let context = json!({"deadline_at": row.deadline_at, "noticed_at": now});
    failure("TaskerCore::StepTimeout", &message, context, false)
}

fn lapsed(row: &StepRow, why: &str) -> Failing {
    let message = format!("attempt {} lost its worker: {why}", row.attempts);
    Failing {
        retry_after_ms: Some(0),
        ..failure("TaskerCore::WorkerLost", &message, json!({}), false)
    }
}

pub(crate) fn failure(
    class: &str,
    message: &str,
    context: serde_json::Value,
    permanent: bool,
) -> Failing {
    let error = json!({
        "class": class, "message": message, "error_code": null, "context": context, "backtrace": [],
        "permanent": permanent,
    });
    Failing {
        error: Arc::from(error.to_string()),
        permanent,
        retry_after_ms: None,
    }
}

fn complete(work: &mut Working, step: StepId, result: Json) {
    end_attempt(work, step, AttemptEnd::Complete, None);
    finish(work, step, StepState::Complete);
    work.tally.steps_completed += 1;
    work.record_result(step, result);
    if let Some(task) = work.task_mut(step.task()) {
        task.done_steps += 1;
        task.live_steps = task.live_steps.saturating_sub(1);
    }
    release_children(work, step);
}

fn retry(work: &mut Working, step: StepId, failing: Failing) {
    let unit = work.random_unit();
    let attempts = work.step(step).map_or(1, |row| row.attempts);
    let wait = work
        .template_of(step.task())
        .and_then(|template| {
            let spec = template.steps.get(usize::from(step.position()))?;
            Some(spec.retry.wait_ms(attempts, unit, failing.retry_after_ms))
        })
        .unwrap_or(0);
    end_attempt(work, step, AttemptEnd::Retry, Some(failing.error));
    make_ready(work, step, work.now.saturating_add(wait));
    work.tally.steps_retried += 1;
}

pub(crate) fn fail(work: &mut Working, step: StepId, error: Json) {
    end_attempt(work, step, AttemptEnd::Error, Some(error));
    finish(work, step, StepState::Error);
    work.tally.steps_failed += 1;
    work.recount.insert(step.task());
    work.touched.insert(step.task());
}

fn release(work: &mut Working, step: StepId) {
    end_attempt(work, step, AttemptEnd::Released, None);
    if let Some(row) = work.step_mut(step) {
        row.attempts = row.attempts.saturating_sub(1);
    }
    make_ready(work, step, work.now);
}

/// Writes the attempt that the step is in to the history.
pub(crate) fn end_attempt(work: &mut Working, step: StepId, end: AttemptEnd, error: Option<Json>) {
    let Some(row) = work.step(step) else { return };
    let attempt = AttemptRow {
        step,
        fence: row.fence,
        attempt: row.attempts,
        worker: row.worker,
        ready_at: row.ready_at,
        started_at: row.started_at,
        ended_at: work.now,
        end,
        error,
    };
    work.record_attempt(attempt);
}

/// Puts a step into a terminal state.
pub(crate) fn finish(work: &mut Working, step: StepId, state: StepState) {
    let now = work.now;
    if let Some(row) = work.step_mut(step) {
        row.state = state;
        row.deadline_at = None;
        row.completed_at = Some(now);
    }
}
