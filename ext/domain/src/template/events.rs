//! The `publishes_events` of a step: checked and kept until events are built.

use super::section::{Section, show};

const CONDITIONS: [&str; 5] = [
    "always",
    "success",
    "failure",
    "retryable_failure",
    "permanent_failure",
];
const DELIVERY_MODES: [&str; 3] = ["durable", "fast", "broadcast"];

/// Checks the events that a step says it publishes.
pub(super) fn check(step: &Section<'_>) {
    for event in step.sections("publishes_events") {
        event.allow(&[
            "name",
            "description",
            "condition",
            "delivery_mode",
            "publisher",
            "schema",
        ]);
        event.require("name", "give the event a name");
        event.name("name");
        event.text("description");
        event.choice("condition", &CONDITIONS.map(|name| (name, ())));
        event.choice("delivery_mode", &DELIVERY_MODES.map(|name| (name, ())));
        event.name("publisher");
        if let Some(schema) = event
            .value("schema")
            .filter(|schema| !(schema.is_object() || schema.is_boolean()))
        {
            event.problem(
                "schema",
                format!("must be a JSON Schema (an object), got {}", show(schema)),
            );
        }
    }
}
