//! What an exchange answers, as Ruby Arrays: `[task, refused, tasks, steps]`.
//!
//! The steps in it are given back by [`Grant`]'s drop until [`answer`] has built the last object of it.

use rutie::rubysys::types::Value;
use tasker_coordinator::{Grant, GrantedStep, GrantedTask, RefusedReport, TaskLine};

use crate::{
    answers::{answered, array, boolean, integer, maybe_integer, maybe_text, nil, push, text},
    stop::Stop,
};

/// The answer of an exchange; the steps in it are the caller's from here on.
pub fn answer(mut grant: Grant) -> Result<Value, Stop> {
    let answer = answered(|| build(&grant))?;
    grant.taken();
    Ok(answer)
}

fn build(grant: &Grant) -> Value {
    let parts = array(4);
    match &grant.task {
        Some(line) => task(parts, line),
        None => push(parts, nil()),
    }
    refused(parts, &grant.refused);
    let tasks = array(grant.tasks.len());
    push(parts, tasks);
    for granted in &grant.tasks {
        granted_task(tasks, granted);
    }
    let steps = array(grant.steps.len());
    push(parts, steps);
    for granted in &grant.steps {
        granted_step(steps, granted);
    }
    parts
}

fn task(parts: Value, line: &TaskLine) {
    let fields = array(9);
    push(parts, fields);
    push(fields, text(line.state));
    push(fields, maybe_integer(line.next_run_at));
    push(fields, integer(i64::from(line.held_here)));
    push(fields, integer(i64::from(line.held_elsewhere)));
    push(fields, integer(i64::from(line.claimable)));
    push(fields, integer(i64::from(line.step_count)));
    push(fields, integer(i64::from(line.completed_steps)));
    push(fields, integer(i64::from(line.failed_steps)));
    push(fields, boolean(line.paused));
}

fn refused(parts: Value, reports: &[RefusedReport]) {
    if reports.is_empty() {
        return push(parts, nil());
    }
    let refused = array(reports.len());
    push(parts, refused);
    for report in reports {
        let fields = array(3);
        push(refused, fields);
        push(fields, integer(report.index as i64));
        push(fields, text(report.kind));
        push(fields, text(&report.message));
    }
}

fn granted_task(tasks: Value, granted: &GrantedTask) {
    let fields = array(3);
    push(tasks, fields);
    push(fields, integer(granted.task_id));
    push(fields, integer(granted.template_id));
    push(fields, text(&granted.context));
}

fn granted_step(steps: Value, granted: &GrantedStep) {
    let fields = array(8);
    push(steps, fields);
    push(fields, integer(granted.step_id));
    push(fields, integer(granted.fence));
    push(fields, integer(i64::from(granted.attempt)));
    push(fields, integer(i64::from(granted.max_attempts)));
    push(fields, integer(granted.task as i64));
    push(fields, integer(i64::from(granted.position)));
    push(fields, maybe_integer(granted.deadline_ms));
    let parents = array(granted.parents.len().wrapping_mul(2));
    push(fields, parents);
    for (position, result) in &granted.parents {
        push(parents, integer(i64::from(*position)));
        push(parents, maybe_text(result.as_deref()));
    }
}
