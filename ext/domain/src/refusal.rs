//! Every way in which the rules say no. One variant for each thing that a caller treats differently; no I/O errors.

use serde_json::{Map, Value, json};

use crate::ids::StepId;
use crate::nearest::suggestion;
use crate::schema::Violation;

/// As many problems as one message names; the rest are in [`Refusal::context`].
const PROBLEMS_IN_A_MESSAGE: usize = 50;

/// As many names as one message lists.
const NAMES_IN_A_MESSAGE: usize = 20;

/// A request that the rules don't allow, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such task.
    #[error(
        "Task not found: {0}; give the task_id that initialize_task returned, on the same database"
    )]
    TaskNotFound(i64),

    /// The task has no step of that name.
    #[error(
        "Step not found: task {task_id} has no step {step:?}{}",
        step_hint(step, known)
    )]
    StepNotFound {
        /// The task that was asked.
        task_id: i64,
        /// The name that it doesn't know.
        step: String,
        /// The names that it knows.
        known: Vec<String>,
    },

    /// No template of that name, or not of that version, is registered.
    #[error(
        "Template not found: {namespace}/{name}{}{}",
        version_words(version),
        template_hint(namespace, name, nearest)
    )]
    TemplateNotFound {
        /// The namespace that was asked for.
        namespace: String,
        /// The name that was asked for.
        name: String,
        /// The version that was asked for, if one was.
        version: Option<String>,
        /// The registered template that was probably meant.
        nearest: Option<String>,
    },

    /// A template, a payload or a request is not valid.
    #[error("{message}")]
    Validation {
        /// One line that names everything.
        message: String,
        /// Each problem with its path.
        errors: Vec<Violation>,
    },

    /// The steps of a template wait for each other in a circle.
    #[error("template {template}: the steps form a cycle: {}; remove one of these dependencies", steps.join(" → "))]
    Cycle {
        /// The template, as `namespace/name`.
        template: String,
        /// The steps in the order in which they would run; the last is the first again.
        steps: Vec<String>,
    },

    /// The state that a transition starts from is not the state it is in.
    #[error("{message}")]
    InvalidTransition {
        /// What was asked for, what it is, and what can be done.
        message: String,
    },

    /// A result came from an attempt that no longer holds its step.
    #[error(
        "stale lease: the attempt no longer holds step {step_id} of task {task} (its deadline passed, its worker was \
         taken for lost, or the task was changed); nothing was recorded",
        task = StepId(*step_id).task()
    )]
    StaleLease {
        /// The step.
        step_id: i64,
    },

    /// A setting is unknown or has a bad value.
    #[error("{0}")]
    Configuration(String),

    /// Something that loads, and can't run in this version.
    #[error("{message}")]
    Unsupported {
        /// What can't run, and what to do instead.
        message: String,
    },
}

impl Refusal {
    /// A refusal of `what` for these problems, all of them in one line.
    pub fn invalid(what: &str, errors: Vec<Violation>) -> Refusal {
        let named: Vec<String> = errors
            .iter()
            .take(PROBLEMS_IN_A_MESSAGE)
            .map(Violation::to_string)
            .collect();
        let rest = errors.len() - named.len();
        let more = if rest > 0 {
            format!("; and {rest} more")
        } else {
            String::new()
        };
        Refusal::Validation {
            message: format!("{what} is not valid: {}{more}", named.join("; ")),
            errors,
        }
    }

    /// The name of the kind, as structured errors carry it.
    pub fn kind(&self) -> &'static str {
        match self {
            Refusal::TaskNotFound(_) => "task_not_found",
            Refusal::StepNotFound { .. } => "step_not_found",
            Refusal::TemplateNotFound { .. } => "template_not_found",
            Refusal::Validation { .. } | Refusal::Unsupported { .. } => "validation_error",
            Refusal::Cycle { .. } => "cycle_error",
            Refusal::InvalidTransition { .. } => "invalid_transition",
            Refusal::StaleLease { .. } => "stale_lease",
            Refusal::Configuration(_) => "configuration_error",
        }
    }

    /// What a program needs to act on the refusal: ids, names, each problem with its path.
    pub fn context(&self) -> Value {
        match self {
            Refusal::TaskNotFound(task_id) => json!({ "task_id": task_id }),
            Refusal::StepNotFound {
                task_id,
                step,
                known,
            } => {
                json!({ "task_id": task_id, "step": step, "known": known })
            }
            Refusal::TemplateNotFound {
                namespace,
                name,
                version,
                nearest,
            } => json!({
                "namespace": namespace, "name": name, "version": version, "nearest": nearest,
            }),
            Refusal::Validation { errors, .. } => json!({ "errors": errors }),
            Refusal::Cycle { template, steps } => json!({ "template": template, "cycle": steps }),
            Refusal::StaleLease { step_id } => json!({ "step_id": step_id }),
            Refusal::InvalidTransition { .. }
            | Refusal::Configuration(_)
            | Refusal::Unsupported { .. } => Value::Object(Map::new()),
        }
    }
}

fn step_hint(step: &str, known: &[String]) -> String {
    let meant = suggestion(step, known.iter().map(String::as_str));
    if !meant.is_empty() {
        return meant;
    }
    let listed = known
        .iter()
        .take(NAMES_IN_A_MESSAGE)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let more = if known.len() > NAMES_IN_A_MESSAGE {
        ", …"
    } else {
        ""
    };
    format!("; its steps are {listed}{more}")
}

fn version_words(version: &Option<String>) -> String {
    version
        .as_ref()
        .map(|version| format!(" version {version}"))
        .unwrap_or_default()
}

fn template_hint(namespace: &str, name: &str, nearest: &Option<String>) -> String {
    match nearest {
        // The name was right, so that only the version can be wrong.
        Some(nearest) if *nearest == format!("{namespace}/{name}") => {
            "; it is registered in other versions: name one of these, or none for the newest"
                .to_owned()
        }
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => "; register it with register_template first".to_owned(),
    }
}

#[cfg(test)]
mod tests;
