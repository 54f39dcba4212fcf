//! Format A, `steps:`.

use serde_json::{Map, Value};

use super::draft::{Dependency, StepDraft, keep, schema};
use super::identity::Identity;
use super::read::Document;
use super::retry_keys::RetryKeys;
use super::section::Section;
use super::{Format, StepKind, batch, events, lifecycle, overlay};

const DEFAULT_VERSION: &str = "1.0.0";

/// Kept at the top as well as on a step.
const KEPT: [&str; 7] = [
    "lifecycle",
    "metadata",
    "system_dependencies",
    "system_dependency",
    "domain_events",
    "loaded_from",
    "composition",
];

const HEAD_KEYS: [&str; 8] = [
    "name",
    "namespace_name",
    "namespace",
    "version",
    "description",
    "input_schema",
    "steps",
    "environments",
];

const STEP_KEYS: [&str; 10] = [
    "name",
    "description",
    "handler",
    "dependencies",
    "depends_on",
    "retry",
    "timeout_seconds",
    "type",
    "result_schema",
    "skippable",
];

const STEP_KEPT: [&str; 2] = ["batch_config", "publishes_events"];

/// Reads a whole document of this format.
pub(super) fn read(head: &Section<'_>, environment: &str) -> Document {
    head.allow(&[&HEAD_KEYS[..], &KEPT[..]].concat());
    let namespace_key = head.either("namespace_name", "namespace");
    let identity = Identity::read(head, namespace_key, DEFAULT_VERSION);
    head.require_some("steps");
    let mut steps: Vec<StepDraft> = head.sections("steps").iter().map(step).collect();
    overlay::apply(head, environment, "steps", &mut steps, overlay_step);
    Document {
        identity,
        format: Format::A,
        input_schema: schema(head, "input_schema"),
        max_duration_ms: lifecycle::of_template(head),
        kept: keep(head, &KEPT),
        steps,
    }
}

fn step(section: &Section<'_>) -> StepDraft {
    section.allow(&[&STEP_KEYS[..], &STEP_KEPT[..], &KEPT[..]].concat());
    let kind = match section.has("type") {
        true => section.choice("type", &StepKind::ALL.map(|kind| (kind.as_str(), kind))),
        false => Some(StepKind::Standard),
    };
    batch::check(section, kind);
    events::check(section);
    lifecycle::of_step(section);
    let mut draft = StepDraft {
        description: section.text("description"),
        kind,
        dependencies: dependencies(section),
        result_schema: schema(section, "result_schema"),
        skippable: section.flag("skippable"),
        kept: keep(section, &[&STEP_KEPT[..], &KEPT[..]].concat()),
        ..common(section)
    };
    read_handler(section, &mut draft);
    draft
}

/// What a step and an overlay of a step have in common.
fn common(section: &Section<'_>) -> StepDraft {
    section.require("name", "give the step a name");
    StepDraft {
        path: section.path().to_owned(),
        name: section.name("name"),
        retry: section
            .section("retry")
            .map(|retry| RetryKeys::read(&retry))
            .unwrap_or_default(),
        timeout_ms: section.span_ms("timeout_seconds", 1_000, 1),
        ..StepDraft::default()
    }
}

fn overlay_step(section: &Section<'_>) -> StepDraft {
    section.allow(&["name", "handler", "timeout_seconds", "retry"]);
    let handler = section.section("handler");
    StepDraft {
        initialization: handler.and_then(|handler| {
            handler.allow(&["initialization"]);
            initialization(&handler)
        }),
        ..common(section)
    }
}

fn read_handler(section: &Section<'_>, draft: &mut StepDraft) {
    section.require(
        "handler",
        "name what to call, such as { callable: Payments::Charge }",
    );
    let Some(handler) = section.section("handler") else {
        return;
    };
    handler.allow(&["callable", "method", "initialization", "resolver"]);
    handler.require("callable", "name a class or a registered handler");
    draft.callable = handler.name("callable");
    draft.method = handler.name("method");
    draft.initialization = initialization(&handler);
    draft.explicit = handler.choice("resolver", &[("explicit_mapping", true)]);
}

fn initialization(handler: &Section<'_>) -> Option<Map<String, Value>> {
    handler
        .section("initialization")
        .map(|section| section.to_map())
}

fn dependencies(section: &Section<'_>) -> Option<Vec<Dependency>> {
    let key = section.either("dependencies", "depends_on");
    let path = section.path_of(key);
    let names = section.texts(key)?.into_iter();
    Some(
        names
            .map(|name| Dependency {
                name,
                path: path.clone(),
            })
            .collect(),
    )
}
