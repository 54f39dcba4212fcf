//! The `lifecycle` of a template and of a step. `max_duration_minutes` of the template is the task's deadline; the rest
//! is checked and kept.

use super::section::Section;

const MINUTE_MS: i64 = 60_000;

/// The keys that count minutes.
const MINUTES: [&str; 4] = [
    "max_duration_minutes",
    "max_waiting_for_dependencies_minutes",
    "max_waiting_for_retry_minutes",
    "max_steps_in_process_minutes",
];

/// Checks the template's own `lifecycle`; returns the deadline of its tasks in milliseconds.
pub(super) fn of_template(head: &Section<'_>) -> Option<i64> {
    let lifecycle = head.section("lifecycle")?;
    check(&lifecycle, &[]);
    lifecycle.span_ms("max_duration_minutes", MINUTE_MS, 1)
}

/// Checks the `lifecycle` of a step.
pub(super) fn of_step(step: &Section<'_>) {
    let Some(lifecycle) = step.section("lifecycle") else {
        return;
    };
    check(&lifecycle, &["max_retries", "backoff_multiplier"]);
    lifecycle.span_ms("max_duration_minutes", MINUTE_MS, 1);
    lifecycle.whole("max_retries", 0..=super::retry_keys::MOST_ATTEMPTS);
    lifecycle.number("backoff_multiplier", 0.0..=1_000_000.0);
}

fn check(lifecycle: &Section<'_>, more: &[&str]) {
    let mut known = MINUTES.to_vec();
    known.extend([
        "staleness_action",
        "auto_fail_on_timeout",
        "auto_dlq_on_timeout",
    ]);
    known.extend(more);
    lifecycle.allow(&known);
    for key in MINUTES.iter().filter(|key| **key != "max_duration_minutes") {
        lifecycle.span_ms(key, MINUTE_MS, 0);
    }
    lifecycle.name("staleness_action");
    lifecycle.flag("auto_fail_on_timeout");
    lifecycle.flag("auto_dlq_on_timeout");
}
