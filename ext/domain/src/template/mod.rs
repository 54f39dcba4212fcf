//! Templates: what a workflow is made of, read from the JSON of either format and checked as a whole.
//!
//! A template is immutable and knows no task. How each format spells things ends at this module's door: what comes out
//! is the same for both.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::graph::Graph;
use crate::refusal::Refusal;
use crate::retry::RetryPolicy;
use crate::schema::Schema;

mod assemble;
mod batch;
mod describe;
mod draft;
mod events;
mod format_a;
mod format_b;
mod identity;
mod lifecycle;
mod overlay;
mod problems;
mod read;
mod retry_keys;
mod section;

#[cfg(test)]
mod tests;

/// A workflow: its steps, their graph, and what its tasks must be given.
#[derive(Clone, Debug)]
pub struct Template {
    /// Templates of one name in different namespaces are different templates.
    pub namespace: String,
    /// The name within the namespace.
    pub name: String,
    /// The version, as the template writes it.
    pub version: String,
    /// What it is for, for people.
    pub description: Option<String>,
    /// The steps in the template's order; positions in `graph` are indexes here.
    pub steps: Vec<StepSpec>,
    /// Who waits for whom.
    pub graph: Graph,
    /// What a task's context must be like.
    pub input_schema: Option<Schema>,
    /// How long a task may take as a whole.
    pub max_duration_ms: Option<i64>,
    /// The format it was written in.
    pub format: Format,
    /// What is stored with it and has no effect on a run.
    pub kept: Map<String, Value>,
    positions: HashMap<String, u16>,
}

/// The two formats that load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `steps:`
    A,
    /// `step_templates:`, the older one.
    B,
}

/// One step of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSpec {
    /// Unique in the template.
    pub name: String,
    /// What it does, for people.
    pub description: Option<String>,
    /// What kind of step it is.
    pub kind: StepKind,
    /// What is called.
    pub handler: Handler,
    /// How often it is tried.
    pub retry: RetryPolicy,
    /// The deadline of one attempt; where there is none, the configuration's holds.
    pub timeout_ms: Option<i64>,
    /// What its result must be like.
    pub result_schema: Option<Schema>,
    /// Whether a request may pass it by.
    pub skippable: bool,
    /// What is stored with it and has no effect on a run.
    pub kept: Map<String, Value>,
}

/// The kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// Runs a handler once its parents are done.
    Standard,
    /// Chooses which of its children run.
    Decision,
    /// Waits for those branches that a decision chose.
    DeferredConvergence,
    /// Cuts its work into batches.
    Batchable,
    /// Runs one batch.
    BatchWorker,
}

impl StepKind {
    /// Every kind, in the order in which messages name them.
    pub const ALL: [StepKind; 5] = [
        StepKind::Standard,
        StepKind::Decision,
        StepKind::DeferredConvergence,
        StepKind::Batchable,
        StepKind::BatchWorker,
    ];

    /// The name that templates use.
    pub fn as_str(self) -> &'static str {
        match self {
            StepKind::Standard => "standard",
            StepKind::Decision => "decision",
            StepKind::DeferredConvergence => "deferred_convergence",
            StepKind::Batchable => "batchable",
            StepKind::BatchWorker => "batch_worker",
        }
    }
}

/// What is called for a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// The name of a registered handler, or of a constant.
    pub callable: String,
    /// The method to call where it isn't the usual one.
    pub method: Option<String>,
    /// The step's configuration.
    pub initialization: Map<String, Value>,
    /// Whether only registered handlers are looked at (`resolver: explicit_mapping`).
    pub explicit: bool,
    /// How it is called.
    pub style: HandlerStyle,
}

/// How a handler is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandlerStyle {
    /// `call(step)`
    Call,
    /// `process(task, sequence, step)`, as format B has it.
    Process,
}

impl HandlerStyle {
    /// The name that [`Template::describe`] uses.
    pub fn as_str(self) -> &'static str {
        match self {
            HandlerStyle::Call => "call",
            HandlerStyle::Process => "process",
        }
    }
}

impl Template {
    /// Reads a template from the JSON text of either format, with the overlay of `environment` laid over its steps.
    ///
    /// # Errors
    /// [`Refusal::Validation`] with all problems at once, or [`Refusal::Cycle`] where the cycle is the only one.
    pub fn parse(json: &str, environment: &str) -> Result<Template, Refusal> {
        read::parse(json, environment)
    }

    /// Where the step of that name stands; constant time.
    pub fn position_of(&self, step: &str) -> Option<u16> {
        self.positions.get(step).copied()
    }

    /// The canonical form, the same for both formats; what Ruby sees of a template.
    pub fn describe(&self) -> Value {
        describe::template(self)
    }

    /// The steps of kinds that load but can't run yet.
    pub fn unsupported_steps(&self) -> Vec<(&str, StepKind)> {
        self.steps
            .iter()
            .filter(|step| step.kind != StepKind::Standard)
            .map(|step| (step.name.as_str(), step.kind))
            .collect()
    }
}
