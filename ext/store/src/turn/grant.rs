//! Letting claims take steps, with the payloads that those bring along.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tasker_domain::command::{Claim, Command, Scope};
use tasker_domain::ids::{StepId, TaskId};
use tasker_domain::outcome::{Done, Granted, GrantedStep, GrantedTask, Outcome};
use tasker_domain::refusal::Refusal;
use tasker_domain::rows::Json;
use tasker_domain::rules::claim;
use tasker_domain::working::Working;

use super::TurnInput;
use super::load::load_tasks_to_claim;
use super::wishes::Wishes;
use crate::tx::{Found, TemplateCache, Tx};

/// Lets every claim of the turn take steps, those made ready in this turn among them.
pub(super) fn grant<T: Tx>(
    tx: &mut T,
    cache: &mut TemplateCache,
    work: &mut Working,
    input: &TurnInput<'_>,
    outcomes: &mut [Outcome],
) -> Found<()> {
    let commands = input.commands;
    let wishes = Wishes::of(commands);
    if wishes.is_empty() {
        return Ok(());
    }
    let mut candidates = work.woken.clone();
    for row in wishes.candidates(tx, work)? {
        candidates.push(row.id);
        work.load_step(row);
    }
    let tasks = candidates.iter().map(|step| step.task()).collect();
    load_tasks_to_claim(tx, cache, work, tasks)?;
    // What others have just made ready was ready before it is taken.
    work.now = work.now.max((input.clock)());
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
        taken.push((outcome, claim::claim(work, &mut candidates, scope, *want)));
    }
    let steps = taken
        .iter()
        .flat_map(|(_, claimed)| &claimed.steps)
        .copied();
    let payloads = Payloads::load(tx, work, steps.collect())?;
    for (outcome, claimed) in taken {
        let mut granted = payloads.granted(work, &claimed.steps);
        granted.dry = claimed.dry;
        *outcome = Ok(Done::Granted(granted));
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
