//! From JSON text to a template: tells the formats apart, has the right one read, and puts the parts together.

use serde_json::{Map, Value};

use super::draft::StepDraft;
use super::identity::{Identity, label};
use super::problems::Problems;
use super::section::Section;
use super::{Format, Template, assemble, format_a, format_b};
use crate::refusal::Refusal;
use crate::schema::Schema;

/// A document of either format, read but not yet checked as a whole.
pub(super) struct Document {
    pub(super) identity: Identity,
    pub(super) format: Format,
    pub(super) steps: Vec<StepDraft>,
    pub(super) input_schema: Option<Schema>,
    pub(super) max_duration_ms: Option<i64>,
    pub(super) kept: Map<String, Value>,
}

pub(super) fn parse(json: &str, environment: &str) -> Result<Template, Refusal> {
    let problems = Problems::default();
    let value: Value = match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => {
            problems.add("", format!("it is not JSON: {error}"));
            return Err(problems.into_refusal("the template"));
        }
    };
    let what = label(&value);
    let document =
        Section::open(&value, String::new(), &problems).and_then(|head| read(&head, environment));
    match document {
        Some(document) => assemble::template(document, problems, &what),
        None => Err(problems.into_refusal(&what)),
    }
}

fn read(head: &Section<'_>, environment: &str) -> Option<Document> {
    let has = |wanted: &str| head.entries().any(|(key, _)| key == wanted);
    match (has("steps"), has("step_templates")) {
        (true, true) => {
            head.problem(
                "step_templates",
                "belongs to the older format and can't stand beside `steps`; keep one of them",
            );
            None
        }
        (false, true) => Some(format_b::read(head, environment)),
        (_, false) => Some(format_a::read(head, environment)),
    }
}
