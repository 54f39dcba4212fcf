//! What a turn is about to ask, as far as its orders tell. All of it is asked at once, together with the beginning of the
//! transaction, so that a turn waits for the server once where it would otherwise wait a dozen times.
//!
//! Foresight changes no answer: what it didn't foresee is asked when it is needed.

mod answers;

use std::collections::BTreeSet;

use tasker_domain::command::{Command, Control, Ending, Report, Scope};
use tasker_domain::ids::StepId;

use super::memory::Recall;
use crate::turn::wishes::{Wishes, queues};
use crate::tx::{Key, Source, TemplateCache};

pub(super) use answers::{Answers, begin_with, claimable, keyed};

/// A [`Source`] that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Any,
    /// The first and the last step that a task can have.
    Task(i64, i64),
    Queues(Vec<i64>),
}

impl From<Source<'_>> for Place {
    fn from(source: Source<'_>) -> Place {
        match source {
            Source::Any => Place::Any,
            Source::Task(task) => {
                let (first, last) = task.step_range();
                Place::Task(first.0, last.0)
            }
            Source::Queues(queues) => Place::Queues(queues.to_vec()),
        }
    }
}

/// What is to be asked first.
#[derive(Debug, Default)]
pub(super) struct Foresight {
    /// Tasks to be locked, ascending.
    pub(super) tasks: Vec<i64>,
    /// Steps to be read under their locks, ascending.
    pub(super) steps: Vec<i64>,
    /// Templates whose editions are looked for.
    pub(super) names: Vec<(String, String)>,
    /// Keys against a second submission.
    pub(super) keys: Vec<Key>,
    /// How many ids for new tasks.
    pub(super) task_ids: u32,
    /// Where steps are to be taken, and how many at most.
    pub(super) claims: Vec<(Place, u32)>,
}

impl Foresight {
    /// What these orders will ask. Of steps whose task's template isn't known yet, the children aren't foreseen.
    pub(super) fn of(
        commands: &[Command],
        recall: &Recall<'_>,
        templates: &TemplateCache,
    ) -> Foresight {
        // What time has brought, and a template stored in this turn, change what the others ask.
        if commands
            .iter()
            .any(|command| matches!(command, Command::Tick | Command::Register(_)))
        {
            return Foresight::default();
        }
        let mut foresight = Foresight::default();
        let mut tasks = BTreeSet::new();
        let mut steps = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut withdraws = false;
        for command in commands {
            match command {
                Command::Report(Report { step, ending, .. }) => {
                    steps.insert(*step);
                    if matches!(ending, Ending::Complete(_)) {
                        steps.extend(children(*step, recall, templates));
                    }
                }
                Command::Heartbeat { step, .. } => {
                    steps.insert(*step);
                }
                Command::Control(Control { task, .. }) => {
                    tasks.insert(*task);
                    withdraws = true;
                }
                Command::Submit(submissions) => {
                    let count = u32::try_from(submissions.len()).unwrap_or(u32::MAX);
                    foresight.task_ids = foresight.task_ids.saturating_add(count);
                    let keepable = submissions.iter().filter(|asked| asked.faults().is_empty());
                    for asked in keepable {
                        let (namespace, name) = (&asked.namespace, &asked.name);
                        names.insert((namespace.clone(), name.clone()));
                        let key = asked.idempotency_key.iter();
                        let keys = key.map(|key| (namespace.clone(), name.clone(), key.clone()));
                        foresight.keys.extend(keys);
                    }
                }
                Command::Claim(_) | Command::Register(_) | Command::Tick | Command::Panic => {}
            }
        }
        let wishes = Wishes::of(commands);
        let woken = surely_woken(commands, recall, templates);
        for (scope, wanted) in wishes.wanted() {
            let place = match scope {
                Scope::Any => Place::Any,
                Scope::Namespaces(names) => Place::Queues(queues(names)),
                Scope::Task(task) if task.is_possible() => {
                    tasks.insert(*task);
                    Place::from(Source::Task(*task))
                }
                Scope::Task(_) => continue,
            };
            let wanted = match scope {
                Scope::Any if wanted > 0 => wanted.saturating_sub(woken).max(1),
                _ => wanted,
            };
            // How far to look is known once it is seen what the turn itself withdraws.
            if wanted > 0 && !withdraws {
                foresight.claims.push((place, wanted));
            }
        }
        foresight.names.extend(names);
        // Tasks are locked in one order, all at once: those of keys are known when the keys are found.
        if foresight.keys.is_empty() {
            tasks.extend(steps.iter().map(|step| step.task()));
            tasks.retain(|task| task.is_possible());
            foresight.tasks.extend(tasks.iter().map(|task| task.0));
            foresight.steps.extend(steps.iter().map(|step| step.0));
        } else {
            foresight.claims.clear();
        }
        foresight
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.names.is_empty() && self.claims.is_empty()
    }
}

/// How many steps these reports make claimable, as far as it is known: those that wait for nothing else.
fn surely_woken(commands: &[Command], recall: &Recall<'_>, templates: &TemplateCache) -> u32 {
    let only_parent = |step: &StepId| {
        let template = recall.template_of(step.task());
        template
            .and_then(|id| templates.get(&id))
            .is_some_and(|template| template.graph.parents(step.position()).len() == 1)
    };
    let completed = commands.iter().filter_map(|command| match command {
        Command::Report(Report {
            step,
            ending: Ending::Complete(_),
            ..
        }) => Some(*step),
        _ => None,
    });
    let woken = completed
        .flat_map(|step| children(step, recall, templates))
        .filter(only_parent);
    u32::try_from(woken.count()).unwrap_or(u32::MAX)
}

fn children(step: StepId, recall: &Recall<'_>, templates: &TemplateCache) -> Vec<StepId> {
    let template = recall.template_of(step.task());
    let template = template.and_then(|id| templates.get(&id));
    template.map_or_else(Vec::new, |template| {
        let children = template.graph.children(step.position()).iter();
        children
            .map(|position| step.task().step(*position))
            .collect()
    })
}
