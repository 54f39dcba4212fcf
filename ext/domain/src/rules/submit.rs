//! Making tasks.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::command::Submission;
use crate::ids::{TaskId, TemplateId};
use crate::nearest::nearest;
use crate::outcome::{Done, Outcome, Submitted};
use crate::queue;
use crate::refusal::Refusal;
use crate::rows::{Json, StepRow, TaskDetails, TaskRow};
use crate::rules::readiness::gate;
use crate::rules::settle::settle;
use crate::schema::Violation;
use crate::state::{Gate, StepState, TaskState};
use crate::template::{StepSpec, Template};
use crate::working::{Edition, Working};

/// A submission that was checked and can be carried out.
struct Checked<'a> {
    submission: &'a Submission,
    template_id: TemplateId,
    template: Arc<Template>,
    context: Json,
    skipped: Vec<bool>,
}

/// Makes one task for each submission, or none at all.
///
/// # Errors
/// What is wrong with the first submission that can't be carried out.
pub fn submit(work: &mut Working, submissions: &[Submission]) -> Outcome {
    let checked = submissions
        .iter()
        .map(|s| check(work, s))
        .collect::<Result<Vec<_>, _>>()?;
    let passed_by = checked
        .iter()
        .any(|checked| !checked.skipped.contains(&false));
    if work.task_ids.len() < checked.len() {
        let message =
            "this database has no ids left for new tasks; go on with a new one".to_owned();
        return Err(Refusal::Unsupported { message });
    }
    let ids: Vec<_> = work.task_ids.drain(..checked.len()).collect();
    let mut made: Vec<_> = checked
        .into_iter()
        .zip(ids)
        .map(|(checked, id)| make(work, checked, id))
        .collect();
    if passed_by {
        // A task without a step to run is done already, and the answer says so.
        settle(work);
        for made in &mut made {
            made.state = work.task(made.task).map_or(made.state, |row| row.state);
        }
    }
    Ok(Done::Submitted(made))
}

/// The edition that a submission means: the version it names, else the newest; of one version the last stored.
pub fn edition<'a>(editions: &'a [Edition], version: Option<&str>) -> Option<&'a Edition> {
    editions
        .iter()
        .filter(|edition| version.is_none_or(|wanted| wanted == edition.version))
        .max_by(|a, b| compare_versions(&a.version, &b.version).then(a.id.cmp(&b.id)))
}

/// A part of a version; a word (`alpha`, `rc`) comes before any number.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Word(&'a str),
    Number(u64),
}

/// Orders versions by their numbers, then as text: 1.10.0 after 1.9.0, and 1.10.0-rc1 before 1.10.0.
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (parts(a), parts(b));
    let longest = left.len().max(right.len());
    for parts in [&mut left, &mut right] {
        parts.resize_with(longest, || Part::Number(0));
    }
    left.cmp(&right).then_with(|| a.cmp(b))
}

fn parts(version: &str) -> Vec<Part<'_>> {
    let mut rest = version.trim_start_matches(['v', 'V']);
    let mut parts = Vec::new();
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let same = |c: char| c.is_ascii_digit() == digits && c.is_alphanumeric();
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end.max(first.len_utf8()));
        if digits {
            parts.push(Part::Number(part.parse().unwrap_or(u64::MAX)));
        } else if first.is_alphanumeric() {
            parts.push(Part::Word(part));
        }
        rest = after;
    }
    parts
}

fn check<'a>(work: &Working, submission: &'a Submission) -> Result<Checked<'a>, Refusal> {
    let faults = submission.faults();
    if !faults.is_empty() {
        return Err(Refusal::invalid("the request", faults));
    }
    let key = (submission.namespace.clone(), submission.name.clone());
    let found = work
        .editions
        .get(&key)
        .and_then(|all| edition(all, submission.version.as_deref()));
    let Some(found) = found else {
        return Err(unknown_template(work, submission));
    };
    let Some(template) = work.templates.get(&found.id).cloned() else {
        return Err(unknown_template(work, submission));
    };
    let label = format!("{}/{}", template.namespace, template.name);
    if let Some((step, kind)) = template.unsupported_steps().first() {
        let message = format!(
            "template {label} can't run yet: step {step:?} is of type {}, and only steps of type standard run",
            kind.as_str()
        );
        return Err(Refusal::Unsupported { message });
    }
    let mut errors = Vec::new();
    let context = match template
        .input_schema
        .as_ref()
        .map(|schema| schema.check(&submission.context))
    {
        None | Some(Ok(None)) => Arc::from(submission.context.as_str()),
        Some(Ok(Some(filled))) => Arc::from(filled),
        Some(Err(violations)) => {
            errors.extend(violations);
            Arc::from("null")
        }
    };
    let skipped = bypass(&template, &submission.bypass_steps, &mut errors);
    if !errors.is_empty() {
        let listed: Vec<_> = errors.iter().map(describe).collect();
        let message = format!(
            "the request for {label} is not valid: {}",
            listed.join("; ")
        );
        return Err(Refusal::Validation { message, errors });
    }
    Ok(Checked {
        submission,
        template_id: found.id,
        template,
        context,
        skipped,
    })
}

fn describe(violation: &Violation) -> String {
    if violation.path.is_empty() {
        violation.message.clone()
    } else {
        format!("{}: {}", violation.path, violation.message)
    }
}

fn unknown_template(work: &Working, submission: &Submission) -> Refusal {
    let wanted = format!("{}/{}", submission.namespace, submission.name);
    let known = work.known_templates.iter().map(String::as_str);
    Refusal::TemplateNotFound {
        namespace: submission.namespace.clone(),
        name: submission.name.clone(),
        version: submission.version.clone(),
        nearest: nearest(&wanted, known).map(str::to_owned),
    }
}

fn bypass(template: &Template, names: &[String], errors: &mut Vec<Violation>) -> Vec<bool> {
    let mut skipped = vec![false; template.steps.len()];
    for name in names {
        let mut problem = |message: String| {
            errors.push(Violation {
                path: "bypass_steps".to_owned(),
                message,
            })
        };
        match template.position_of(name) {
            None => {
                let known = template.steps.iter().map(|step| step.name.as_str());
                let hint = nearest(name, known)
                    .map_or(String::new(), |near| format!("; did you mean {near:?}?"));
                problem(format!("unknown step {name:?}{hint}"));
            }
            Some(position) if !template.steps[usize::from(position)].skippable => {
                problem(format!(
                    "step {name:?} is not skippable; its template has to say so"
                ));
            }
            Some(position) => skipped[usize::from(position)] = true,
        }
    }
    skipped
}

/// Makes the task with this id, or finds the one that its key names.
fn make(work: &mut Working, checked: Checked<'_>, id: TaskId) -> Submitted {
    let Checked {
        submission,
        template_id,
        template,
        context,
        skipped,
    } = checked;
    if let Some(key) = &submission.idempotency_key {
        let known = (
            submission.namespace.clone(),
            submission.name.clone(),
            key.clone(),
        );
        if let Some(row) = work.keys.get(&known).and_then(|task| work.task(*task)) {
            let (task, template, step_count, state) =
                (row.id, row.template, row.step_count, row.state);
            return Submitted {
                task,
                template,
                step_count,
                state,
                created: false,
            };
        }
    }
    let now = work.now;
    let steps: Vec<StepRow> = template
        .steps
        .iter()
        .enumerate()
        .map(|(position, spec)| {
            new_step(
                work,
                submission,
                &template,
                id,
                position as u16,
                spec,
                &skipped,
            )
        })
        .collect();
    let woken: Vec<_> = steps
        .iter()
        .filter(|row| row.state == StepState::Ready && row.gate == Gate::Open)
        .map(|row| row.id)
        .collect();
    let step_count = steps.len() as u32;
    let done_steps = skipped.iter().filter(|skip| **skip).count() as u32;
    let begins = submission.run_at.map_or(now, |at| at.max(now));
    let row = TaskRow {
        id,
        template: template_id,
        state: TaskState::Pending,
        paused: false,
        priority: submission.priority,
        step_count,
        done_steps,
        failed_steps: 0,
        live_steps: step_count - done_steps,
        created_at: now,
        started_at: None,
        completed_at: None,
        deadline_at: template
            .max_duration_ms
            .map(|limit| begins.saturating_add(limit)),
    };
    let details = TaskDetails {
        id,
        context,
        run_at: submission.run_at,
        idempotency_key: submission.idempotency_key.clone(),
        initiator: submission.initiator.clone(),
        source_system: submission.source_system.clone(),
        reason: submission.reason.clone(),
        tags: submission.tags.clone(),
        correlation_id: submission.correlation_id.clone(),
    };
    work.add_task(row, details, steps);
    for step in woken {
        work.wake(step, None);
    }
    if let Some(key) = &submission.idempotency_key {
        work.take_key(&submission.namespace, &submission.name, key, id);
    }
    for (position, _) in skipped.iter().enumerate().filter(|(_, skip)| **skip) {
        let reason = Some("passed by as the request asked".to_owned());
        work.record_transition(
            id,
            Some(position as u16),
            StepState::Pending.as_str(),
            StepState::Skipped.as_str(),
            reason,
        );
    }
    work.tally.tasks_created += 1;
    Submitted {
        task: id,
        template: template_id,
        step_count,
        state: TaskState::Pending,
        created: true,
    }
}

fn new_step(
    work: &Working,
    submission: &Submission,
    template: &Template,
    task: TaskId,
    position: u16,
    spec: &StepSpec,
    skipped: &[bool],
) -> StepRow {
    let now = work.now;
    let open_parents = template
        .graph
        .parents(position)
        .iter()
        .filter(|parent| !skipped[usize::from(**parent)])
        .count() as u32;
    let ready_at = submission.run_at.map_or(now, |at| at.max(now));
    let (state, gate, ready_at, completed_at) = if skipped[usize::from(position)] {
        (StepState::Skipped, Gate::Open, None, Some(now))
    } else if open_parents == 0 {
        (
            StepState::Ready,
            gate(false, ready_at, now),
            Some(ready_at),
            None,
        )
    } else {
        (StepState::Pending, Gate::Open, None, None)
    };
    StepRow {
        id: task.step(position),
        state,
        gate,
        priority: submission.priority,
        pending_parents: open_parents,
        ready_at,
        attempts: 0,
        attempt_limit: work.rules.attempt_limit(template, spec),
        fence: 0,
        worker: None,
        started_at: None,
        deadline_at: None,
        completed_at,
        queue: queue::of(&template.namespace),
        queued_at: None,
    }
}
