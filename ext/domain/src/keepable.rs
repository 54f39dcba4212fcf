//! Which texts every database can keep: those without NUL, which PostgreSQL doesn't store.
//!
//! JSON isn't concerned: in it a NUL is written as `\u0000`.

use crate::command::{Action, Control, Submission};
use crate::schema::Violation;

const NUL: char = '\0';

/// What is wrong with those of the texts, each with its name, that can't be kept.
pub fn faults<'a>(texts: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Vec<Violation> {
    let bad = texts
        .into_iter()
        .filter(|(_, text)| text.is_some_and(|text| text.contains(NUL)));
    bad.map(|(name, _)| fault(name)).collect()
}

fn fault(name: &str) -> Violation {
    Violation {
        path: name.to_owned(),
        message: "it holds a NUL character, which can't be stored; remove it".to_owned(),
    }
}

impl Submission {
    /// What of it can't be kept.
    pub fn faults(&self) -> Vec<Violation> {
        let mut found = faults([
            ("namespace", Some(self.namespace.as_str())),
            ("name", Some(self.name.as_str())),
            ("version", self.version.as_deref()),
            ("idempotency_key", self.idempotency_key.as_deref()),
            ("initiator", self.initiator.as_deref()),
            ("source_system", self.source_system.as_deref()),
            ("reason", self.reason.as_deref()),
            ("correlation_id", self.correlation_id.as_deref()),
        ]);
        if self.tags.as_deref().is_some_and(names_nul) {
            found.push(fault("tags"));
        }
        found
    }
}

/// Whether a string of a JSON array holds a NUL.
fn names_nul(json: &str) -> bool {
    // Most tags are spared the parser: without these letters there is no NUL.
    json.contains("u0000")
        && serde_json::from_str::<Vec<String>>(json)
            .is_ok_and(|tags| tags.iter().any(|tag| tag.contains(NUL)))
}

impl Control {
    /// What of it can't be kept.
    pub fn faults(&self) -> Vec<Violation> {
        let by = match &self.action {
            Action::Resolve { by, .. } => by.as_deref(),
            Action::Cancel | Action::Pause | Action::Resume | Action::Retry { .. } => None,
        };
        faults([("reason", self.reason.as_deref()), ("by", by)])
    }
}
