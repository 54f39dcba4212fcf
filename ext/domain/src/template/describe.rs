//! The canonical form of a template. Both formats, and whatever people leave out, come out the same.

use serde_json::{Value, json};

use super::{StepSpec, Template};
use crate::schema::Schema;

pub(super) fn template(template: &Template) -> Value {
    let steps: Vec<Value> = template
        .graph
        .positions()
        .zip(&template.steps)
        .map(|(position, spec)| step(template, position, spec))
        .collect();
    json!({
        "namespace": template.namespace,
        "name": template.name,
        "version": template.version,
        "description": template.description,
        "max_duration_ms": template.max_duration_ms,
        "input_schema": template.input_schema.as_ref().map(Schema::source),
        "steps": steps,
        "kept": template.kept,
    })
}

fn step(template: &Template, position: u16, step: &StepSpec) -> Value {
    let dependencies: Vec<&str> = template
        .graph
        .parents(position)
        .iter()
        .filter_map(|parent| template.steps.get(usize::from(*parent)))
        .map(|parent| parent.name.as_str())
        .collect();
    json!({
        "name": step.name,
        "description": step.description,
        "type": step.kind.as_str(),
        "handler": {
            "callable": step.handler.callable,
            "method": step.handler.method,
            "initialization": step.handler.initialization,
            "explicit": step.handler.explicit,
            "style": step.handler.style.as_str(),
        },
        "dependencies": dependencies,
        "retry": {
            "retryable": step.retry.retryable,
            "max_attempts": step.retry.max_attempts,
            "backoff": step.retry.backoff.as_str(),
            "backoff_base_ms": step.retry.base_ms,
            "max_backoff_ms": step.retry.cap_ms,
            "jitter": step.retry.jitter,
        },
        "timeout_ms": step.timeout_ms,
        "result_schema": step.result_schema.as_ref().map(Schema::source),
        "skippable": step.skippable,
        "kept": step.kept,
    })
}
