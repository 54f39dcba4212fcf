//! The `batch_config` of batch steps: checked and kept until they can run.

use super::StepKind;
use super::section::Section;

const MOST: i64 = 1_000_000_000;

/// Checks the batch configuration of a step of this kind.
pub(super) fn check(step: &Section<'_>, kind: Option<StepKind>) {
    let Some(batch) = step.section("batch_config") else {
        return;
    };
    if !matches!(kind, Some(StepKind::Batchable | StepKind::BatchWorker)) {
        step.problem(
            "batch_config",
            "has an effect only on steps of type batchable or batch_worker",
        );
    }
    batch.allow(&[
        "batch_size",
        "parallelism",
        "cursor_field",
        "worker_template",
        "failure_strategy",
    ]);
    batch.whole("batch_size", 1..=MOST);
    batch.whole("parallelism", 1..=MOST);
    batch.name("cursor_field");
    batch.name("worker_template");
    batch.choice(
        "failure_strategy",
        &[("fail_fast", ()), ("continue_on_failure", ())],
    );
}
