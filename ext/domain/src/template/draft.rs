//! A step while its template is being read: what has been said of it so far, every part of which can be absent. An
//! overlay is a draft, too, so that laying it over the step is a matter of parts that are there.

use serde_json::{Map, Value};

use super::retry_keys::RetryKeys;
use super::section::Section;
use super::{Handler, HandlerStyle, StepKind, StepSpec};
use crate::schema::Schema;

#[derive(Default)]
pub(super) struct StepDraft {
    /// Such as `steps[2]`.
    pub(super) path: String,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) kind: Option<StepKind>,
    pub(super) callable: Option<String>,
    pub(super) method: Option<String>,
    pub(super) initialization: Option<Map<String, Value>>,
    pub(super) explicit: Option<bool>,
    pub(super) dependencies: Option<Vec<Dependency>>,
    pub(super) retry: RetryKeys,
    pub(super) timeout_ms: Option<i64>,
    pub(super) result_schema: Option<Schema>,
    pub(super) skippable: Option<bool>,
    pub(super) kept: Map<String, Value>,
}

/// The name of a parent, and where it was given.
#[derive(Clone)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) path: String,
}

impl StepDraft {
    /// Lays an overlay over this step, key by key. What it doesn't mention stays.
    pub(super) fn lay_over(&mut self, over: &StepDraft) {
        replace(&mut self.description, &over.description);
        replace(&mut self.callable, &over.callable);
        replace(&mut self.dependencies, &over.dependencies);
        replace(&mut self.timeout_ms, &over.timeout_ms);
        replace(&mut self.skippable, &over.skippable);
        self.retry = self.retry.overlaid_by(over.retry);
        if let Some(over) = &over.initialization {
            merge(self.initialization.get_or_insert_default(), over);
        }
    }

    /// The finished step. A part that was wrong is a problem already, so that a stand-in never gets out.
    pub(super) fn finish(self, style: HandlerStyle) -> StepSpec {
        StepSpec {
            name: self.name.unwrap_or_default(),
            description: self.description,
            kind: self.kind.unwrap_or(StepKind::Standard),
            handler: Handler {
                callable: self.callable.unwrap_or_default(),
                method: self.method,
                initialization: self.initialization.unwrap_or_default(),
                explicit: self.explicit.unwrap_or(false),
                style,
            },
            retry: self.retry.policy(),
            timeout_ms: self.timeout_ms,
            result_schema: self.result_schema,
            skippable: self.skippable.unwrap_or(false),
            kept: self.kept,
        }
    }
}

/// The schema under `key`, compiled.
pub(super) fn schema(section: &Section<'_>, key: &str) -> Option<Schema> {
    let path = section.path_of(key);
    Schema::compile(section.value(key)?, &path)
        .map_err(|refusal| section.problems().add_refusal(&path, refusal))
        .ok()
}

/// The values of those of `keys` that are there.
pub(super) fn keep(section: &Section<'_>, keys: &[&str]) -> Map<String, Value> {
    section
        .entries()
        .filter(|(key, _)| keys.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn replace<T: Clone>(mine: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        mine.clone_from(over);
    }
}

/// Mappings are merged, anything else is replaced. The depth is bounded by that of the JSON parser.
fn merge(mine: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (mine.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(value)) => merge(below, value),
            _ => {
                mine.insert(key.clone(), value.clone());
            }
        }
    }
}
