//! What holds after every turn, whatever happened in it.

use std::collections::HashMap;

use super::world::World;
use crate::command::Report;
use crate::history;
use crate::ids::StepId;
use crate::queue;
use crate::rows::{StepRow, TaskRow, TransitionRow};
use crate::rules::report::{Reach, report};
use crate::rules::settle;
use crate::state::{Gate, StepState, TaskState};
use crate::template::Template;
use crate::working::Working;

/// A step that can be taken now and couldn't before is among the woken: a claim of the same turn finds it.
pub(super) fn woken(old: Option<&StepRow>, new: &StepRow, task: &TaskRow, woken: &[StepId]) {
    let open = |row: &StepRow| row.state == StepState::Ready && row.gate == Gate::Open;
    if open(new) && !old.is_some_and(open) && !task.paused && task.state.is_live() {
        assert!(woken.contains(&new.id), "{new:?} was not woken");
    }
}

/// A report touches its step and what it said that it reaches.
pub(super) fn within_reach(before: &Working, given: &Report, reach: &Reach) {
    let mut work = Working::new(before.now, before.worker, before.rules.clone(), 7);
    work.templates = before.templates.clone();
    let task = given.step.task();
    let mut loaded = vec![given.step];
    match reach {
        Reach::Nothing => {}
        Reach::Children(children) => loaded.extend(children),
        Reach::Whole(task) => loaded.extend(before.step_ids(*task)),
    }
    work.load_task(before.task(task).expect("a task").clone());
    for id in loaded {
        work.load_step(before.step(id).expect("a step").clone());
    }
    let mut whole = Working::new(before.now, before.worker, before.rules.clone(), 7);
    whole.templates = before.templates.clone();
    whole.load_task(before.task(task).expect("a task").clone());
    for id in before.step_ids(task) {
        whole.load_step(before.step(id).expect("a step").clone());
    }
    let outcomes = [&mut work, &mut whole].map(|work| {
        let outcome = report(work, given);
        settle::settle(work);
        outcome.map_err(|refusal| refusal.to_string()).is_ok()
    });
    assert_eq!(outcomes[0], outcomes[1]);
    let (narrow, wide) = (work.into_changes(), whole.into_changes());
    assert_eq!(narrow.steps, wide.steps, "{given:?} reached {reach:?}");
    assert_eq!(narrow.tasks, wide.tasks, "{given:?} reached {reach:?}");
}

/// Every row is one that could stand in the database, and every count is true.
pub(super) fn everything(world: &World) {
    for task in world.tasks.values() {
        let template = &world.templates[&task.template];
        let rows: Vec<_> = (0..task.step_count)
            .map(|position| &world.steps[&task.id.step(position as u16)])
            .collect();
        assert_eq!(rows.len(), template.steps.len());
        for row in &rows {
            step(row, &rows, template);
        }
        whole(task, &rows, template);
        history_of(world, task, template);
    }
    let mut ended: Vec<_> = world.attempts.iter().map(|a| (a.step, a.fence)).collect();
    ended.sort_unstable();
    let count = ended.len();
    ended.dedup();
    assert_eq!(ended.len(), count, "an attempt ended twice");
}

fn step(row: &StepRow, rows: &[&StepRow], template: &Template) {
    let parents = template.graph.parents(row.id.position());
    let open = parents
        .iter()
        .filter(|parent| !rows[usize::from(**parent)].state.is_done())
        .count();
    assert!(row.attempts <= row.attempt_limit, "{row:?}");
    assert_eq!(row.queue, queue::of(&template.namespace), "{row:?}");
    if row.state == StepState::Ready && row.gate == Gate::Open {
        let earliest = row.ready_at.map(|at| at - queue::HEAD_START_MS);
        assert!(row.queued_at >= earliest, "{row:?} has no place");
    }
    match row.state {
        StepState::Ready | StepState::InProgress | StepState::Complete => {
            assert_eq!(open, 0, "{row:?} goes before its parents");
            assert_eq!(row.pending_parents, 0, "{row:?}");
            assert!(row.ready_at.is_some(), "{row:?}");
        }
        StepState::Pending => {
            assert_eq!(row.pending_parents as usize, open, "{row:?}");
            assert!(open > 0, "{row:?} waits for nobody");
        }
        StepState::Error
        | StepState::Cancelled
        | StepState::ResolvedManually
        | StepState::Skipped => {}
    }
    assert_eq!(
        row.completed_at.is_some(),
        row.state.is_terminal(),
        "{row:?}"
    );
    if row.state == StepState::InProgress {
        assert!(
            row.worker.is_some() && row.started_at.is_some() && row.deadline_at.is_some(),
            "{row:?}"
        );
    } else {
        assert_eq!(row.deadline_at, None, "{row:?}");
    }
}

fn whole(task: &TaskRow, rows: &[&StepRow], template: &Template) {
    let done = rows.iter().filter(|row| row.state.is_done()).count();
    let failed = rows
        .iter()
        .filter(|row| row.state == StepState::Error)
        .count();
    let live = live(rows, template);
    assert_eq!(task.done_steps as usize, done, "{task:?}");
    assert_eq!(task.failed_steps as usize, failed, "{task:?}");
    assert_eq!(task.live_steps as usize, live, "{task:?}");
    assert_eq!(task.state.is_live(), live > 0, "{task:?}");
    assert_eq!(
        task.completed_at.is_some(),
        !task.state.is_live(),
        "{task:?}"
    );
    match task.state {
        TaskState::Complete | TaskState::ResolvedManually => assert_eq!(done, rows.len()),
        TaskState::Error => assert!(failed > 0 && done < rows.len(), "{task:?}"),
        TaskState::Pending | TaskState::InProgress | TaskState::Cancelled => {}
    }
}

/// The history tells every transition: each begins where the one before it ended, up to the state that is stored.
fn history_of(world: &World, task: &TaskRow, template: &Template) {
    let (first, last) = task.id.step_range();
    let steps: Vec<_> = world
        .steps
        .range(first..=last)
        .map(|(_, row)| row.clone())
        .collect();
    let mut attempts: Vec<_> = world
        .attempts
        .iter()
        .filter(|row| row.step.task() == task.id)
        .cloned()
        .collect();
    attempts.sort_by_key(|row| (row.step, row.fence));
    let own = |row: &&TransitionRow| row.task == task.id;
    let transitions: Vec<_> = world.transitions.iter().filter(own).cloned().collect();
    let order = template.graph.topological();
    let place = |position| order.iter().position(|p| *p == position).expect("a place");
    let told = history::tell(task, &steps, &attempts, &transitions, place, |_| None);
    let mut states = HashMap::new();
    let mut at = 0;
    for entry in &told {
        let before = states.insert(entry.position, entry.to).unwrap_or("pending");
        assert_eq!(before, entry.from, "a gap before {entry:?} in {told:#?}");
        assert!(at <= entry.at && entry.at <= world.now, "{told:#?}");
        at = entry.at;
    }
    let told_of = |position| states.get(&position).copied().unwrap_or("pending");
    assert_eq!(told_of(None), task.state.as_str());
    for row in &steps {
        let position = row.id.position();
        assert_eq!(told_of(Some(position)), row.state.as_str(), "{told:#?}");
    }
    let begun = told
        .iter()
        .filter(|entry| entry.to == "in_progress" && entry.position.is_some());
    let fences: i64 = steps.iter().map(|row| row.fence).sum();
    assert!(begun.count() as i64 <= fences);
}

/// Steps that may still run, counted from the failed ones downwards.
fn live(rows: &[&StepRow], template: &Template) -> usize {
    let mut blocked = vec![false; rows.len()];
    let mut open: Vec<u16> = template
        .graph
        .positions()
        .filter(|position| rows[usize::from(*position)].state.blocks())
        .collect();
    while let Some(position) = open.pop() {
        for &child in template.graph.children(position) {
            let index = usize::from(child);
            if !rows[index].state.is_done() && !std::mem::replace(&mut blocked[index], true) {
                open.push(child);
            }
        }
    }
    let lives =
        |row: &&&StepRow| !row.state.is_terminal() && !blocked[usize::from(row.id.position())];
    rows.iter().filter(lives).count()
}
