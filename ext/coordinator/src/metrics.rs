//! What happened, in numbers: totals since the coordinator was opened, and rates over the last minute.

use serde_json::{Map, Value};
use tasker_domain::ids::Millis;
use tasker_domain::outcome::Tally;

/// Over how many seconds rates are taken.
const WINDOW: usize = 60;

/// One second of the window.
#[derive(Clone, Copy, Default)]
struct Second {
    at: i64,
    completed: u64,
}

/// The counters of one coordinator.
pub(crate) struct Metrics {
    opened_at: Millis,
    totals: Tally,
    turns: u64,
    requests: u64,
    window: [Second; WINDOW],
}

impl Metrics {
    pub(crate) fn new(now: Millis) -> Metrics {
        Metrics {
            opened_at: now,
            totals: Tally::default(),
            turns: 0,
            requests: 0,
            window: [Second::default(); WINDOW],
        }
    }

    pub(crate) fn request(&mut self) {
        self.requests += 1;
    }

    pub(crate) fn turn(&mut self, now: Millis, tally: &Tally) {
        self.turns += 1;
        self.totals.add(tally);
        let at = now / 1_000;
        let second = &mut self.window[(at.rem_euclid(WINDOW as i64)) as usize];
        if second.at != at {
            *second = Second { at, completed: 0 };
        }
        second.completed += tally.tasks_completed;
    }

    /// Everything but the number of active tasks, which the database knows.
    pub(crate) fn report(
        &self,
        now: Millis,
        queue_depth: usize,
        parked: usize,
    ) -> Map<String, Value> {
        let totals = &self.totals;
        let finished = totals.tasks_completed + totals.tasks_failed;
        let mean = ratio(totals.completion_ms, totals.tasks_completed);
        let mut report = Map::new();
        let mut set = |key: &str, value: Value| report.insert(key.to_owned(), value);
        set("tasks_per_second", self.rate(now).into());
        set("average_completion_time_ms", mean.into());
        set("error_rate", ratio(totals.tasks_failed, finished).into());
        set("active_tasks", Value::Null);
        set("tasks_created", totals.tasks_created.into());
        set("tasks_completed", totals.tasks_completed.into());
        set("tasks_failed", totals.tasks_failed.into());
        set("tasks_cancelled", totals.tasks_cancelled.into());
        set("steps_started", totals.steps_started.into());
        set("steps_completed", totals.steps_completed.into());
        set("steps_failed", totals.steps_failed.into());
        set("steps_retried", totals.steps_retried.into());
        set("turns", self.turns.into());
        set("requests", self.requests.into());
        set("queue_depth", queue_depth.into());
        set("parked_claims", parked.into());
        set("logs_dropped", crate::logs::dropped().into());
        set("uptime_ms", (now - self.opened_at).into());
        report
    }

    /// Tasks completed a second over the last minute, or since opening where that is shorter.
    fn rate(&self, now: Millis) -> f64 {
        let at = now / 1_000;
        let recent = self
            .window
            .iter()
            .filter(|second| at - second.at < WINDOW as i64);
        let completed: u64 = recent.map(|second| second.completed).sum();
        let seconds = ((now - self.opened_at) as f64 / 1_000.0).clamp(1.0, WINDOW as f64);
        completed as f64 / seconds
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(tasks: u64) -> Tally {
        Tally {
            tasks_completed: tasks,
            completion_ms: 10 * tasks,
            ..Tally::default()
        }
    }

    #[test]
    fn the_rate_is_taken_over_the_last_minute() {
        let mut metrics = Metrics::new(0);
        metrics.turn(30_000, &completed(60));
        assert_eq!(metrics.rate(60_000), 1.0);
        assert_eq!(metrics.rate(89_000), 1.0);
        assert_eq!(metrics.rate(90_000), 0.0);
    }

    #[test]
    fn means_and_ratios_are_true_to_what_happened() {
        let mut metrics = Metrics::new(0);
        metrics.turn(1, &completed(3));
        metrics.turn(
            2,
            &Tally {
                tasks_failed: 1,
                ..Tally::default()
            },
        );
        let report = metrics.report(10, 0, 0);
        assert_eq!(report["average_completion_time_ms"], Value::from(10.0));
        assert_eq!(report["error_rate"], Value::from(0.25));
        assert_eq!(
            Metrics::new(0).report(0, 0, 0)["error_rate"],
            Value::from(0.0)
        );
    }
}
