//! What the rules take from the configuration.

use std::collections::HashMap;

use crate::template::{StepSpec, Template};

/// The settings that decide how steps run.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The environment whose overlays of a template apply.
    pub environment: String,
    /// How long an attempt may take where its template says nothing, in ms.
    pub step_timeout_ms: i64,
    /// How long a worker's silence is borne, in ms.
    pub lease_ms: i64,
    /// The most steps that a template may have.
    pub max_steps: usize,
    /// How many steps on their last attempt one claim gets. Who takes more steps than he can begin at once takes some
    /// ahead, and if he dies their attempt is gone though they never began: those that have no other don't run ahead.
    pub last_attempts_at_once: u32,
    /// Attempts by step name, `namespace/template`, template name or namespace.
    pub retry_limits: HashMap<String, u32>,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            environment: "development".to_owned(),
            step_timeout_ms: 30_000,
            lease_ms: 30_000,
            max_steps: crate::ids::MAX_STEPS,
            last_attempts_at_once: 10,
            retry_limits: HashMap::new(),
        }
    }
}

impl Rules {
    /// How many attempts `step` gets: the configured limit that names it most closely, else its template's.
    ///
    /// A step that isn't retryable gets one attempt whatever is configured.
    pub fn attempt_limit(&self, template: &Template, step: &StepSpec) -> u32 {
        if self.retry_limits.is_empty() || !step.retry.retryable {
            return step.retry.max_attempts;
        }
        let qualified = format!("{}/{}", template.namespace, template.name);
        [&step.name, &qualified, &template.name, &template.namespace]
            .into_iter()
            .find_map(|name| self.retry_limits.get(name))
            .map_or(step.retry.max_attempts, |limit| (*limit).max(1))
    }

    /// How long one attempt of `step` may take, in ms.
    pub fn timeout_ms(&self, step: &StepSpec) -> i64 {
        step.timeout_ms.unwrap_or(self.step_timeout_ms)
    }
}
