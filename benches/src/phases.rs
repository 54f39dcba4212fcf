//! The workload of the gate: always the same, step for step, at the same time of an invented clock.
//!
//! Each phase is a function that is called once and never inlined: callgrind collects between its entry and its end.

use tasker_domain::command::Scope;
use tasker_domain::ids::TaskId;
use tasker_domain::outcome::{Done, Outcome};
use tasker_store::StoreError;

use crate::shapes::{fan, linear};
use crate::worker::Worker;

/// The name of a phase, what has to be there before it, what is measured, and for how many steps.
pub struct Phase {
    /// What the figures are filed under.
    pub name: &'static str,
    /// The steps that it makes, or runs.
    pub steps: usize,
    /// Not measured.
    pub prepare: fn(&mut Worker) -> Result<(), StoreError>,
    /// Measured: how many steps it made or ran.
    pub measured: fn(&mut Worker) -> Result<usize, StoreError>,
}

/// In the order in which they follow each other.
pub const PHASES: [Phase; 4] = [
    Phase {
        name: "submit",
        steps: SUBMITS * TASKS * LENGTH,
        prepare: |worker| {
            worker.register(&linear(LENGTH))?;
            warm_up(worker)
        },
        measured: measured_submit,
    },
    Phase {
        name: "batch",
        steps: SUBMITS * TASKS * LENGTH,
        prepare: |_| Ok(()),
        measured: measured_batch,
    },
    Phase {
        name: "alone",
        steps: ALONE * LENGTH,
        prepare: |_| Ok(()),
        measured: measured_alone,
    },
    Phase {
        name: "fan",
        steps: FANS * FAN,
        prepare: |worker| {
            worker.register(&fan(FAN))?;
            worker.submit(FANS).map(drop)
        },
        measured: measured_fan,
    },
];

const LENGTH: usize = 5;
const TASKS: usize = 20;
const SUBMITS: usize = 10;
const ALONE: usize = 40;
const FAN: usize = 102;
const FANS: usize = 5;
const BATCH: u32 = 50;

/// Has everything done once that is done only once: statements are prepared, templates read.
fn warm_up(worker: &mut Worker) -> Result<(), StoreError> {
    worker.submit(TASKS)?;
    until_done(worker, BATCH)?;
    one_task(worker).map(drop)
}

/// Submits tasks of five steps in a line, twenty a turn.
#[inline(never)]
fn measured_submit(worker: &mut Worker) -> Result<usize, StoreError> {
    for _ in 0..SUBMITS {
        worker.submit(TASKS)?;
    }
    Ok(SUBMITS * TASKS * LENGTH)
}

/// Runs them, fifty results and fifty claims a turn.
#[inline(never)]
fn measured_batch(worker: &mut Worker) -> Result<usize, StoreError> {
    until_done(worker, BATCH)
}

/// Submits and runs tasks of five steps one after another, a result and a claim of the task a turn.
#[inline(never)]
fn measured_alone(worker: &mut Worker) -> Result<usize, StoreError> {
    (0..ALONE).map(|_| one_task(worker)).sum()
}

/// Runs tasks of one step, then a hundred, then one.
#[inline(never)]
fn measured_fan(worker: &mut Worker) -> Result<usize, StoreError> {
    until_done(worker, BATCH)
}

fn until_done(worker: &mut Worker, want: u32) -> Result<usize, StoreError> {
    let mut steps = 0;
    loop {
        match worker.exchange(want)? {
            0 => return Ok(steps),
            taken => steps += taken,
        }
    }
}

fn one_task(worker: &mut Worker) -> Result<usize, StoreError> {
    let mut steps = 0;
    if let Some(task) = only_task(&worker.submit(1)?) {
        while worker.exchange_of(Scope::Task(task), 1)? > 0 {
            steps += 1;
        }
    }
    Ok(steps)
}

fn only_task(outcomes: &[Outcome]) -> Option<TaskId> {
    match outcomes {
        [Ok(Done::Submitted(tasks))] => tasks.first().map(|submitted| submitted.task),
        _ => None,
    }
}
