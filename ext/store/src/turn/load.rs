//! Loading the rows that a turn's commands reach.

use std::collections::BTreeSet;
use std::sync::Arc;

use tasker_domain::command::{Action, Claim, Command, Report, Scope, Submission};
use tasker_domain::ids::{StepId, TaskId};
use tasker_domain::rows::TaskRow;
use tasker_domain::rules::report::Reach;
use tasker_domain::rules::{report, submit};
use tasker_domain::template::Template;
use tasker_domain::working::Working;

use super::brought::due_reports;
use crate::StoreError;
use crate::tx::{Due, Found, TemplateCache, Tx};

/// Loads everything that the commands reach, in as few calls as there are kinds of rows.
pub(super) fn load<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    work: &mut Working,
    commands: &[Command],
    brought: &Option<Due>,
) -> Found<()> {
    let mut steps = BTreeSet::new();
    let mut tasks = BTreeSet::new();
    let mut whole = BTreeSet::new();
    let mut submitted = 0;
    for command in commands {
        match command {
            Command::Report(Report { step, .. }) | Command::Heartbeat { step, .. } => {
                steps.insert(*step);
            }
            Command::Control(order) => {
                tasks.insert(order.task);
                match order.action {
                    Action::Cancel
                    | Action::Pause
                    | Action::Resume
                    | Action::Retry { .. }
                    | Action::Resolve { .. } => whole.insert(order.task),
                };
            }
            Command::Claim(Claim {
                scope: Scope::Task(task),
                ..
            }) => {
                tasks.insert(*task);
            }
            Command::Submit(submissions) => {
                submitted += submissions.len();
                load_submissions(tx, work, submissions)?;
            }
            Command::Claim(Claim {
                scope: Scope::Any | Scope::Namespaces(_),
                ..
            })
            | Command::Register(_)
            | Command::Tick
            | Command::Panic => {}
        }
    }
    if submitted > 0 {
        let count = u32::try_from(submitted).unwrap_or(u32::MAX);
        work.task_ids.extend(tx.task_ids(count)?);
    }
    if let Some(due) = brought {
        steps.extend(&due.timed);
        steps.extend(due.overdue.iter().map(|(step, _)| *step));
        steps.extend(due.orphaned.iter().map(|(step, _, _)| *step));
        tasks.extend(&due.tasks);
        whole.extend(&due.tasks);
    }
    tasks.extend(steps.iter().map(|step| step.task()));
    tasks.extend(work.keys.values());
    tasks.retain(|task| task.is_possible());
    load_tasks(tx, cache, work, tasks)?;
    load_steps(tx, work, steps)?;

    let mut children = BTreeSet::new();
    for report in commands
        .iter()
        .filter_map(as_report)
        .chain(due_reports(brought).iter())
    {
        match report::reach(work, report) {
            Reach::Nothing => {}
            Reach::Children(ids) => children.extend(ids),
            Reach::Whole(task) => {
                whole.insert(task);
            }
        }
    }
    children.retain(|step| !whole.contains(&step.task()) && work.step(*step).is_none());
    load_steps(tx, work, children)?;
    for task in whole {
        if work.task(task).is_some() {
            for row in tx.steps_of(task)? {
                work.load_step(row);
            }
            work.loaded_whole(task);
        }
    }
    Ok(())
}

fn as_report(command: &Command) -> Option<&Report> {
    match command {
        Command::Report(report) => Some(report),
        Command::Register(_)
        | Command::Submit(_)
        | Command::Claim(_)
        | Command::Heartbeat { .. }
        | Command::Control(_)
        | Command::Tick
        | Command::Panic => None,
    }
}

fn load_submissions<T: Tx>(
    tx: &mut T,
    work: &mut Working,
    submissions: &[Submission],
) -> Found<()> {
    let mut wanted_keys = Vec::new();
    // The rules refuse what can't be kept; a database couldn't even be asked for it.
    let keepable = submissions.iter().filter(|asked| asked.faults().is_empty());
    for submission in keepable {
        let named = (submission.namespace.clone(), submission.name.clone());
        if !work.editions.contains_key(&named) {
            let editions = tx.editions(&submission.namespace, &submission.name)?;
            if submit::edition(&editions, submission.version.as_deref()).is_none()
                && work.known_templates.is_empty()
            {
                work.known_templates = tx.template_names()?;
            }
            work.editions.insert(named, editions);
        }
        if let Some(key) = &submission.idempotency_key {
            wanted_keys.push((
                submission.namespace.clone(),
                submission.name.clone(),
                key.clone(),
            ));
        }
    }
    if !wanted_keys.is_empty() {
        work.keys.extend(tx.keys(&wanted_keys)?);
    }
    Ok(())
}

fn load_steps<T: Tx>(tx: &mut T, work: &mut Working, ids: BTreeSet<StepId>) -> Found<()> {
    if !ids.is_empty() {
        let ids: Vec<_> = ids.into_iter().collect();
        for row in tx.steps(&ids)? {
            work.load_step(row);
        }
    }
    Ok(())
}

/// Loads tasks, and every template that they or this turn's submissions need.
fn load_tasks<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    work: &mut Working,
    ids: BTreeSet<TaskId>,
) -> Found<()> {
    let missing = missing(work, ids);
    let rows = if missing.is_empty() {
        Vec::new()
    } else {
        tx.tasks(&missing)?
    };
    take_in(tx, cache, work, rows)
}

/// Loads the tasks of steps that may be taken, as far as they are free, and their templates.
pub(super) fn load_tasks_to_claim<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    work: &mut Working,
    ids: BTreeSet<TaskId>,
) -> Found<()> {
    let missing = missing(work, ids);
    if missing.is_empty() {
        return Ok(());
    }
    let rows = tx.tasks_to_claim(&missing)?;
    take_in(tx, cache, work, rows)
}

fn missing(work: &Working, ids: BTreeSet<TaskId>) -> Vec<TaskId> {
    let missing = ids.into_iter().filter(|id| work.task(*id).is_none());
    missing.collect()
}

fn take_in<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    work: &mut Working,
    rows: Vec<TaskRow>,
) -> Found<()> {
    let mut templates = BTreeSet::new();
    for row in rows {
        templates.insert(row.template);
        work.load_task(row);
    }
    templates.extend(work.editions.values().flatten().map(|edition| edition.id));
    let unknown: Vec<_> = templates
        .iter()
        .copied()
        .filter(|id| !cache.contains_key(id))
        .collect();
    if !unknown.is_empty() {
        for (id, definition) in tx.definitions(&unknown)? {
            let template = Template::parse(&definition, &work.rules.environment)
                .map_err(|refusal| StoreError::Corrupt(format!("template {id}: {refusal}")))?;
            cache.insert(id, Arc::new(template));
        }
    }
    for id in templates {
        if let Some(template) = cache.get(&id) {
            work.templates.insert(id, Arc::clone(template));
        }
    }
    Ok(())
}
