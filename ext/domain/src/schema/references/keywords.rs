//! Which keywords of JSON Schema hold schemas, and whether these hold at the same place of a text or below it.

use serde_json::Value;

/// A schema within a schema.
pub(super) struct Part<'a> {
    pub(super) schema: &'a Value,
    /// The way to it, such as `properties.name`.
    pub(super) place: String,
    /// Whether it holds for the same value as the schema that it is in.
    pub(super) same_place: bool,
}

const SAME_PLACE: [&str; 9] = [
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependencies",
];

const BELOW: [&str; 13] = [
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "contentSchema",
    "$defs",
    "definitions",
];

/// The keywords whose value names its schemas.
const NAMED: [&str; 6] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
];

/// The schemas directly within one.
pub(super) fn parts(schema: &Value) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for (keywords, same_place) in [(&SAME_PLACE[..], true), (&BELOW[..], false)] {
        for keyword in keywords {
            let Some(value) = schema.get(keyword) else {
                continue;
            };
            let mut add = |schema, place| {
                parts.push(Part {
                    schema,
                    place,
                    same_place,
                })
            };
            match value {
                Value::Object(members) if NAMED.contains(keyword) => {
                    for (name, schema) in members {
                        add(schema, format!("{keyword}.{name}"));
                    }
                }
                Value::Array(items) => {
                    for (index, schema) in items.iter().enumerate() {
                        add(schema, format!("{keyword}[{index}]"));
                    }
                }
                _ => add(value, (*keyword).to_owned()),
            }
        }
    }
    parts
}
