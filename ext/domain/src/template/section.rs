//! One object of a template's JSON, read key by key. Whatever is wrong becomes a problem with its path, and reading
//! goes on. A key whose value is null counts as absent, as people leave keys of YAML empty.

use serde_json::{Map, Value};

use super::problems::Problems;
use crate::nearest::nearest;

mod values;

pub(super) use values::LONGEST_MS;

/// As much of a wrong value as a message shows.
const SHOWN: usize = 60;

pub(super) struct Section<'a> {
    map: &'a Map<String, Value>,
    path: String,
    problems: &'a Problems,
}

impl<'a> Section<'a> {
    /// Opens an object; anything else is a problem.
    pub(super) fn open(
        value: &'a Value,
        path: String,
        problems: &'a Problems,
    ) -> Option<Section<'a>> {
        let Some(map) = value.as_object() else {
            problems.add(
                path,
                format!("must be a mapping of keys to values, got {}", show(value)),
            );
            return None;
        };
        Some(Section {
            map,
            path,
            problems,
        })
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn problems(&self) -> &'a Problems {
        self.problems
    }

    /// The path of a key in here.
    pub(super) fn path_of(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        self.problems.add(self.path_of(key), message);
    }

    /// Refuses every key that is none of these.
    pub(super) fn allow(&self, known: &[&str]) {
        for key in self.map.keys().filter(|key| !known.contains(&key.as_str())) {
            let hint = match nearest(key, known.iter().copied()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => format!("; allowed here: {}", known.join(", ")),
            };
            self.problems.add(
                self.path.clone(),
                format!("unknown key `{}`{hint}", clip(key)),
            );
        }
    }

    /// Every key with its value, null or not.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.map.iter()
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Which of two spellings is used; both at once are a problem.
    pub(super) fn either(&self, key: &'static str, other: &'static str) -> &'static str {
        match (self.has(key), self.has(other)) {
            (true, true) => {
                self.problem(
                    other,
                    format!("means the same as `{key}`; keep one of them"),
                );
                key
            }
            (false, true) => other,
            (_, false) => key,
        }
    }

    pub(super) fn section(&self, key: &str) -> Option<Section<'a>> {
        Section::open(self.value(key)?, self.path_of(key), self.problems)
    }

    pub(super) fn list(&self, key: &str) -> Option<&'a Vec<Value>> {
        let value = self.value(key)?;
        self.expect(key, value.as_array(), value, "a list")
    }

    /// A list that must be there and hold something.
    pub(super) fn require_some(&self, key: &str) {
        match self.value(key) {
            None => self.problem(key, "is missing; list at least one step"),
            Some(Value::Array(items)) if items.is_empty() => {
                self.problem(key, "must list at least one step")
            }
            Some(_) => {}
        }
    }

    /// A key that must be there.
    pub(super) fn require(&self, key: &str, what_to_do: &str) {
        if !self.has(key) {
            self.problem(key, format!("is missing; {what_to_do}"));
        }
    }

    /// The objects of a list, each with its own path.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'a>> {
        let items = self.list(key).into_iter().flatten().enumerate();
        let path = self.path_of(key);
        items
            .filter_map(|(index, item)| {
                Section::open(item, format!("{path}[{index}]"), self.problems)
            })
            .collect()
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        for (index, value) in self.list(key)?.iter().enumerate() {
            let item = format!("{key}[{index}]");
            texts.extend(
                self.expect(&item, value.as_str(), value, "a name")
                    .map(str::to_owned),
            );
        }
        Some(texts)
    }

    /// All of it, as it is.
    pub(super) fn to_map(&self) -> Map<String, Value> {
        self.map.clone()
    }
}

/// A value for a message: its JSON, cut short.
pub(super) fn show(value: &Value) -> String {
    match value {
        // A long container isn't written out merely to be cut off.
        Value::Array(items) if items.len() > SHOWN => format!("a list of {} items", items.len()),
        Value::Object(members) if members.len() > SHOWN => {
            format!("a mapping of {} keys", members.len())
        }
        _ => clip(&value.to_string()),
    }
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
