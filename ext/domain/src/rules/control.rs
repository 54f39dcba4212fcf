//! What people do to tasks by hand, and what a task's own deadline does. All of it needs the whole task.

use crate::command::{Action, Control};
use crate::ids::{StepId, TaskId};
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use crate::rows::{AttemptEnd, Json, TaskRow};
use crate::rules::readiness::{gate, make_ready, release_children};
use crate::rules::report::{end_attempt, fail, failure, finish};
use crate::rules::settle::move_task;
use crate::state::{Gate, StepState, TaskState};
use crate::working::Working;

/// Does what was asked to a task.
///
/// # Errors
/// [`Refusal::TaskNotFound`], [`Refusal::StepNotFound`], [`Refusal::InvalidTransition`] where the task or the step is
/// in no state for it, or [`Refusal::Validation`] where what was said of it can't be kept.
pub fn control(work: &mut Working, control: &Control) -> Outcome {
    let faults = control.faults();
    if !faults.is_empty() {
        return Err(Refusal::invalid("the request", faults));
    }
    let task = work.known_task(control.task)?;
    let reason = control.reason.clone();
    match &control.action {
        Action::Cancel => cancel(work, &task, reason),
        Action::Pause => pause(work, &task, true, reason),
        Action::Resume => pause(work, &task, false, reason),
        Action::Retry { step } => retry(work, &task, step, reason),
        Action::Resolve { step, result, by } => {
            let why = match (by, reason) {
                (Some(by), Some(reason)) => Some(format!("{by}: {reason}")),
                (Some(by), None) => Some(format!("by {by}")),
                (None, reason) => reason,
            };
            resolve(work, &task, step, result.clone(), why)
        }
    }
}

fn controlled(work: &Working, task: TaskId, step: Option<StepId>) -> Outcome {
    let row = work.known_task(task)?;
    let step = step.and_then(|id| work.step(id)).map(|row| row.state);
    Ok(Done::Controlled {
        task: row.state,
        paused: row.paused,
        step,
    })
}

fn cancel(work: &mut Working, task: &TaskRow, reason: Option<String>) -> Outcome {
    match task.state {
        TaskState::Cancelled => return controlled(work, task.id, None),
        TaskState::Complete | TaskState::ResolvedManually => {
            let message = format!(
                "task {} is in state {} and can't be cancelled any more",
                task.id, task.state
            );
            return Err(Refusal::InvalidTransition { message });
        }
        TaskState::Pending | TaskState::InProgress | TaskState::Error => {}
    }
    for step in work.step_ids(task.id) {
        let Some(row) = work.step(step) else { continue };
        let from = row.state;
        if from.is_terminal() {
            continue;
        }
        if from == StepState::InProgress {
            void(work, step);
        }
        finish(work, step, StepState::Cancelled);
        work.record_transition(
            task.id,
            Some(step.position()),
            from.as_str(),
            StepState::Cancelled.as_str(),
            reason.clone(),
        );
    }
    if let Some(row) = work.task_mut(task.id) {
        row.live_steps = 0;
    }
    move_task(work, task.id, TaskState::Cancelled, reason);
    controlled(work, task.id, None)
}

/// Ends an attempt from outside: what its worker reports later is refused.
fn void(work: &mut Working, step: StepId) {
    end_attempt(work, step, AttemptEnd::Voided, None);
    if let Some(row) = work.step_mut(step) {
        row.fence += 1;
        row.deadline_at = None;
    }
}

fn pause(work: &mut Working, task: &TaskRow, paused: bool, reason: Option<String>) -> Outcome {
    if !task.state.is_live() {
        let word = if paused { "paused" } else { "resumed" };
        let message = format!(
            "task {} is in state {} and can't be {word}",
            task.id, task.state
        );
        return Err(Refusal::InvalidTransition { message });
    }
    if task.paused == paused {
        return controlled(work, task.id, None);
    }
    if let Some(row) = work.task_mut(task.id) {
        row.paused = paused;
    }
    let now = work.now;
    for step in work.step_ids(task.id) {
        let Some(row) = work.step_mut(step) else {
            continue;
        };
        if row.state != StepState::Ready {
            continue;
        }
        row.gate = gate(paused, row.ready_at.unwrap_or(now), now);
        if row.gate == Gate::Open {
            work.wake(step, None);
        }
    }
    let word = if paused { "paused" } else { "resumed" };
    let reason = Some(reason.map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}")));
    work.record_transition(
        task.id,
        None,
        task.state.as_str(),
        task.state.as_str(),
        reason,
    );
    controlled(work, task.id, None)
}

fn named(work: &Working, task: &TaskRow, name: &str) -> Result<StepId, Refusal> {
    let template = work.templates.get(&task.template);
    template
        .and_then(|template| template.position_of(name))
        .map(|position| task.id.step(position))
        .ok_or_else(|| {
            let known = template.map_or_else(Vec::new, |t| {
                t.steps.iter().map(|step| step.name.clone()).collect()
            });
            Refusal::StepNotFound {
                task_id: task.id.0,
                step: name.to_owned(),
                known,
            }
        })
}

fn retry(work: &mut Working, task: &TaskRow, name: &str, reason: Option<String>) -> Outcome {
    let step = named(work, task, name)?;
    let row = work
        .step(step)
        .cloned()
        .ok_or(Refusal::TaskNotFound(task.id.0))?;
    let refused = |what: String| Err(Refusal::InvalidTransition { message: what });
    if task.state == TaskState::Cancelled {
        return refused(format!(
            "task {} is cancelled: its steps can't be retried; submit it anew",
            task.id
        ));
    }
    match (row.state, row.gate) {
        (StepState::Error, _) => {
            let extra = attempts_of(work, task, step);
            if let Some(row) = work.step_mut(step) {
                row.attempt_limit = row.attempts.saturating_add(extra);
            }
            make_ready(work, step, work.now);
            record_by_hand(
                work,
                step,
                StepState::Error,
                StepState::Ready,
                "retried",
                reason,
            );
            reopen(work, task, &format!("step {name} is retried by hand"));
        }
        (StepState::Ready, Gate::Timed) => {
            make_ready(work, step, work.now);
            record_by_hand(
                work,
                step,
                StepState::Ready,
                StepState::Ready,
                "its wait was cut short",
                reason,
            );
        }
        (StepState::Ready, Gate::Open | Gate::Paused) => {}
        (state, _) => {
            return refused(format!(
                "step {name:?} of task {} is in state {state}; only a step in error, or one that waits for its retry, can be retried",
                task.id
            ));
        }
    }
    controlled(work, task.id, Some(step))
}

fn attempts_of(work: &Working, task: &TaskRow, step: StepId) -> u32 {
    work.templates
        .get(&task.template)
        .and_then(|template| {
            let spec = template.steps.get(usize::from(step.position()))?;
            Some(work.rules.attempt_limit(template, spec))
        })
        .unwrap_or(1)
}

fn resolve(
    work: &mut Working,
    task: &TaskRow,
    name: &str,
    result: Json,
    reason: Option<String>,
) -> Outcome {
    let step = named(work, task, name)?;
    let row = work
        .step(step)
        .cloned()
        .ok_or(Refusal::TaskNotFound(task.id.0))?;
    if task.state == TaskState::Cancelled {
        let message = format!(
            "task {} is cancelled: its steps can't be resolved; submit it anew",
            task.id
        );
        return Err(Refusal::InvalidTransition { message });
    }
    if row.state.is_done() || row.state == StepState::Cancelled {
        let message = format!(
            "step {name:?} of task {} is in state {}; only a step that isn't finished, or is in error, can be resolved by hand",
            task.id, row.state
        );
        return Err(Refusal::InvalidTransition { message });
    }
    check_result(work, step, name, &result)?;
    if row.state == StepState::InProgress {
        void(work, step);
    }
    finish(work, step, StepState::ResolvedManually);
    work.record_result(step, result);
    record_by_hand(
        work,
        step,
        row.state,
        StepState::ResolvedManually,
        "resolved by hand",
        reason,
    );
    release_children(work, step);
    work.by_hand.insert(task.id);
    reopen(work, task, &format!("step {name} was resolved by hand"));
    controlled_after_settling(work, task.id, step)
}

/// A result given by hand has to be one that the step could have returned: its children rely on it.
fn check_result(work: &Working, step: StepId, name: &str, result: &str) -> Result<(), Refusal> {
    let template = work.template_of(step.task());
    let spec = template
        .as_ref()
        .and_then(|template| template.steps.get(usize::from(step.position())));
    let checked = spec
        .and_then(|spec| spec.result_schema.as_ref())
        .map(|schema| schema.check(result));
    match checked {
        Some(Err(violations)) => Err(Refusal::invalid(
            &format!("the result for step {name:?}"),
            violations,
        )),
        None | Some(Ok(_)) => Ok(()),
    }
}

/// The answer names the state that settling is about to give the task.
fn controlled_after_settling(work: &mut Working, task: TaskId, step: StepId) -> Outcome {
    super::settle::settle(work);
    controlled(work, task, Some(step))
}

fn record_by_hand(
    work: &mut Working,
    step: StepId,
    from: StepState,
    to: StepState,
    what: &str,
    reason: Option<String>,
) {
    let reason = Some(reason.map_or_else(|| what.to_owned(), |reason| format!("{what}: {reason}")));
    work.record_transition(
        step.task(),
        Some(step.position()),
        from.as_str(),
        to.as_str(),
        reason,
    );
}

/// Takes a failed task up again and counts anew what may run.
fn reopen(work: &mut Working, task: &TaskRow, reason: &str) {
    work.recount.insert(task.id);
    work.touched.insert(task.id);
    if task.state != TaskState::Error {
        return;
    }
    let now = work.now;
    let limit = work
        .templates
        .get(&task.template)
        .and_then(|template| template.max_duration_ms);
    if let (Some(limit), Some(row)) = (limit, work.task_mut(task.id)) {
        row.deadline_at = Some(now.saturating_add(limit));
    }
    move_task(
        work,
        task.id,
        TaskState::InProgress,
        Some(reason.to_owned()),
    );
}

/// Fails what is left of a task whose `max_duration_minutes` are over: its steps that run or could run.
pub fn expire(work: &mut Working, task: TaskId) {
    let Some(row) = work.task(task) else { return };
    let overdue = row.deadline_at.is_some_and(|deadline| deadline <= work.now);
    if !overdue || !row.state.is_live() {
        return;
    }
    let error = failure(
        "TaskerCore::TaskTimeout",
        "the task went past its max_duration_minutes",
        serde_json::json!({"deadline_at": row.deadline_at}),
        true,
    )
    .error;
    for step in work.step_ids(task) {
        let Some(state) = work.step(step).map(|row| row.state) else {
            continue;
        };
        match state {
            StepState::InProgress => fail(work, step, error.clone()),
            StepState::Ready => {
                if let Some(row) = work.step_mut(step) {
                    // A fence of its own, so that the failure has a row in the history beside earlier attempts.
                    row.fence += 1;
                    row.started_at = None;
                }
                fail(work, step, error.clone());
            }
            StepState::Pending
            | StepState::Complete
            | StepState::Error
            | StepState::Cancelled
            | StepState::ResolvedManually
            | StepState::Skipped => {}
        }
    }
    if let Some(row) = work.task_mut(task) {
        row.deadline_at = None;
    }
}
