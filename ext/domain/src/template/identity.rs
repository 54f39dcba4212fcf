//! What a template is called: namespace, name, version.

use serde_json::Value;

use super::section::{Section, show};

const DEFAULT_NAMESPACE: &str = "default";

pub(super) struct Identity {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) description: Option<String>,
}

impl Identity {
    /// Reads the identity; `namespace_key` is the spelling that is used here, `version` the one where none is given.
    pub(super) fn read(head: &Section<'_>, namespace_key: &str, version: &str) -> Identity {
        head.require("name", "give the template a name");
        Identity {
            namespace: head
                .name(namespace_key)
                .unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned()),
            name: head.name("name").unwrap_or_default(),
            version: read_version(head).unwrap_or_else(|| version.to_owned()),
            description: head.text("description"),
        }
    }
}

/// A short label for messages, taken from a template that may be wrong in every way.
pub(super) fn label(value: &Value) -> String {
    let part = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    // A name that can't be shown in one line is quoted by the problem itself.
    if ["namespace_name", "namespace", "name"]
        .into_iter()
        .filter_map(part)
        .any(|text| text.contains(char::is_control))
    {
        return "the template".to_owned();
    }
    let namespace = part("namespace_name")
        .or_else(|| part("namespace"))
        .unwrap_or(DEFAULT_NAMESPACE);
    match part("name") {
        Some(name) => format!("template {namespace}/{name}"),
        None => "the template".to_owned(),
    }
}

/// YAML makes a number of an unquoted `2.0`; its digits are the version.
fn read_version(head: &Section<'_>) -> Option<String> {
    let value = head.value("version")?;
    let version = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => {
            head.problem(
                "version",
                format!("must be a text such as 1.0.0, got {}", show(value)),
            );
            return None;
        }
    };
    head.check_name("version", &version).then_some(version)
}
