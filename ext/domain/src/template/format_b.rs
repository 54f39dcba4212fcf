//! Format B, `step_templates:`, the older one.

use std::collections::HashSet;

use super::draft::{Dependency, StepDraft, keep, schema};
use super::identity::Identity;
use super::read::Document;
use super::retry_keys::{MOST_ATTEMPTS, RetryKeys};
use super::section::Section;
use super::{Format, StepKind, overlay};

const DEFAULT_VERSION: &str = "0.1.0";

const KEPT: [&str; 6] = [
    "task_handler_class",
    "module_namespace",
    "named_steps",
    "default_dependent_system",
    "custom_events",
    "handler_config",
];

const HEAD_KEYS: [&str; 7] = [
    "name",
    "namespace_name",
    "version",
    "description",
    "schema",
    "step_templates",
    "environments",
];

const STEP_KEYS: [&str; 9] = [
    "name",
    "description",
    "handler_class",
    "handler_config",
    "depends_on_step",
    "depends_on_steps",
    "default_retryable",
    "default_retry_limit",
    "skippable",
];

/// Reads a whole document of this format.
pub(super) fn read(head: &Section<'_>, environment: &str) -> Document {
    head.allow(&[&HEAD_KEYS[..], &KEPT[..]].concat());
    let identity = Identity::read(head, "namespace_name", DEFAULT_VERSION);
    head.require_some("step_templates");
    let mut steps: Vec<StepDraft> = head
        .sections("step_templates")
        .iter()
        .map(whole_step)
        .collect();
    check_named_steps(head, &steps);
    overlay::apply(head, environment, "step_templates", &mut steps, step);
    for key in [
        "task_handler_class",
        "module_namespace",
        "default_dependent_system",
    ] {
        head.name(key);
    }
    Document {
        identity,
        format: Format::B,
        input_schema: schema(head, "schema"),
        max_duration_ms: None,
        kept: keep(head, &KEPT),
        steps,
    }
}

fn whole_step(section: &Section<'_>) -> StepDraft {
    section.require("handler_class", "name the class of the step's handler");
    StepDraft {
        kind: Some(StepKind::Standard),
        ..step(section)
    }
}

/// A step or an overlay of one: here both may say the same things.
fn step(section: &Section<'_>) -> StepDraft {
    section.allow(&STEP_KEYS);
    section.require("name", "give the step a name");
    let config = section.section("handler_config");
    StepDraft {
        path: section.path().to_owned(),
        name: section.name("name"),
        description: section.text("description"),
        callable: section.name("handler_class"),
        initialization: config.as_ref().map(Section::to_map),
        timeout_ms: config.and_then(|config| config.span_ms("timeout_seconds", 1_000, 1)),
        dependencies: dependencies(section),
        retry: RetryKeys {
            retryable: section.flag("default_retryable"),
            max_attempts: section.whole("default_retry_limit", 0..=MOST_ATTEMPTS),
            ..RetryKeys::default()
        },
        skippable: section.flag("skippable"),
        ..StepDraft::default()
    }
}

/// One parent, several, or both.
fn dependencies(section: &Section<'_>) -> Option<Vec<Dependency>> {
    let named = |key: &str, name: String| Dependency {
        name,
        path: section.path_of(key),
    };
    let one = section
        .text("depends_on_step")
        .map(|name| vec![named("depends_on_step", name)]);
    let several = section.texts("depends_on_steps").map(|names| {
        names
            .into_iter()
            .map(|name| named("depends_on_steps", name))
            .collect()
    });
    match (one, several) {
        (None, None) => None,
        (one, several) => Some(
            one.into_iter()
                .chain(several)
                .flatten()
                .collect::<Vec<Dependency>>(),
        ),
    }
}

/// `named_steps` repeats the names of the steps; where it differs, one of the two is wrong.
fn check_named_steps(head: &Section<'_>, steps: &[StepDraft]) {
    let Some(listed) = head.texts("named_steps") else {
        return;
    };
    let names = || steps.iter().filter_map(|step| step.name.as_deref());
    let known: HashSet<&str> = names().collect();
    let mut seen = HashSet::new();
    for (index, name) in listed.iter().map(String::as_str).enumerate() {
        let key = format!("named_steps[{index}]");
        if !known.contains(name) {
            let hint = head.problems().suggestion(name, names());
            head.problem(&key, format!("{name:?} is not among step_templates{hint}"));
        } else if !seen.insert(name) {
            head.problem(&key, format!("{name:?} is used twice"));
        }
    }
    for name in names().filter(|name| !seen.contains(name)) {
        head.problem(
            "named_steps",
            format!("lacks {name:?}, which is among step_templates"),
        );
    }
}
