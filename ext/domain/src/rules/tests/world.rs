//! A database of maps: what a store does around the rules, and nothing else.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fnv::FnvHashMap;
use serde_json::{Value, json};

use super::check;
use crate::command::{Action, Control, Ending, Failing, Report, Scope, Submission};
use crate::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use crate::outcome::{Done, Outcome, Submitted, Tally};
use crate::refusal::Refusal;
use crate::rows::{AttemptRow, Json, StepRow, TaskDetails, TaskRow, TransitionRow};
use crate::rules::{claim, control, readiness, report, settle, submit};
use crate::settings::Rules;
use crate::state::{Gate, StepState, TaskState};
use crate::template::Template;
use crate::working::{Edition, Working};

/// A step in the hands of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) step: StepId,
    pub(super) fence: i64,
}

/// Everything that would be stored.
pub(super) struct World {
    pub(super) now: Millis,
    pub(super) worker: WorkerId,
    pub(super) rules: Rules,
    pub(super) templates: FnvHashMap<TemplateId, Arc<Template>>,
    pub(super) tasks: BTreeMap<TaskId, TaskRow>,
    pub(super) details: BTreeMap<TaskId, TaskDetails>,
    pub(super) steps: BTreeMap<StepId, StepRow>,
    pub(super) results: BTreeMap<StepId, Json>,
    pub(super) attempts: Vec<AttemptRow>,
    pub(super) transitions: Vec<TransitionRow>,
    pub(super) keys: HashMap<(String, String, String), TaskId>,
    pub(super) tally: Tally,
    pub(super) seed: u64,
    next_task: i64,
}

impl World {
    pub(super) fn new() -> World {
        World::with(Rules::default())
    }

    pub(super) fn with(rules: Rules) -> World {
        World {
            now: 1_000_000,
            worker: WorkerId(1),
            rules,
            templates: FnvHashMap::default(),
            tasks: BTreeMap::new(),
            details: BTreeMap::new(),
            steps: BTreeMap::new(),
            results: BTreeMap::new(),
            attempts: Vec::new(),
            transitions: Vec::new(),
            keys: HashMap::new(),
            tally: Tally::default(),
            seed: 42,
            next_task: 1,
        }
    }

    /// Stores a template; its name is `flow` and its namespace `default` where it doesn't say.
    pub(super) fn register(&mut self, mut definition: Value) -> TemplateId {
        let object = definition.as_object_mut().expect("an object");
        object.entry("name").or_insert_with(|| json!("flow"));
        let template = Template::parse(&definition.to_string(), &self.rules.environment);
        let id = TemplateId(self.templates.len() as i64 + 1);
        self.templates
            .insert(id, Arc::new(template.expect("a template")));
        id
    }

    /// Registers a template and submits one task of it.
    pub(super) fn start(&mut self, definition: Value) -> TaskId {
        self.register(definition);
        self.submit(flow()).expect("a task").task
    }

    pub(super) fn submit(&mut self, submission: Submission) -> Result<Submitted, Refusal> {
        match self.turn(|work| submit::submit(work, &[submission]))? {
            Done::Submitted(mut made) => Ok(made.remove(0)),
            other => panic!("a submission came to {other:?}"),
        }
    }

    /// Carries out one turn: loads all there is, applies, settles, stores, and checks what holds always.
    pub(super) fn turn<T>(&mut self, act: impl FnOnce(&mut Working) -> T) -> T {
        let mut work = self.load();
        let value = act(&mut work);
        settle::settle(&mut work);
        self.store(work);
        value
    }

    pub(super) fn load(&self) -> Working {
        let rules = Arc::new(self.rules.clone());
        let mut work = Working::new(self.now, self.worker, rules, self.seed);
        work.task_ids = (self.next_task..self.next_task + 1_000)
            .map(TaskId)
            .collect();
        work.keys = self.keys.clone();
        work.templates = self.templates.clone();
        for (id, template) in &self.templates {
            let named = (template.namespace.clone(), template.name.clone());
            let (id, version) = (*id, template.version.clone());
            work.known_templates
                .push(format!("{}/{}", named.0, named.1));
            work.editions
                .entry(named)
                .or_default()
                .push(Edition { version, id });
        }
        for row in self.tasks.values() {
            work.load_task(row.clone());
            work.loaded_whole(row.id);
        }
        for row in self.steps.values() {
            work.load_step(row.clone());
        }
        work
    }

    fn store(&mut self, work: Working) {
        self.seed = self.seed.wrapping_add(1);
        self.next_task = work.task_ids.front().expect("an id is left").0;
        self.tally.add(&work.tally);
        let woken = work.woken.clone();
        let changes = work.into_changes();
        for (row, details) in changes.new_tasks {
            assert!(self.tasks.insert(row.id, row).is_none(), "a task id twice");
            self.details.insert(details.id, details);
        }
        for row in changes.new_steps {
            check::woken(None, &row, &self.tasks[&row.id.task()], &woken);
            assert!(self.steps.insert(row.id, row).is_none(), "a step id twice");
        }
        for (old, new) in changes.tasks {
            assert_eq!(self.tasks.insert(new.id, new), Some(old));
        }
        for (old, new) in changes.steps {
            check::woken(Some(&old), &new, &self.tasks[&new.id.task()], &woken);
            assert_eq!(self.steps.insert(new.id, new), Some(old));
        }
        for (step, result) in changes.results {
            assert!(
                self.results.insert(step, result).is_none(),
                "the result of step {step} was recorded twice"
            );
        }
        for (namespace, name, key, task) in changes.new_keys {
            let known = self.keys.insert((namespace, name, key), task);
            assert_eq!(known, None, "a key was taken twice");
        }
        self.attempts.extend(changes.attempts);
        self.transitions.extend(changes.transitions);
        check::everything(self);
    }

    /// Takes up to `want` steps of any task.
    pub(super) fn take(&mut self, want: u32) -> Vec<Held> {
        self.take_of(&Scope::Any, want)
    }

    pub(super) fn take_of(&mut self, scope: &Scope, want: u32) -> Vec<Held> {
        let all: Vec<_> = self.steps.keys().copied().collect();
        self.turn(|work| {
            let mut candidates = all;
            claim::sort(work, &mut candidates);
            claim::claim(work, &mut candidates, scope, want)
                .steps
                .into_iter()
                .map(|step| Held {
                    step,
                    fence: work.step(step).map_or(0, |row| row.fence),
                })
                .collect()
        })
    }

    /// Takes the one step that can be taken.
    pub(super) fn take_only(&mut self) -> Held {
        let taken = self.take(u32::MAX);
        assert_eq!(taken.len(), 1, "not one step can be taken: {taken:?}");
        taken[0]
    }

    pub(super) fn report(&mut self, held: Held, ending: Ending) -> Outcome {
        let report = Report {
            step: held.step,
            fence: held.fence,
            ending,
        };
        let before = self.load();
        let reach = report::reach(&before, &report);
        check::within_reach(&before, &report, &reach);
        self.turn(|work| report::report(work, &report))
    }

    /// Completes a held step with the result `1`.
    pub(super) fn complete(&mut self, held: Held) {
        self.report(held, Ending::Complete(Arc::from("1")))
            .expect("a completion");
    }

    pub(super) fn fail(&mut self, held: Held, failing: Failing) {
        self.report(held, Ending::Failed(failing))
            .expect("a failure");
    }

    /// Takes and completes steps until nothing more can be taken.
    pub(super) fn run(&mut self) {
        loop {
            let taken = self.take(1);
            let [held] = taken[..] else { return };
            self.complete(held);
        }
    }

    pub(super) fn control(&mut self, task: TaskId, action: Action) -> Outcome {
        let reason = Some("because".to_owned());
        self.turn(|work| {
            control::control(
                work,
                &Control {
                    task,
                    action,
                    reason,
                },
            )
        })
    }

    /// Moves the clock on and does what a tick does.
    pub(super) fn wait(&mut self, ms: Millis) {
        self.now += ms;
        let now = self.now;
        let rows = self.steps.values();
        let timed = rows.clone().filter(|row| row.gate == Gate::Timed);
        let timed: Vec<_> = timed.map(|row| row.id).collect();
        let overdue = rows.filter(|row| {
            row.state == StepState::InProgress && row.deadline_at.is_some_and(|at| at <= now)
        });
        let overdue: Vec<_> = overdue.map(|row| (row.id, row.fence)).collect();
        let tasks: Vec<_> = self.tasks.keys().copied().collect();
        self.turn(|work| {
            for (step, fence) in overdue {
                let ending = Ending::TimedOut;
                report::report(
                    work,
                    &Report {
                        step,
                        fence,
                        ending,
                    },
                )
                .expect("a timeout");
            }
            for step in timed {
                readiness::open_gate(work, step);
            }
            for task in tasks {
                control::expire(work, task);
            }
        });
    }

    pub(super) fn named(&self, task: TaskId, name: &str) -> StepId {
        let template = &self.templates[&self.tasks[&task].template];
        task.step(template.position_of(name).expect("a step of that name"))
    }

    pub(super) fn step(&self, task: TaskId, name: &str) -> &StepRow {
        &self.steps[&self.named(task, name)]
    }

    pub(super) fn state(&self, task: TaskId, name: &str) -> StepState {
        self.step(task, name).state
    }

    pub(super) fn task_state(&self, task: TaskId) -> TaskState {
        self.tasks[&task].state
    }

    /// What the last attempt that ended said.
    pub(super) fn last_error(&self) -> Value {
        let error = self.attempts.last().and_then(|row| row.error.clone());
        serde_json::from_str(&error.expect("an error")).expect("JSON")
    }
}

/// A submission of `default/flow`.
pub(super) fn flow() -> Submission {
    Submission {
        namespace: "default".to_owned(),
        name: "flow".to_owned(),
        context: "{}".to_owned(),
        ..Submission::default()
    }
}

/// A template of named steps with their parents.
pub(super) fn steps(named: &[(&str, &[&str])]) -> Value {
    let steps: Vec<_> = named
        .iter()
        .map(|(name, parents)| json!({"name": name, "handler": {"callable": "H"}, "dependencies": parents}))
        .collect();
    json!({ "steps": steps })
}

/// A template of one step with these keys.
pub(super) fn one(keys: Value) -> Value {
    let mut template = steps(&[("a", &[])]);
    let step = template["steps"][0].as_object_mut().expect("a step");
    step.extend(keys.as_object().expect("keys").clone());
    template
}

/// A failure as a handler's exception makes it.
pub(super) fn error(permanent: bool) -> Failing {
    Failing {
        error: Arc::from(r#"{"class":"E","message":"m"}"#),
        permanent,
        retry_after_ms: None,
    }
}
