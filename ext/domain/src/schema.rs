//! JSON Schemas of templates: compiled once, then checking texts and filling in defaults.
//!
//! Texts are never parsed and written again, since that would change numbers (`1e5`, thirty digits): defaults are
//! spliced into the text as it came. Only references within the schema are followed; nothing is ever fetched.

use std::fmt;
use std::sync::Arc;

use jsonschema::Validator;
use jsonschema::error::ValidationError;
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value;

use crate::nearest::suggestion;
use crate::refusal::Refusal;

mod defaults;
mod references;

use defaults::Defaults;

/// As many violations as one check reports; a list of a million bad items would help nobody.
const MOST_VIOLATIONS: usize = 1_000;

/// A message longer than this leaves out the offending value.
const LONGEST_MESSAGE: usize = 200;

const TYPES: [&str; 7] = [
    "string", "integer", "number", "boolean", "object", "array", "null",
];

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// Such as `order.items[2].price`; empty where the whole is meant.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// A compiled JSON Schema. Cheap to clone.
#[derive(Clone)]
pub struct Schema {
    inner: Arc<Inner>,
}

struct Inner {
    source: Value,
    validator: Validator,
    defaults: Defaults,
}

impl Schema {
    /// Compiles a schema that stands at `path` of a template. The draft is the one that `$schema` names, 2020-12
    /// without it; formats such as `email` are checked in every draft.
    ///
    /// # Errors
    /// [`Refusal::Validation`] with everything that is wrong with the schema itself.
    pub fn compile(schema: &Value, path: &str) -> Result<Schema, Refusal> {
        let refuse = |errors| Refusal::invalid("the schema", errors);
        let mut faults = faults_of(schema, path);
        if faults.is_empty() {
            faults = references::faults_of(schema, path);
        }
        if !faults.is_empty() {
            return Err(refuse(faults));
        }
        let defaults = Defaults::of(schema).map_err(|message| {
            let path = path.to_owned();
            refuse(vec![Violation { path, message }])
        })?;
        let validator = jsonschema::options()
            .offline()
            .should_validate_formats(true)
            .build(schema)
            .map_err(|error| refuse(vec![fault(&error, path)]))?;
        let source = schema.clone();
        Ok(Schema {
            inner: Arc::new(Inner {
                source,
                validator,
                defaults,
            }),
        })
    }

    /// Fills the missing defaults into a JSON text, then checks it.
    ///
    /// `Ok(None)` means valid as it is; `Ok(Some(text))` valid with defaults added and every other byte untouched.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its path.
    pub fn check(&self, text: &str) -> Result<Option<String>, Vec<Violation>> {
        let whole = |message: String| {
            vec![Violation {
                path: String::new(),
                message,
            }]
        };
        let filled = self.inner.defaults.fill(text).map_err(whole)?;
        let value: Value = serde_json::from_str(filled.as_deref().unwrap_or(text))
            .map_err(|error| whole(format!("is not JSON: {error}")))?;
        if self.inner.validator.is_valid(&value) {
            return Ok(filled);
        }
        let violations = self
            .inner
            .validator
            .iter_errors(&value)
            .take(MOST_VIOLATIONS)
            .map(|error| Violation {
                path: dotted("", error.instance_path()),
                message: message_of(&error),
            })
            .collect();
        Err(violations)
    }

    /// The schema as the template has it.
    pub fn source(&self) -> &Value {
        &self.inner.source
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.inner.source)
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Schema) -> bool {
        self.inner.source == other.inner.source
    }
}

/// All that the meta-schema finds wrong with a schema.
fn faults_of(schema: &Value, path: &str) -> Vec<Violation> {
    if !(schema.is_object() || schema.is_boolean()) {
        let message = format!("must be a JSON Schema (an object), got {schema}");
        return vec![Violation {
            path: path.to_owned(),
            message,
        }];
    }
    match jsonschema::meta::validator_for(schema) {
        Ok(meta) => meta
            .iter_errors(schema)
            .take(MOST_VIOLATIONS)
            .map(|error| fault(&error, path))
            .collect(),
        Err(error) => vec![fault(&error, path)],
    }
}

fn fault(error: &ValidationError<'_>, path: &str) -> Violation {
    let location = error.instance_path();
    let message = match (
        location.as_str().ends_with("/type"),
        error.instance().as_str(),
    ) {
        (true, Some(unknown)) if !TYPES.contains(&unknown) => {
            format!(
                "unknown type {unknown:?}; allowed: {}{}",
                TYPES.join(", "),
                suggestion(unknown, TYPES)
            )
        }
        _ => message_of(error),
    };
    Violation {
        path: dotted(path, location),
        message,
    }
}

fn message_of(error: &ValidationError<'_>) -> String {
    let full = error.to_string();
    if full.chars().count() <= LONGEST_MESSAGE {
        return full;
    }
    let masked = error.masked_with("the value").to_string();
    if masked.chars().count() <= LONGEST_MESSAGE {
        return masked;
    }
    masked.chars().take(LONGEST_MESSAGE).chain(['…']).collect()
}

/// `order.items[2].price`, below `root`; a name that isn't a plain word stands in brackets and quotes.
fn dotted(root: &str, location: &Location) -> String {
    let mut path = root.to_owned();
    for segment in location.segments() {
        match segment {
            LocationSegment::Index(index) => path.push_str(&format!("[{index}]")),
            LocationSegment::Property(name) if is_plain(&name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name);
            }
            LocationSegment::Property(name) => path.push_str(&format!("[{name:?}]")),
        }
    }
    path
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '?' | '!'))
}

#[cfg(test)]
mod tests;
