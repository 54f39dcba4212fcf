//! Gathers all that is wrong with a template, so that its author sees everything at once.

use std::cell::{Cell, RefCell};

use crate::nearest::suggestion;
use crate::refusal::Refusal;
use crate::schema::Violation;

/// A search for the nearest name looks at all names, so that a template full of wrong ones would cost their square.
const MOST_SUGGESTIONS: u32 = 50;

/// The problems of one template, in the order in which they were found.
#[derive(Default)]
pub(super) struct Problems {
    found: RefCell<Vec<Violation>>,
    suggested: Cell<u32>,
}

impl Problems {
    pub(super) fn add(&self, path: impl Into<String>, message: impl Into<String>) {
        let violation = Violation {
            path: path.into(),
            message: message.into(),
        };
        self.found.borrow_mut().push(violation);
    }

    /// Takes over the problems of a part that was checked by itself.
    pub(super) fn add_refusal(&self, path: &str, refusal: Refusal) {
        match refusal {
            Refusal::Validation { errors, .. } => self.found.borrow_mut().extend(errors),
            other => self.add(path, other.to_string()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    pub(super) fn into_refusal(self, what: &str) -> Refusal {
        Refusal::invalid(what, self.found.into_inner())
    }

    /// `; did you mean "x"?`, or nothing.
    pub(super) fn suggestion<'a>(
        &self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> String {
        let suggested = self.suggested.get();
        if suggested >= MOST_SUGGESTIONS {
            return String::new();
        }
        self.suggested.set(suggested + 1);
        suggestion(name, candidates)
    }
}
