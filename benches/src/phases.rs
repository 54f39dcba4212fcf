//! The workload of the gate: always the same, step for step, at the same times of an invented clock.

use tasker_domain::command::Scope;
use tasker_domain::ids::TaskId;
use tasker_domain::outcome::{Done, Outcome};
use tasker_store::view::Question;
use tasker_store::{Store, StoreError};

use crate::shapes::{fan, linear};
use crate::worker::Worker;

/// A part of the workload that has figures of its own.
pub struct Phase {
    /// What the figures are filed under.
    pub name: &'static str,
    /// What has to be there before.
    prepare: fn(&mut Workload) -> Result<(), StoreError>,
    /// How many steps it made, ran, or told of.
    measured: fn(&mut Workload) -> Result<usize, StoreError>,
    /// How many it has to be.
    steps: usize,
}

/// In the order in which they follow each other.
pub const PHASES: [Phase; 5] = [
    Phase {
        name: "submit",
        prepare: Workload::warm_up,
        measured: Workload::submit,
        steps: SUBMITS * TASKS * LENGTH,
    },
    Phase {
        name: "batch",
        prepare: |_| Ok(()),
        measured: Workload::run_all,
        steps: SUBMITS * TASKS * LENGTH,
    },
    Phase {
        name: "context",
        prepare: |_| Ok(()),
        measured: Workload::ask,
        steps: CONTEXTS * LENGTH,
    },
    Phase {
        name: "alone",
        prepare: |_| Ok(()),
        measured: Workload::one_after_another,
        steps: ALONE * LENGTH,
    },
    Phase {
        name: "fan",
        prepare: Workload::prepare_fans,
        measured: Workload::run_all,
        steps: FANS * FAN,
    },
];

const LENGTH: usize = 5;
const TASKS: usize = 20;
const SUBMITS: usize = 10;
const CONTEXTS: usize = 100;
const ALONE: usize = 40;
const FAN: usize = 102;
const FANS: usize = 5;
const BATCH: u32 = 50;

/// What the phases work on, one after the other.
pub struct Workload {
    worker: Worker,
    /// The task that was submitted last.
    newest: TaskId,
}

impl Phase {
    /// Makes what has to be there.
    ///
    /// # Errors
    /// What the database says.
    pub fn prepare(&self, workload: &mut Workload) -> Result<(), StoreError> {
        (self.prepare)(workload)
    }

    /// Does what is measured; how many steps it made, ran, or told of. A profiler counts from its entry to its end: so it is
    /// a function that is there under its own name, and nothing else goes through it.
    ///
    /// # Errors
    /// What the database says, or how many steps it were when it weren't as many as they have to be.
    #[inline(never)]
    pub fn measure_phase(&self, workload: &mut Workload) -> Result<usize, StoreError> {
        let steps = (self.measured)(workload)?;
        if steps == self.steps {
            return Ok(steps);
        }
        let (name, wanted) = (self.name, self.steps);
        Err(StoreError::Database(format!(
            "phase {name} ran {steps} steps, not {wanted}"
        )))
    }
}

impl Workload {
    /// Enrolls its one worker.
    ///
    /// # Errors
    /// What the database says.
    pub fn new(store: Box<dyn Store>) -> Result<Workload, StoreError> {
        let worker = Worker::new(store)?;
        let newest = TaskId(0);
        Ok(Workload { worker, newest })
    }

    /// Has everything done that is done only once: statements are prepared, templates read.
    fn warm_up(&mut self) -> Result<(), StoreError> {
        self.worker.register(&linear(LENGTH))?;
        self.submit_tasks(TASKS)?;
        self.run_all()?;
        self.one_task()?;
        self.tell_of_newest().map(drop)
    }

    /// Tasks of five steps in a line, twenty a turn.
    fn submit(&mut self) -> Result<usize, StoreError> {
        for _ in 0..SUBMITS {
            self.submit_tasks(TASKS)?;
        }
        Ok(SUBMITS * TASKS * LENGTH)
    }

    /// Runs what there is, fifty results and fifty claims a turn.
    fn run_all(&mut self) -> Result<usize, StoreError> {
        let mut steps = 0;
        loop {
            match self.worker.exchange(BATCH)? {
                0 => return Ok(steps),
                taken => steps += taken,
            }
        }
    }

    /// Asks for everything about a finished task of five steps.
    fn ask(&mut self) -> Result<usize, StoreError> {
        let mut steps = 0;
        for _ in 0..CONTEXTS {
            steps += self.tell_of_newest()?;
        }
        Ok(steps)
    }

    /// Tasks of five steps in a line one after the other, a result and a claim a turn.
    fn one_after_another(&mut self) -> Result<usize, StoreError> {
        let mut steps = 0;
        for _ in 0..ALONE {
            steps += self.one_task()?;
        }
        Ok(steps)
    }

    /// Tasks of one step, then a hundred side by side, then one.
    fn prepare_fans(&mut self) -> Result<(), StoreError> {
        self.worker.register(&fan(FAN))?;
        self.submit_tasks(FANS)
    }

    fn submit_tasks(&mut self, count: usize) -> Result<(), StoreError> {
        let outcomes = self.worker.submit(count)?;
        match outcomes.as_slice() {
            [Ok(Done::Submitted(tasks))] if tasks.len() == count => {
                self.newest = tasks.last().map_or(self.newest, |made| made.task);
                Ok(())
            }
            other => Err(unexpected(other)),
        }
    }

    fn one_task(&mut self) -> Result<usize, StoreError> {
        self.submit_tasks(1)?;
        let mut steps = 0;
        while self.worker.exchange_of(Scope::Task(self.newest), 1)? > 0 {
            steps += 1;
        }
        Ok(steps)
    }

    /// The steps of the newest task whose end its context tells.
    fn tell_of_newest(&mut self) -> Result<usize, StoreError> {
        let question = Question::Context(self.newest);
        let text = self.worker.store().reader().answer(&question)?;
        Ok(text.matches(r#""result":{"ok":true}"#).count())
    }
}

fn unexpected(outcomes: &[Outcome]) -> StoreError {
    StoreError::Database(format!("the tasks weren't made: {outcomes:?}"))
}
