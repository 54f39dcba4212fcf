//! Everything about a task, in one answer.

use std::collections::HashMap;

use serde_json::Value;
use tasker_domain::history;
use tasker_domain::ids::{StepId, WorkerId};
use tasker_domain::rows::{AttemptRow, StepRow, TaskDetails, TaskRow, TransitionRow};
use tasker_domain::state::{Counts, Gate, StepState, execution_status};
use tasker_domain::template::Template;

use super::Object;

/// The rows that tell everything about a task.
pub struct ContextRows<'a> {
    /// The task.
    pub task: TaskRow,
    /// What was said of it once.
    pub details: TaskDetails,
    /// Its template.
    pub template: &'a Template,
    /// Its steps, by position.
    pub steps: Vec<StepRow>,
    /// The results that there are.
    pub results: HashMap<StepId, String>,
    /// The attempts that ended, by step and fence.
    pub attempts: Vec<AttemptRow>,
    /// The transitions that no attempt tells of.
    pub transitions: Vec<TransitionRow>,
    /// Names of the workers that appear.
    pub workers: HashMap<WorkerId, String>,
}

impl ContextRows<'_> {
    /// The answer, as JSON text.
    pub fn render(&self) -> String {
        let (task, details, template) = (&self.task, &self.details, self.template);
        let timed = self
            .steps
            .iter()
            .filter(|step| step.state == StepState::Ready && step.gate == Gate::Timed);
        let next_run_at = timed.filter_map(|step| step.ready_at).min();
        Object::new()
            .set("task_id", task.id.0)
            .set("namespace", template.namespace.as_str())
            .set("name", template.name.as_str())
            .set("version", template.version.as_str())
            .set("status", task.state.as_str())
            .set(
                "execution_status",
                execution_status(task.state, task.paused, &self.counts()),
            )
            .set("paused", task.paused)
            .set("priority", task.priority)
            .raw("context", Some(&details.context))
            .raw("tags", Some(details.tags.as_deref().unwrap_or("[]")))
            .set("initiator", details.initiator.as_deref())
            .set("source_system", details.source_system.as_deref())
            .set("reason", details.reason.as_deref())
            .set("correlation_id", details.correlation_id.as_deref())
            .set("idempotency_key", details.idempotency_key.as_deref())
            .set("step_count", task.step_count)
            .set("completed_steps", task.done_steps)
            .set("failed_steps", task.failed_steps)
            .set("created_at", task.created_at)
            .set("started_at", task.started_at)
            .set("completed_at", task.completed_at)
            .set("run_at", details.run_at)
            .set("next_run_at", next_run_at)
            .set("deadline_at", task.deadline_at)
            .list("steps", self.steps.iter().map(|step| self.step(step)))
            .list("history", self.history())
            .finish()
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts {
            failed: self.task.failed_steps,
            ..Counts::default()
        };
        for step in &self.steps {
            match (step.state, step.gate) {
                (StepState::InProgress, _) => counts.in_progress += 1,
                (StepState::Ready, Gate::Timed) => counts.timed += 1,
                (StepState::Ready, Gate::Open | Gate::Paused) => counts.open += 1,
                (
                    StepState::Pending
                    | StepState::Complete
                    | StepState::Error
                    | StepState::Cancelled
                    | StepState::ResolvedManually
                    | StepState::Skipped,
                    _,
                ) => {}
            }
        }
        counts
    }

    fn name(&self, position: u16) -> &str {
        self.template
            .steps
            .get(usize::from(position))
            .map_or("", |step| &step.name)
    }

    fn worker(&self, worker: Option<WorkerId>) -> Option<&str> {
        worker
            .and_then(|id| self.workers.get(&id))
            .map(String::as_str)
    }

    fn step(&self, step: &StepRow) -> String {
        let position = step.id.position();
        let parents: Vec<&str> = self
            .template
            .graph
            .parents(position)
            .iter()
            .map(|p| self.name(*p))
            .collect();
        let attempts_of = self.attempts_of(step.id);
        let shows_error = matches!(
            step.state,
            StepState::Error | StepState::Ready | StepState::InProgress
        );
        let error = attempts_of
            .iter()
            .rev()
            .find_map(|row| row.error.as_deref())
            .filter(|_| shows_error);
        Object::new()
            .set("step_id", step.id.0)
            .set("name", self.name(position))
            .set("status", step.state.as_str())
            .set("attempts", step.attempts)
            .set("max_attempts", step.attempt_limit)
            .set("dependencies", parents)
            .raw("result", self.results.get(&step.id).map(String::as_str))
            .raw("error", error)
            .set("ready_at", step.ready_at)
            .set("started_at", step.started_at)
            .set("completed_at", step.completed_at)
            .set("deadline_at", step.deadline_at)
            .set("worker", self.worker(step.worker))
            .finish()
    }

    fn attempts_of(&self, step: StepId) -> &[AttemptRow] {
        let from = self.attempts.partition_point(|row| row.step < step);
        let to = self.attempts.partition_point(|row| row.step <= step);
        &self.attempts[from..to]
    }

    fn history(&self) -> impl Iterator<Item = String> {
        let mut order = vec![0; self.template.graph.len()];
        for (place, position) in self.template.graph.topological().iter().enumerate() {
            order[usize::from(*position)] = place;
        }
        let place = |position: u16| {
            order
                .get(usize::from(position))
                .copied()
                .unwrap_or(usize::MAX - 1)
        };
        let entries = history::tell(
            &self.task,
            &self.steps,
            &self.attempts,
            &self.transitions,
            place,
            reason_of,
        );
        entries.into_iter().map(|entry| {
            Object::new()
                .set("at", entry.at)
                .set("step", entry.position.map(|position| self.name(position)))
                .set("from", entry.from)
                .set("to", entry.to)
                .set("worker", self.worker(entry.worker))
                .set("attempt", entry.attempt)
                .set("reason", entry.reason)
                .finish()
        })
    }
}

/// `class: message` of the error that ended an attempt.
fn reason_of(attempt: &AttemptRow) -> Option<String> {
    let error: Value = serde_json::from_str(attempt.error.as_deref()?).ok()?;
    let text = |key: &str| {
        error
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Some(format!("{}: {}", text("class"), text("message")))
}
