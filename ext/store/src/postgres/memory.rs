//! What is known of tasks that run, and never changes: which template they follow, their payload, the results of their
//! complete steps. So the next step of a task is handed out without a look at what was read for the one before.
//!
//! It is filled only with what is committed, and forgets a task that is over. It holds so many bytes at most: what wasn't
//! asked for while half of them were filled anew is dropped.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tasker_domain::ids::{StepId, TaskId, TemplateId};
use tasker_domain::outcome::{Done, Outcome};
use tasker_domain::rows::Json;
use tasker_domain::working::Changes;

/// The most that is kept in each half, in bytes.
const HALF: usize = 4 << 20;

/// What an entry, or a result in it, takes beside its texts; about.
const FRAME: usize = 96;

/// A longer text is read again rather than kept: a few of them would drive out all others.
const LONGEST: usize = 64 << 10;

/// What the stores of one coordinator know together.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Halves>>);

#[derive(Default)]
struct Halves {
    young: HashMap<TaskId, Known>,
    old: HashMap<TaskId, Known>,
    /// Bytes in the young half.
    filled: usize,
    /// How often everything was forgotten.
    age: u64,
}

struct Known {
    template: TemplateId,
    context: Option<Json>,
    results: BTreeMap<u16, Json>,
    bytes: usize,
}

/// A look into the memory.
pub(super) struct Recall<'a>(MutexGuard<'a, Halves>);

/// What a turn that wrote something has brought to know, once it is committed.
#[derive(Default)]
pub(super) struct Learned {
    results: Vec<(StepId, Json)>,
    over: Vec<TaskId>,
}

impl Memory {
    /// A look into it; nobody else looks meanwhile.
    pub(super) fn recall(&self) -> Recall<'_> {
        Recall(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets everything: it isn't certain that the next connection leads to the same state of the same database.
    pub(super) fn forget(&self) {
        let mut halves = self.recall();
        let age = halves.0.age + 1;
        *halves.0 = Halves {
            age,
            ..Halves::default()
        };
    }

    /// Takes in what a committed turn has handed out and learned. What was begun before all was forgotten is left out.
    pub(super) fn learn(&self, age: u64, outcomes: &[Outcome], learned: Learned) {
        let mut halves = self.recall();
        if halves.0.age != age {
            return;
        }
        for outcome in outcomes {
            let Ok(Done::Granted(granted)) = outcome else {
                continue;
            };
            for given in &granted.tasks {
                halves
                    .0
                    .handed_out(given.task, given.template, &given.context);
            }
        }
        for (step, result) in learned.results {
            halves.0.result(step, result);
        }
        for task in learned.over {
            halves.0.drop_task(task);
        }
    }
}

impl Recall<'_> {
    /// How often everything was forgotten before now.
    pub(super) fn age(&self) -> u64 {
        self.0.age
    }

    pub(super) fn template_of(&self, task: TaskId) -> Option<TemplateId> {
        self.0.known(task).map(|known| known.template)
    }

    pub(super) fn context_of(&mut self, task: TaskId) -> Option<Json> {
        self.0.refreshed(task)?.context.clone()
    }

    pub(super) fn result_of(&self, step: StepId) -> Option<Json> {
        let known = self.0.known(step.task())?;
        known.results.get(&step.position()).cloned()
    }
}

impl Learned {
    /// Of what a turn writes.
    pub(super) fn from(changes: &Changes) -> Learned {
        let over = changes
            .tasks
            .iter()
            .filter(|(_, task)| !task.state.is_live())
            .map(|(_, task)| task.id);
        let results = changes.results.iter();
        Learned {
            over: over.collect(),
            results: results
                .filter(|(_, result)| result.len() <= LONGEST)
                .cloned()
                .collect(),
        }
    }
}

impl Halves {
    fn known(&self, task: TaskId) -> Option<&Known> {
        self.young.get(&task).or_else(|| self.old.get(&task))
    }

    /// The entry, in the young half.
    fn refreshed(&mut self, task: TaskId) -> Option<&mut Known> {
        if let Some(known) = self.old.remove(&task) {
            self.insert(task, known);
        }
        self.young.get_mut(&task)
    }

    fn insert(&mut self, task: TaskId, known: Known) {
        self.make_room(known.bytes);
        self.filled += known.bytes;
        self.young.insert(task, known);
    }

    fn make_room(&mut self, bytes: usize) {
        if self.filled + bytes > HALF {
            self.old = std::mem::take(&mut self.young);
            self.filled = 0;
        }
    }

    fn handed_out(&mut self, task: TaskId, template: TemplateId, context: &Json) {
        if self.refreshed(task).is_none() {
            let context = (context.len() <= LONGEST).then(|| Arc::clone(context));
            let bytes = FRAME + context.as_ref().map_or(0, |text| text.len());
            let known = Known {
                template,
                context,
                results: BTreeMap::new(),
                bytes,
            };
            self.insert(task, known);
        }
    }

    fn result(&mut self, step: StepId, result: Json) {
        let bytes = FRAME + result.len();
        // Of a task that nothing was handed out of here, nothing is asked here either, mostly.
        if self.known(step.task()).is_none() {
            return;
        }
        self.make_room(bytes);
        if let Some(known) = self.refreshed(step.task()) {
            known.results.insert(step.position(), result);
            known.bytes += bytes;
            self.filled += bytes;
        }
    }

    fn drop_task(&mut self, task: TaskId) {
        if let Some(known) = self.young.remove(&task) {
            self.filled = self.filled.saturating_sub(known.bytes);
        }
        self.old.remove(&task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tasker_domain::outcome::{Granted, GrantedTask};

    fn granted(task: i64, context: &str) -> Outcome {
        Ok(Done::Granted(Granted {
            tasks: vec![GrantedTask {
                task: TaskId(task),
                template: TemplateId(7),
                context: Arc::from(context),
            }],
            ..Granted::default()
        }))
    }

    #[test]
    fn it_knows_what_was_handed_out_until_the_task_is_over() {
        let memory = Memory::default();
        memory.learn(0, &[granted(1, "{}")], Learned::default());
        let learned = Learned {
            results: vec![
                (TaskId(1).step(3), Arc::from("4")),
                (TaskId(2).step(0), Arc::from("5")),
            ],
            over: vec![],
        };
        memory.learn(0, &[], learned);
        let mut recall = memory.recall();
        assert_eq!(recall.template_of(TaskId(1)), Some(TemplateId(7)));
        assert_eq!(recall.context_of(TaskId(1)).as_deref(), Some("{}"));
        assert_eq!(recall.result_of(TaskId(1).step(3)).as_deref(), Some("4"));
        assert_eq!(recall.result_of(TaskId(1).step(2)), None);
        assert_eq!(recall.result_of(TaskId(2).step(0)), None);
        drop(recall);
        let learned = Learned {
            results: vec![],
            over: vec![TaskId(1)],
        };
        memory.learn(0, &[], learned);
        assert_eq!(memory.recall().template_of(TaskId(1)), None);
    }

    #[test]
    fn what_was_begun_before_all_was_forgotten_is_not_learned() {
        let memory = Memory::default();
        let age = memory.recall().age();
        memory.forget();
        memory.learn(age, &[granted(1, "{}")], Learned::default());
        assert_eq!(memory.recall().template_of(TaskId(1)), None);
        let age = memory.recall().age();
        memory.learn(age, &[granted(1, "{}")], Learned::default());
        assert!(memory.recall().template_of(TaskId(1)).is_some());
    }

    #[test]
    fn it_holds_so_many_bytes_and_keeps_what_is_asked_for() {
        let memory = Memory::default();
        let text = "x".repeat(LONGEST);
        memory.learn(0, &[granted(1, &text)], Learned::default());
        for task in 2..1_000 {
            memory.learn(0, &[granted(task, &text)], Learned::default());
            assert!(memory.recall().context_of(TaskId(1)).is_some());
            let halves = memory.recall();
            let held = halves.0.young.values().chain(halves.0.old.values());
            let bytes: usize = held.map(|known| known.bytes).sum();
            assert!(bytes <= 2 * HALF, "{bytes}");
        }
        assert_eq!(memory.recall().template_of(TaskId(2)), None);
        let longer = "x".repeat(LONGEST + 1);
        memory.learn(0, &[granted(2_000, &longer)], Learned::default());
        assert_eq!(memory.recall().context_of(TaskId(2_000)), None);
        assert!(memory.recall().template_of(TaskId(2_000)).is_some());
    }
}
