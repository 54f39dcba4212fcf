//! Reading single values of a [`Section`]: each of its type and range, or a problem that says what is allowed.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::{Section, show};

/// Names, versions and the like: as long as the tables of a database take them.
const LONGEST_NAME: usize = 255;

/// A wait or a time limit of more than a year is a mistake.
pub(in crate::template) const LONGEST_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

impl Section<'_> {
    pub(in crate::template) fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        self.expect(key, value.as_str(), value, "a text")
            .map(str::to_owned)
    }

    /// A text that names something: not empty, not too long, and nothing invisible in it.
    pub(in crate::template) fn name(&self, key: &str) -> Option<String> {
        let name = self.text(key)?;
        self.check_name(key, &name).then_some(name)
    }

    pub(in crate::template) fn check_name(&self, key: &str, name: &str) -> bool {
        let length = name.chars().count();
        let fault = if name.trim().is_empty() {
            "must not be empty".to_owned()
        } else if length > LONGEST_NAME {
            format!("has {length} characters, at most {LONGEST_NAME} are allowed")
        } else if name.chars().any(char::is_control) {
            format!(
                "must not contain control characters, got {}",
                show(&Value::from(name))
            )
        } else {
            return true;
        };
        self.problem(key, fault);
        false
    }

    pub(in crate::template) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        self.expect(key, value.as_bool(), value, "true or false")
    }

    pub(in crate::template) fn whole(
        &self,
        key: &str,
        allowed: RangeInclusive<i64>,
    ) -> Option<i64> {
        let value = self.value(key)?;
        let number = value.as_i64().filter(|number| allowed.contains(number));
        let wanted = format!(
            "a whole number from {} to {}",
            allowed.start(),
            allowed.end()
        );
        self.expect(key, number, value, &wanted)
    }

    pub(in crate::template) fn number(
        &self,
        key: &str,
        allowed: RangeInclusive<f64>,
    ) -> Option<f64> {
        let value = self.value(key)?;
        let number = value.as_f64().filter(|number| allowed.contains(number));
        let wanted = format!("a number from {} to {}", allowed.start(), allowed.end());
        self.expect(key, number, value, &wanted)
    }

    /// A time in units of `unit_ms`, in milliseconds; `least_ms` is the shortest that makes sense.
    pub(in crate::template) fn span_ms(
        &self,
        key: &str,
        unit_ms: i64,
        least_ms: i64,
    ) -> Option<i64> {
        let value = self.value(key)?;
        let span = value
            .as_f64()
            .map(|number| number * unit_ms as f64)
            .filter(|span| *span >= least_ms as f64 && *span <= LONGEST_MS as f64);
        let (least, longest) = (least_ms as f64 / unit_ms as f64, LONGEST_MS / unit_ms);
        let wanted = format!("a number from {least} to {longest}");
        // The filter has bounded it, so that the cast loses at most a fraction of a millisecond.
        self.expect(key, span, value, &wanted)
            .map(|span| span.round() as i64)
    }

    pub(in crate::template) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let value = self.value(key)?;
        let chosen = value
            .as_str()
            .and_then(|name| choices.iter().find(|(choice, _)| *choice == name));
        if let Some((_, choice)) = chosen {
            return Some(*choice);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let hint = value
            .as_str()
            .map(|name| self.problems.suggestion(name, names.iter().copied()));
        let wanted = if let [only] = names[..] {
            only.to_owned()
        } else {
            format!("one of {}", names.join(", "))
        };
        self.problem(
            key,
            format!(
                "must be {wanted}, got {}{}",
                show(value),
                hint.unwrap_or_default()
            ),
        );
        None
    }

    pub(super) fn expect<T>(
        &self,
        key: &str,
        read: Option<T>,
        value: &Value,
        wanted: &str,
    ) -> Option<T> {
        if read.is_none() {
            self.problem(key, format!("must be {wanted}, got {}", show(value)));
        }
        read
    }
}
