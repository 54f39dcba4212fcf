//! What one place of a template says about retries. Overlays say a part of it, so every part can be absent.

use super::section::{LONGEST_MS, Section};
use crate::retry::{Backoff, RetryPolicy};

/// More attempts than this are a mistake.
pub(super) const MOST_ATTEMPTS: i64 = 1_000_000;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RetryKeys {
    pub(super) retryable: Option<bool>,
    pub(super) max_attempts: Option<i64>,
    pub(super) backoff: Option<Backoff>,
    pub(super) base_ms: Option<i64>,
    pub(super) cap_ms: Option<i64>,
    pub(super) jitter: Option<f64>,
}

impl RetryKeys {
    /// Reads the `retry` of format A, with the older spellings of its keys.
    pub(super) fn read(section: &Section<'_>) -> RetryKeys {
        section.allow(&[
            "retryable",
            "max_attempts",
            "limit",
            "backoff",
            "backoff_base_ms",
            "initial_delay",
            "max_backoff_ms",
            "max_delay",
            "jitter",
        ]);
        RetryKeys {
            retryable: section.flag("retryable"),
            max_attempts: section.whole(section.either("max_attempts", "limit"), 0..=MOST_ATTEMPTS),
            backoff: section.choice(
                "backoff",
                &Backoff::ALL.map(|backoff| (backoff.as_str(), backoff)),
            ),
            base_ms: time(section, "backoff_base_ms", "initial_delay"),
            cap_ms: time(section, "max_backoff_ms", "max_delay"),
            jitter: jitter(section),
        }
    }

    /// Key by key: what `over` says wins, and what it doesn't say stays.
    pub(super) fn overlaid_by(self, over: RetryKeys) -> RetryKeys {
        RetryKeys {
            retryable: over.retryable.or(self.retryable),
            max_attempts: over.max_attempts.or(self.max_attempts),
            backoff: over.backoff.or(self.backoff),
            base_ms: over.base_ms.or(self.base_ms),
            cap_ms: over.cap_ms.or(self.cap_ms),
            jitter: over.jitter.or(self.jitter),
        }
    }

    pub(super) fn policy(self) -> RetryPolicy {
        let usual = RetryPolicy::default();
        let retryable = self.retryable.unwrap_or(usual.retryable);
        let wanted = self
            .max_attempts
            .and_then(|attempts| u32::try_from(attempts).ok());
        let base_ms = self.base_ms.unwrap_or(usual.base_ms);
        RetryPolicy {
            max_attempts: if retryable {
                wanted.unwrap_or(usual.max_attempts).max(1)
            } else {
                1
            },
            retryable,
            backoff: self.backoff.unwrap_or(usual.backoff),
            base_ms,
            // A base beyond the usual cap was asked for by name; a cap that nobody asked for must not undo it.
            cap_ms: self.cap_ms.unwrap_or(usual.cap_ms.max(base_ms)),
            jitter: self.jitter.unwrap_or(usual.jitter),
        }
    }
}

/// The newer key counts milliseconds, the older one seconds.
fn time(section: &Section<'_>, in_ms: &'static str, in_seconds: &'static str) -> Option<i64> {
    let key = section.either(in_ms, in_seconds);
    if key == in_seconds {
        section.span_ms(key, 1_000, 0)
    } else {
        section.whole(key, 0..=LONGEST_MS)
    }
}

/// A share of the wait; true and false stand for all and nothing.
fn jitter(section: &Section<'_>) -> Option<f64> {
    match section.value("jitter")?.as_bool() {
        Some(all) => Some(if all { 1.0 } else { 0.0 }),
        None => section.number("jitter", 0.0..=1.0),
    }
}
