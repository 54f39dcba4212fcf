//! How often a step is tried and how long it waits in between. No clock and no randomness: both are arguments.

/// How the wait grows with each failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backoff {
    /// The wait stays at the base.
    None,
    /// base × n
    Linear,
    /// base × 2^(n−1)
    Exponential,
    /// base × fib(n), with 1, 1, 2, 3, 5, …
    Fibonacci,
}

impl Backoff {
    /// Every kind, in the order in which messages name them.
    pub const ALL: [Backoff; 4] = [
        Backoff::None,
        Backoff::Linear,
        Backoff::Exponential,
        Backoff::Fibonacci,
    ];

    /// The name that templates use.
    pub fn as_str(self) -> &'static str {
        match self {
            Backoff::None => "none",
            Backoff::Linear => "linear",
            Backoff::Exponential => "exponential",
            Backoff::Fibonacci => "fibonacci",
        }
    }

    fn factor(self, failed_attempt: u32) -> i64 {
        match self {
            Backoff::None => 1,
            Backoff::Linear => i64::from(failed_attempt),
            Backoff::Exponential => 1_i64
                .checked_shl(failed_attempt - 1)
                .filter(|factor| *factor > 0)
                .unwrap_or(i64::MAX),
            Backoff::Fibonacci => fibonacci(failed_attempt),
        }
    }
}

/// What a template says about trying a step again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// All attempts, the first included; at least 1.
    pub max_attempts: u32,
    /// False means one attempt, whatever the template says of their number.
    pub retryable: bool,
    /// How the wait grows.
    pub backoff: Backoff,
    /// The wait after the first failed attempt.
    pub base_ms: i64,
    /// No wait of the formula is longer than this.
    pub cap_ms: i64,
    /// The share of the wait that chance may take away, 0 to 1.
    pub jitter: f64,
}

impl RetryPolicy {
    /// Attempts where the template names none.
    pub const DEFAULT_MAX_ATTEMPTS: u32 = 3;
    /// Base of the wait where the template names none.
    pub const DEFAULT_BASE_MS: i64 = 1_000;
    /// Longest wait where the template names none.
    pub const DEFAULT_CAP_MS: i64 = 60_000;

    /// Milliseconds to wait after the attempt `failed_attempt` (the first is 1) has failed.
    ///
    /// `unit` is the caller's random number in [0, 1): of the wait, the share jitter × unit is taken away, which
    /// spreads the steps that failed together. A `retry_after_ms` that came with the error wins over the formula and
    /// is neither capped nor spread, since whoever gave it knows better.
    pub fn wait_ms(&self, failed_attempt: u32, unit: f64, retry_after_ms: Option<i64>) -> i64 {
        if let Some(wished) = retry_after_ms {
            return wished.max(0);
        }
        let wait = self
            .base_ms
            .max(0)
            .saturating_mul(self.backoff.factor(failed_attempt.max(1)))
            .min(self.cap_ms.max(0));
        spread(wait, self.jitter, unit)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_attempts: Self::DEFAULT_MAX_ATTEMPTS,
            retryable: true,
            backoff: Backoff::Exponential,
            base_ms: Self::DEFAULT_BASE_MS,
            cap_ms: Self::DEFAULT_CAP_MS,
            jitter: 0.0,
        }
    }
}

fn spread(wait: i64, jitter: f64, unit: f64) -> i64 {
    let share = jitter.clamp(0.0, 1.0) * unit.clamp(0.0, 1.0);
    if share.is_nan() || share == 0.0 {
        return wait;
    }
    // A cast from f64 saturates, so that even the longest wait can't overflow.
    (wait as f64 * (1.0 - share)) as i64
}

fn fibonacci(n: u32) -> i64 {
    let (mut previous, mut current) = (0_i64, 1_i64);
    for _ in 1..n {
        match previous.checked_add(current) {
            Some(next) => (previous, current) = (current, next),
            None => return i64::MAX,
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn waits(backoff: Backoff) -> Vec<i64> {
        let policy = RetryPolicy {
            backoff,
            base_ms: 100,
            cap_ms: 1_000,
            ..RetryPolicy::default()
        };
        (1..=6).map(|n| policy.wait_ms(n, 0.5, None)).collect()
    }

    #[test]
    fn each_backoff_follows_its_formula_up_to_the_cap() {
        assert_eq!(waits(Backoff::None), [100, 100, 100, 100, 100, 100]);
        assert_eq!(waits(Backoff::Linear), [100, 200, 300, 400, 500, 600]);
        assert_eq!(
            waits(Backoff::Exponential),
            [100, 200, 400, 800, 1_000, 1_000]
        );
        assert_eq!(waits(Backoff::Fibonacci), [100, 100, 200, 300, 500, 800]);
    }

    #[test]
    fn a_retry_after_wins_and_is_neither_capped_nor_spread() {
        let policy = RetryPolicy {
            jitter: 1.0,
            ..RetryPolicy::default()
        };
        assert_eq!(policy.wait_ms(1, 0.9, Some(3_600_000)), 3_600_000);
        assert_eq!(policy.wait_ms(1, 0.9, Some(0)), 0);
        assert_eq!(policy.wait_ms(1, 0.9, Some(-5)), 0);
    }

    #[test]
    fn jitter_takes_its_share_of_the_wait() {
        let policy = RetryPolicy {
            jitter: 0.5,
            ..RetryPolicy::default()
        };
        assert_eq!(policy.wait_ms(1, 0.0, None), 1_000);
        assert_eq!(policy.wait_ms(1, 0.5, None), 750);
        let full = RetryPolicy {
            jitter: 1.0,
            ..policy
        };
        assert_eq!(full.wait_ms(1, 0.75, None), 250);
        assert_eq!(full.wait_ms(1, f64::NAN, None), 1_000);
    }

    #[test]
    fn the_attempt_before_the_first_counts_as_the_first() {
        assert_eq!(RetryPolicy::default().wait_ms(0, 0.0, None), 1_000);
    }

    #[test]
    fn every_backoff_has_a_name_of_its_own() {
        let names: Vec<_> = Backoff::ALL
            .iter()
            .map(|backoff| backoff.as_str())
            .collect();
        assert_eq!(names, ["none", "linear", "exponential", "fibonacci"]);
    }

    proptest! {
        #[test]
        fn no_wait_overflows_or_leaves_its_bounds(
            kind in 0_usize..4, base in 0_i64.., cap in 0_i64.., n: u32, jitter in 0.0..=1.0, unit in 0.0..1.0
        ) {
            let policy = RetryPolicy {
                backoff: Backoff::ALL[kind], base_ms: base, cap_ms: cap, jitter, ..RetryPolicy::default()
            };
            let wait = policy.wait_ms(n, unit, None);
            prop_assert!((0..=cap).contains(&wait), "{} is not in 0..={}", wait, cap);
        }

        #[test]
        fn a_later_attempt_never_waits_less(kind in 0_usize..4, base in 0_i64..100_000, n in 1_u32..200) {
            let policy = RetryPolicy { backoff: Backoff::ALL[kind], base_ms: base, ..RetryPolicy::default() };
            prop_assert!(policy.wait_ms(n, 0.0, None) <= policy.wait_ms(n + 1, 0.0, None));
        }
    }
}
