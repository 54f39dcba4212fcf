//! The rows that one turn works on: as they were stored, and as the rules have changed them.
//!
//! The store loads rows before the rules run, and writes [`Changes`] after. What isn't loaded can't be
//! changed, so each rule says in advance what it reaches.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use fnv::{FnvHashMap, FnvHashSet};

use crate::ids::{Millis, StepId, TaskId, TemplateId, WorkerId};
use crate::outcome::Tally;
use crate::queue;
use crate::refusal::Refusal;
use crate::rows::{AttemptRow, Json, StepRow, TaskDetails, TaskRow, TransitionRow};
use crate::settings::Rules;
use crate::state::{Gate, StepState, TaskState};
use crate::template::Template;

/// A row as stored (none: made in this turn) and as it is now.
#[derive(Clone, Debug)]
struct Entry<R> {
    stored: Option<R>,
    now: R,
}

/// One version of a template that submissions may name.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The version's name.
    pub version: String,
    /// Its stored text; later texts of one version have greater ids.
    pub id: TemplateId,
}

/// The working set of one turn.
pub struct Working {
    /// The time of the turn.
    pub now: Millis,
    /// The coordinator whose turn it is.
    pub worker: WorkerId,
    /// The settings.
    pub rules: Arc<Rules>,
    /// Templates by id: every task that is loaded has its own here.
    pub templates: FnvHashMap<TemplateId, Arc<Template>>,
    /// The versions of each template that submissions of this turn name.
    pub editions: HashMap<(String, String), Vec<Edition>>,
    /// `namespace/name` of all templates, for the hint of an error; loaded when a name isn't known.
    pub known_templates: Vec<String>,
    /// Tasks found by (namespace, name, idempotency key).
    pub keys: HashMap<(String, String, String), TaskId>,
    /// Ids reserved for the tasks that this turn makes.
    pub task_ids: VecDeque<TaskId>,
    /// Steps that became claimable in this turn.
    pub woken: Vec<StepId>,
    /// What happened, in numbers.
    pub tally: Tally,
    tasks: FnvHashMap<TaskId, Entry<TaskRow>>,
    steps: FnvHashMap<StepId, Entry<StepRow>>,
    whole: FnvHashSet<TaskId>,
    details: FnvHashMap<TaskId, TaskDetails>,
    new_keys: Vec<(String, String, String, TaskId)>,
    results: FnvHashMap<StepId, Json>,
    attempts: Vec<AttemptRow>,
    transitions: Vec<TransitionRow>,
    pub(crate) touched: BTreeSet<TaskId>,
    pub(crate) recount: FnvHashSet<TaskId>,
    pub(crate) by_hand: FnvHashSet<TaskId>,
    /// How many steps of a task became claimable in this turn.
    burst: FnvHashMap<TaskId, u32>,
    random: u64,
}

/// What a turn has to write.
#[derive(Debug, Default)]
pub struct Changes {
    /// Tasks made, with what is written once.
    pub new_tasks: Vec<(TaskRow, TaskDetails)>,
    /// Steps made.
    pub new_steps: Vec<StepRow>,
    /// Idempotency keys taken: namespace, name, key, task.
    pub new_keys: Vec<(String, String, String, TaskId)>,
    /// Tasks changed: as they must be stored now, and as they become.
    pub tasks: Vec<(TaskRow, TaskRow)>,
    /// Steps changed: as they must be stored now, and as they become.
    pub steps: Vec<(StepRow, StepRow)>,
    /// Results recorded.
    pub results: Vec<(StepId, Json)>,
    /// Attempts ended.
    pub attempts: Vec<AttemptRow>,
    /// Transitions that no attempt tells of.
    pub transitions: Vec<TransitionRow>,
    /// The next time at which something falls due by what changed.
    pub next_due: Option<Millis>,
}

impl Working {
    /// An empty set for a turn at `now`; `seed` feeds the jitter of backoffs.
    pub fn new(now: Millis, worker: WorkerId, rules: Arc<Rules>, seed: u64) -> Working {
        Working {
            now,
            worker,
            rules,
            templates: FnvHashMap::default(),
            editions: HashMap::new(),
            known_templates: Vec::new(),
            keys: HashMap::new(),
            task_ids: VecDeque::new(),
            woken: Vec::new(),
            tally: Tally::default(),
            tasks: FnvHashMap::default(),
            steps: FnvHashMap::default(),
            whole: FnvHashSet::default(),
            details: FnvHashMap::default(),
            new_keys: Vec::new(),
            results: FnvHashMap::default(),
            attempts: Vec::new(),
            transitions: Vec::new(),
            touched: BTreeSet::new(),
            recount: FnvHashSet::default(),
            by_hand: FnvHashSet::default(),
            burst: FnvHashMap::default(),
            random: seed,
        }
    }

    /// Takes in a stored task; one that is here already stays as it is.
    pub fn load_task(&mut self, row: TaskRow) {
        self.tasks.entry(row.id).or_insert_with(|| Entry {
            stored: Some(row.clone()),
            now: row,
        });
    }

    /// Takes in a stored step; one that is here already stays as it is.
    pub fn load_step(&mut self, row: StepRow) {
        self.steps.entry(row.id).or_insert_with(|| Entry {
            stored: Some(row.clone()),
            now: row,
        });
    }

    /// Says that every step of the task has been loaded.
    pub fn loaded_whole(&mut self, task: TaskId) {
        self.whole.insert(task);
    }

    /// Whether every step of the task is here.
    pub fn has_whole(&self, task: TaskId) -> bool {
        self.whole.contains(&task)
    }

    /// The task as it is now.
    pub fn task(&self, id: TaskId) -> Option<&TaskRow> {
        self.tasks.get(&id).map(|entry| &entry.now)
    }

    /// The step as it is now.
    pub fn step(&self, id: StepId) -> Option<&StepRow> {
        self.steps.get(&id).map(|entry| &entry.now)
    }

    /// The template that the task runs, where both are loaded.
    pub fn template_of(&self, task: TaskId) -> Option<Arc<Template>> {
        self.templates.get(&self.task(task)?.template).cloned()
    }

    /// The result that this turn recorded for the step.
    pub fn result(&self, step: StepId) -> Option<&Json> {
        self.results.get(&step)
    }

    /// The payload of a task made in this turn.
    pub fn context(&self, task: TaskId) -> Option<&Json> {
        self.details.get(&task).map(|details| &details.context)
    }

    /// The task, or the refusal that its id deserves.
    pub(crate) fn known_task(&self, id: TaskId) -> Result<TaskRow, Refusal> {
        self.task(id).cloned().ok_or(Refusal::TaskNotFound(id.0))
    }

    pub(crate) fn task_mut(&mut self, id: TaskId) -> Option<&mut TaskRow> {
        self.touched.insert(id);
        self.tasks.get_mut(&id).map(|entry| &mut entry.now)
    }

    pub(crate) fn step_mut(&mut self, id: StepId) -> Option<&mut StepRow> {
        self.steps.get_mut(&id).map(|entry| &mut entry.now)
    }

    /// Says that a step became claimable, and gives it its place in the queue; `parent` is the one that released it.
    pub(crate) fn wake(&mut self, step: StepId, parent: Option<StepId>) {
        let parents = parent.and_then(|parent| self.step(parent)?.queued_at);
        let earlier = self.burst.entry(step.task()).or_default();
        let place = queue::place(self.now, parents, *earlier);
        *earlier += 1;
        if let Some(row) = self.step_mut(step) {
            row.queued_at = Some(place);
        }
        self.woken.push(step);
    }

    pub(crate) fn add_task(&mut self, row: TaskRow, details: TaskDetails, steps: Vec<StepRow>) {
        let id = row.id;
        self.tasks.insert(
            id,
            Entry {
                stored: None,
                now: row,
            },
        );
        self.details.insert(id, details);
        for step in steps {
            self.steps.insert(
                step.id,
                Entry {
                    stored: None,
                    now: step,
                },
            );
        }
        self.whole.insert(id);
        self.touched.insert(id);
    }

    pub(crate) fn take_key(&mut self, namespace: &str, name: &str, key: &str, task: TaskId) {
        let (namespace, name, key) = (namespace.to_owned(), name.to_owned(), key.to_owned());
        self.keys
            .insert((namespace.clone(), name.clone(), key.clone()), task);
        self.new_keys.push((namespace, name, key, task));
    }

    pub(crate) fn record_result(&mut self, step: StepId, result: Json) {
        self.results.insert(step, result);
    }

    pub(crate) fn record_attempt(&mut self, row: AttemptRow) {
        self.attempts.push(row);
    }

    pub(crate) fn record_transition(
        &mut self,
        task: TaskId,
        position: Option<u16>,
        from: &'static str,
        to: &'static str,
        reason: Option<String>,
    ) {
        let (at, worker) = (self.now, self.worker);
        self.transitions.push(TransitionRow {
            task,
            position,
            at,
            from,
            to,
            worker,
            reason,
        });
    }

    /// How many steps could be taken as they are stored, and can't any more: whoever looks for stored steps to take
    /// has to look past them.
    pub fn withdrawn(&self) -> u32 {
        let open = |row: &StepRow| row.state == StepState::Ready && row.gate == Gate::Open;
        let gone =
            |entry: &&Entry<StepRow>| entry.stored.as_ref().is_some_and(open) && !open(&entry.now);
        u32::try_from(self.steps.values().filter(gone).count()).unwrap_or(u32::MAX)
    }

    /// The ids of all steps of a task whose row is loaded.
    pub fn step_ids(&self, task: TaskId) -> impl Iterator<Item = StepId> + use<> {
        let count = self.task(task).map_or(0, |row| row.step_count);
        (0..count).map(move |position| task.step(position as u16))
    }

    /// A number in [0, 1), the next of the turn's sequence (splitmix64, Steele et al. 2014).
    pub(crate) fn random_unit(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1u64 << 53) as f64
    }

    /// What has to be written, in an order that every turn shares.
    pub fn into_changes(self) -> Changes {
        let mut changes = Changes {
            new_keys: self.new_keys,
            attempts: self.attempts,
            transitions: self.transitions,
            results: self.results.into_iter().collect(),
            ..Changes::default()
        };
        let mut details = self.details;
        for (id, entry) in self.tasks {
            match entry.stored {
                None => {
                    due(&mut changes.next_due, task_due(&entry.now));
                    if let Some(details) = details.remove(&id) {
                        changes.new_tasks.push((entry.now, details));
                    }
                }
                Some(stored) if stored != entry.now => {
                    due(&mut changes.next_due, task_due(&entry.now));
                    changes.tasks.push((stored, entry.now));
                }
                Some(_) => {}
            }
        }
        for entry in self.steps.into_values() {
            match entry.stored {
                None => {
                    due(&mut changes.next_due, step_due(&entry.now));
                    changes.new_steps.push(entry.now);
                }
                Some(stored) if stored != entry.now => {
                    due(&mut changes.next_due, step_due(&entry.now));
                    changes.steps.push((stored, entry.now));
                }
                Some(_) => {}
            }
        }
        changes.new_tasks.sort_unstable_by_key(|(row, _)| row.id);
        changes.new_steps.sort_unstable_by_key(|row| row.id);
        changes.tasks.sort_unstable_by_key(|(_, row)| row.id);
        changes.steps.sort_unstable_by_key(|(_, row)| row.id);
        changes.results.sort_unstable_by_key(|(id, _)| *id);
        changes
    }
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.new_tasks.is_empty()
            && self.tasks.is_empty()
            && self.steps.is_empty()
            && self.results.is_empty()
            && self.attempts.is_empty()
            && self.transitions.is_empty()
    }
}

fn task_due(row: &TaskRow) -> Option<Millis> {
    match row.state {
        TaskState::Pending | TaskState::InProgress => row.deadline_at,
        TaskState::Complete
        | TaskState::Error
        | TaskState::Cancelled
        | TaskState::ResolvedManually => None,
    }
}

fn step_due(row: &StepRow) -> Option<Millis> {
    match (row.state, row.gate) {
        (StepState::InProgress, _) => row.deadline_at,
        (StepState::Ready, Gate::Timed) => row.ready_at,
        _ => None,
    }
}

/// Keeps the earlier of two times.
pub fn due(earliest: &mut Option<Millis>, at: Option<Millis>) {
    if let Some(at) = at {
        *earliest = Some(earliest.map_or(at, |known| known.min(at)));
    }
}
