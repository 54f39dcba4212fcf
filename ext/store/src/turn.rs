//! How a turn goes, once for every database: load what the commands reach, apply the rules, write, look back.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tasker_domain::command::{Action, Claim, Command, Ending, Register, Report, Scope, Submission};
use tasker_domain::ids::{Millis, StepId, TaskId, WorkerId};
use tasker_domain::outcome::{Done, Granted, GrantedStep, GrantedTask, Outcome, Tally, TaskLine};
use tasker_domain::refusal::Refusal;
use tasker_domain::rows::Json;
use tasker_domain::rules::report::Reach;
use tasker_domain::rules::{claim, control, readiness, report, settle, submit};
use tasker_domain::schema::Violation;
use tasker_domain::settings::Rules;
use tasker_domain::template::Template;
use tasker_domain::working::{Working, due};

use crate::StoreError;
use crate::tx::{Due, Found, TemplateCache, Tx};

/// How long after its deadline an attempt that nobody has put an end to still counts as held, in ms.
const OVERDUE_MS: i64 = 5_000;

/// A turn to be carried out.
pub struct TurnInput<'a> {
    /// When the turn was asked for.
    pub now: Millis,
    /// Tells the time once the turn has the database to itself; a later one than `now` is the time of the turn. So
    /// turns of several processes, which wait for each other, are told in the order in which they are committed.
    pub clock: fn() -> Millis,
    /// The coordinator whose turn it is.
    pub worker: WorkerId,
    /// Its settings.
    pub rules: &'a Arc<Rules>,
    /// Feeds the jitter of backoffs.
    pub seed: u64,
    /// What is to be done, in the order of arrival.
    pub commands: &'a [Command],
    /// Whether this worker's lease is to be moved on in the same commit.
    pub renew_lease: bool,
    /// Workers known to be gone, though their lease isn't over.
    pub dead: &'a [WorkerId],
}

/// What a turn did; it is committed when this comes back.
#[derive(Debug)]
pub struct TurnOutput {
    /// One for each command.
    pub outcomes: Vec<Outcome>,
    /// What happened, in numbers.
    pub tally: Tally,
    /// The next time at which something falls due, as far as this turn knows.
    pub next_due: Option<Millis>,
    /// Steps that became claimable in this turn and were not taken in it.
    pub unclaimed: usize,
}

/// Carries out a turn within a transaction that the caller commits.
pub(crate) fn run<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    asked: &TurnInput<'_>,
) -> Found<TurnOutput> {
    let input = &on_time(asked);
    let mut work = Working::new(input.now, input.worker, Arc::clone(input.rules), input.seed);
    let mut outcomes: Vec<Outcome> = input.commands.iter().map(|_| Ok(Done::Nothing)).collect();
    let brought = bring_due(tx, input)?;

    register(tx, cache, input, &mut outcomes)?;
    load(tx, cache, &mut work, input.commands, &brought)?;
    apply_due(&mut work, &brought);
    for (command, outcome) in input.commands.iter().zip(&mut outcomes) {
        match command {
            Command::Submit(submissions) => *outcome = submit::submit(&mut work, submissions),
            Command::Report(report) => *outcome = report::report(&mut work, report),
            Command::Heartbeat { step, fence } => {
                *outcome = report::heartbeat(&mut work, *step, *fence)
            }
            Command::Control(order) => *outcome = control::control(&mut work, order),
            Command::Panic => panic_as_asked(),
            Command::Register(_) | Command::Claim(_) | Command::Tick => {}
        }
    }
    settle::settle(&mut work);
    grant(tx, cache, &mut work, input.commands, &mut outcomes)?;

    let unclaimed = work
        .woken
        .iter()
        .filter(|step| claim::is_claimable(&work, **step))
        .count();
    let tally = work.tally;
    let lines = task_lines(&work, input.commands);
    let next_task = (tally.tasks_created > 0).then_some(work.next_task);
    let changes = work.into_changes();
    let mut next_due = brought.as_ref().and_then(|due| due.next);
    due(&mut next_due, changes.next_due);
    tx.write(&changes, next_task)?;
    if input.renew_lease {
        tx.renew(input.worker, input.now.saturating_add(input.rules.lease_ms))?;
    }
    look_back(tx, input, &lines, &mut outcomes)?;
    Ok(TurnOutput {
        outcomes,
        tally,
        next_due,
        unclaimed,
    })
}

/// The same turn, at the time at which it is carried out. One that had to wait for long moves the lease on, too: the
/// worker would be taken for lost.
fn on_time<'a>(asked: &TurnInput<'a>) -> TurnInput<'a> {
    let now = asked.now.max((asked.clock)());
    TurnInput {
        now,
        renew_lease: asked.renew_lease || now - asked.now > asked.rules.lease_ms / 3,
        ..*asked
    }
}

fn bring_due<T: Tx>(tx: &mut T, input: &TurnInput<'_>) -> Found<Option<Due>> {
    if !input
        .commands
        .iter()
        .any(|command| matches!(command, Command::Tick))
    {
        return Ok(None);
    }
    let brought = tx.due(input.now, input.worker, input.dead)?;
    if !brought.lost.is_empty() {
        tx.drop_workers(&brought.lost)?;
    }
    Ok(Some(brought))
}

fn register<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    input: &TurnInput<'_>,
    outcomes: &mut [Outcome],
) -> Found<()> {
    for (command, outcome) in input.commands.iter().zip(outcomes) {
        let Command::Register(Register { definition }) = command else {
            continue;
        };
        let parsed = Template::parse(definition, &input.rules.environment);
        match parsed.and_then(|template| check_size(template, input.rules.max_steps)) {
            Err(refusal) => *outcome = Err(refusal),
            Ok(template) => {
                let (id, new) = tx.put_template(&template, definition, input.now)?;
                cache.entry(id).or_insert_with(|| Arc::new(template));
                *outcome = Ok(Done::Registered { template: id, new });
            }
        }
    }
    Ok(())
}

fn check_size(template: Template, most: usize) -> Result<Template, Refusal> {
    let count = template.steps.len();
    if count <= most {
        return Ok(template);
    }
    let message = format!(
        "template {}/{} has {count} steps; max_steps_per_task allows {most}",
        template.namespace, template.name
    );
    let errors = vec![Violation {
        path: "steps".to_owned(),
        message: message.clone(),
    }];
    Err(Refusal::Validation { message, errors })
}

/// Loads everything that the commands reach, in as few calls as there are kinds of rows.
fn load<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    work: &mut Working,
    commands: &[Command],
    brought: &Option<Due>,
) -> Found<()> {
    let mut steps = BTreeSet::new();
    let mut tasks = BTreeSet::new();
    let mut whole = BTreeSet::new();
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
            Command::Submit(submissions) => load_submissions(tx, work, submissions)?,
            Command::Claim(Claim {
                scope: Scope::Any, ..
            })
            | Command::Register(_)
            | Command::Tick
            | Command::Panic => {}
        }
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

/// What time has brought to attempts, as reports.
fn due_reports(brought: &Option<Due>) -> Vec<Report> {
    let Some(due) = brought else {
        return Vec::new();
    };
    let overdue = due.overdue.iter().map(|(step, fence)| Report {
        step: *step,
        fence: *fence,
        ending: Ending::TimedOut,
    });
    let orphaned = due.orphaned.iter().map(|(step, fence, why)| Report {
        step: *step,
        fence: *fence,
        ending: Ending::Lapsed(why.clone()),
    });
    overdue.chain(orphaned).collect()
}

fn apply_due(work: &mut Working, brought: &Option<Due>) {
    let Some(due) = brought else { return };
    for report in due_reports(brought) {
        // A refusal means that the attempt ended otherwise in the meantime: nothing is left to do.
        let _ = report::report(work, &report);
    }
    for step in &due.timed {
        readiness::open_gate(work, *step);
    }
    for task in &due.tasks {
        control::expire(work, *task);
    }
}

fn load_submissions<T: Tx>(
    tx: &mut T,
    work: &mut Working,
    submissions: &[Submission],
) -> Found<()> {
    if work.tally.tasks_created == 0 && work.next_task == 1 {
        work.next_task = tx.next_task()?;
    }
    let mut wanted_keys = Vec::new();
    for submission in submissions {
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
    let mut templates = BTreeSet::new();
    let missing: Vec<_> = ids
        .into_iter()
        .filter(|id| work.task(*id).is_none())
        .collect();
    if !missing.is_empty() {
        for row in tx.tasks(&missing)? {
            templates.insert(row.template);
            work.load_task(row);
        }
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

/// Lets every claim of the turn take steps, those made ready in this turn among them.
fn grant<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    work: &mut Working,
    commands: &[Command],
    outcomes: &mut [Outcome],
) -> Found<()> {
    let mut wants: BTreeMap<Option<TaskId>, u32> = BTreeMap::new();
    for command in commands {
        let Command::Claim(Claim { scope, want }) = command else {
            continue;
        };
        let sum = wants
            .entry(match scope {
                Scope::Any => None,
                Scope::Task(task) => Some(*task),
            })
            .or_default();
        *sum = sum.saturating_add(*want);
    }
    if wants.is_empty() {
        return Ok(());
    }
    let mut candidates = work.woken.clone();
    let withdrawn = work.withdrawn();
    for (scope, want) in wants {
        let scope = match scope {
            None => Scope::Any,
            Some(task)
                if work
                    .task(task)
                    .is_none_or(|row| !row.state.is_live() || row.paused) =>
            {
                continue;
            }
            Some(task) => Scope::Task(task),
        };
        if want > 0 {
            for row in tx.claimable(scope, want.saturating_add(withdrawn))? {
                candidates.push(row.id);
                work.load_step(row);
            }
        }
    }
    let tasks = candidates.iter().map(|step| step.task()).collect();
    load_tasks(tx, cache, work, tasks)?;
    claim::sort(work, &mut candidates);

    let mut taken = Vec::new();
    for (command, outcome) in commands.iter().zip(outcomes) {
        let Command::Claim(Claim { scope, want }) = command else {
            continue;
        };
        if let Scope::Task(task) = scope
            && work.task(*task).is_none()
        {
            *outcome = Err(Refusal::TaskNotFound(task.0));
            continue;
        }
        taken.push((outcome, claim::claim(work, &mut candidates, *scope, *want)));
    }
    let steps = taken.iter().flat_map(|(_, steps)| steps).copied();
    let payloads = Payloads::load(tx, work, steps.collect())?;
    for (outcome, steps) in taken {
        *outcome = Ok(Done::Granted(payloads.granted(work, &steps)));
    }
    Ok(())
}

/// The payloads and the parents' results that granted steps bring along.
struct Payloads {
    contexts: HashMap<TaskId, Json>,
    results: HashMap<StepId, Json>,
}

impl Payloads {
    fn load<T: Tx>(tx: &mut T, work: &Working, steps: Vec<StepId>) -> Found<Payloads> {
        let mut tasks = BTreeSet::new();
        let mut parents = BTreeSet::new();
        for step in &steps {
            if work.context(step.task()).is_none() {
                tasks.insert(step.task());
            }
            if let Some(template) = work.template_of(step.task()) {
                let above = template
                    .graph
                    .parents(step.position())
                    .iter()
                    .map(|p| step.task().step(*p));
                parents.extend(above.filter(|parent| work.result(*parent).is_none()));
            }
        }
        let tasks: Vec<_> = tasks.into_iter().collect();
        let parents: Vec<_> = parents.into_iter().collect();
        let contexts = if tasks.is_empty() {
            Vec::new()
        } else {
            tx.contexts(&tasks)?
        };
        let results = if parents.is_empty() {
            Vec::new()
        } else {
            tx.results(&parents)?
        };
        Ok(Payloads {
            contexts: contexts.into_iter().collect(),
            results: results.into_iter().collect(),
        })
    }

    fn granted(&self, work: &Working, steps: &[StepId]) -> Granted {
        let mut granted = Granted::default();
        let mut places: HashMap<TaskId, usize> = HashMap::new();
        for &id in steps {
            let task = id.task();
            let (Some(row), Some(task_row)) = (work.step(id), work.task(task)) else {
                continue;
            };
            let place = *places.entry(task).or_insert_with(|| {
                let context = work
                    .context(task)
                    .or_else(|| self.contexts.get(&task))
                    .cloned();
                granted.tasks.push(GrantedTask {
                    task,
                    template: task_row.template,
                    context: context.unwrap_or_else(|| Arc::from("null")),
                });
                granted.tasks.len() - 1
            });
            let parents = work.template_of(task).map_or_else(Vec::new, |template| {
                let above = template.graph.parents(id.position()).iter();
                above
                    .map(|position| {
                        let parent = task.step(*position);
                        (
                            *position,
                            work.result(parent)
                                .or_else(|| self.results.get(&parent))
                                .cloned(),
                        )
                    })
                    .collect()
            });
            granted.steps.push(GrantedStep {
                step: id,
                fence: row.fence,
                attempt: row.attempts,
                max_attempts: row.attempt_limit,
                task: place,
                deadline: row.deadline_at,
                parents,
            });
        }
        granted
    }
}

fn task_lines(work: &Working, commands: &[Command]) -> HashMap<TaskId, TaskLine> {
    let claimed = commands.iter().filter_map(|command| match command {
        Command::Claim(Claim {
            scope: Scope::Task(task),
            ..
        }) => work.task(*task),
        Command::Claim(Claim {
            scope: Scope::Any, ..
        })
        | Command::Register(_)
        | Command::Submit(_)
        | Command::Report(_)
        | Command::Heartbeat { .. }
        | Command::Control(_)
        | Command::Tick
        | Command::Panic => None,
    });
    claimed
        .map(|row| {
            let line = TaskLine {
                state: row.state,
                paused: row.paused,
                step_count: row.step_count,
                completed_steps: row.done_steps,
                failed_steps: row.failed_steps,
                next_run_at: None,
                held_here: 0,
                held_elsewhere: 0,
                claimable: 0,
            };
            (row.id, line)
        })
        .collect()
}

/// Tells each claim on one task where that task stands; counts only where nothing was granted.
fn look_back<T: Tx>(
    tx: &mut T,
    input: &TurnInput<'_>,
    lines: &HashMap<TaskId, TaskLine>,
    outcomes: &mut [Outcome],
) -> Found<()> {
    for (command, outcome) in input.commands.iter().zip(outcomes) {
        let (
            Command::Claim(Claim {
                scope: Scope::Task(task),
                ..
            }),
            Ok(Done::Granted(granted)),
        ) = (command, outcome)
        else {
            continue;
        };
        let Some(mut line) = lines.get(task).copied() else {
            continue;
        };
        if !granted.steps.is_empty() {
            line.held_here = granted.steps.len() as u32;
        } else if line.state.is_live() {
            let standing = tx.standing(*task, input.worker, input.now - OVERDUE_MS)?;
            line.held_here = standing.held_here;
            line.held_elsewhere = standing.held_elsewhere;
            line.claimable = standing.claimable;
            line.next_run_at = standing.next_run_at;
        }
        granted.task = Some(line);
    }
    Ok(())
}

#[expect(
    clippy::panic,
    reason = "the switch by which tests prove that a panic is borne"
)]
fn panic_as_asked() -> ! {
    std::panic::panic_any("a panic was asked for")
}
