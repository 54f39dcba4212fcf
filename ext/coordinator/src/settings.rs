//! The settings of a coordinator, as Ruby hands them over.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use tasker_domain::ids::MAX_STEPS;
use tasker_domain::settings::Rules;
use tasker_store::{Options, Synchronous, Target};

use crate::failure::Failure;

/// Settings, checked. Ruby checks first, for the message; this check is for safety.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which database.
    pub target: Target,
    /// How its connections are set up.
    pub options: Options,
    /// How many connections there may be, the writing one included.
    pub pool_size: u32,
    /// What the rules need.
    pub rules: Rules,
    /// The largest payload or result, in bytes of JSON.
    pub max_payload_bytes: usize,
    /// How many requests may wait.
    pub queue_capacity: usize,
    /// How long a caller waits for a place among them.
    pub busy_timeout: Duration,
    /// The coordinator's name in the history, where one is given.
    pub worker_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    database_url: String,
    #[serde(default = "development")]
    environment: String,
    #[serde(default = "twenty")]
    database_pool_size: u32,
    #[serde(default = "thirty_seconds")]
    lease_ms: i64,
    #[serde(default = "mebibyte")]
    max_payload_bytes: usize,
    /// Enforced by the threads that run steps, which are Ruby's; here it bounds what is taken ahead.
    #[serde(default = "ten")]
    max_parallel_steps: u32,
    #[serde(default = "thirty_seconds")]
    step_timeout_ms: i64,
    #[serde(default)]
    retry_limits: HashMap<String, u32>,
    #[serde(default = "thousand")]
    queue_capacity: usize,
    #[serde(default = "five_seconds")]
    busy_timeout_ms: u64,
    /// Given with every call by Ruby.
    #[serde(default)]
    #[expect(dead_code, reason = "each call brings its own limit")]
    call_timeout_ms: Option<u64>,
    #[serde(default)]
    sqlite_synchronous: Option<String>,
    #[serde(default = "tasker")]
    schema: String,
    #[serde(default)]
    database_pooler: Option<String>,
    #[serde(default = "yes")]
    auto_migrate: bool,
    #[serde(default)]
    worker_name: Option<String>,
    #[serde(default)]
    max_steps_per_task: Option<usize>,
    /// Set process-wide by Ruby.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "the level belongs to the process and not to one coordinator"
    )]
    log_level: Option<String>,
}

fn tasker() -> String {
    "tasker".to_owned()
}

fn yes() -> bool {
    true
}

fn development() -> String {
    "development".to_owned()
}

fn twenty() -> u32 {
    20
}

fn ten() -> u32 {
    10
}

fn thirty_seconds() -> i64 {
    30_000
}

fn mebibyte() -> usize {
    1 << 20
}

fn thousand() -> usize {
    1_024
}

fn five_seconds() -> u64 {
    5_000
}

impl Settings {
    /// Reads the settings from JSON.
    ///
    /// # Errors
    /// `configuration_error` naming the key, the value and what is allowed.
    pub fn parse(json: &str) -> Result<Settings, Failure> {
        let raw: Raw = serde_json::from_str(json).map_err(|error| {
            Failure::configuration(format!("the configuration can't be read: {error}"))
        })?;
        let target = Target::parse(&raw.database_url)
            .map_err(|why| Failure::configuration(format!("database_url: {why}")))?;
        let synchronous = match raw
            .sqlite_synchronous
            .as_deref()
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            None | Some("full") => Synchronous::Full,
            Some("extra") => Synchronous::Extra,
            Some("normal") => Synchronous::Normal,
            Some("off") => Synchronous::Off,
            Some(other) => {
                return Err(bad(
                    "sqlite_synchronous",
                    other,
                    "it must be full, extra, normal or off",
                ));
            }
        };
        let pooled = match raw.database_pooler.as_deref() {
            None | Some("none") => false,
            Some("transaction") => true,
            Some(other) => {
                return Err(bad(
                    "database_pooler",
                    other,
                    "it must be none or transaction",
                ));
            }
        };
        if !is_schema(&raw.schema) {
            return Err(bad(
                "schema",
                &raw.schema,
                "it must begin with a lower-case letter or _, and hold up to 63 of those and digits",
            ));
        }
        at_least("database_pool_size", raw.database_pool_size.into(), 1)?;
        at_least("max_parallel_steps", raw.max_parallel_steps.into(), 1)?;
        at_least("lease_ms", raw.lease_ms, 100)?;
        at_least("step_timeout_ms", raw.step_timeout_ms, 1)?;
        at_least("queue_capacity", raw.queue_capacity as i64, 1)?;
        at_least("max_payload_bytes", raw.max_payload_bytes as i64, 2)?;
        let max_steps = raw.max_steps_per_task.unwrap_or(MAX_STEPS);
        if !(1..=MAX_STEPS).contains(&max_steps) {
            return Err(bad(
                "max_steps_per_task",
                &max_steps.to_string(),
                "it must be from 1 to 65536",
            ));
        }
        for (name, limit) in &raw.retry_limits {
            at_least(&format!("retry_limits.{name}"), i64::from(*limit), 1)?;
        }
        Ok(Settings {
            target,
            options: Options {
                synchronous,
                environment: raw.environment.clone(),
                busy_timeout_ms: raw.busy_timeout_ms,
                schema: raw.schema,
                pooled,
                auto_migrate: raw.auto_migrate,
            },
            pool_size: raw.database_pool_size,
            rules: Rules {
                environment: raw.environment,
                step_timeout_ms: raw.step_timeout_ms,
                lease_ms: raw.lease_ms,
                max_steps,
                last_attempts_at_once: raw.max_parallel_steps,
                retry_limits: raw.retry_limits,
            },
            max_payload_bytes: raw.max_payload_bytes,
            queue_capacity: raw.queue_capacity,
            busy_timeout: Duration::from_millis(raw.busy_timeout_ms),
            worker_name: raw.worker_name,
        })
    }
}

/// Whether a word can be put into SQL as the name of a schema, as it is.
fn is_schema(word: &str) -> bool {
    let fits = |letter: u8| matches!(letter, b'a'..=b'z' | b'_' | b'0'..=b'9');
    (1..=63).contains(&word.len())
        && word.bytes().all(fits)
        && !word.as_bytes()[0].is_ascii_digit()
        && !word.starts_with("pg_")
}

fn at_least(key: &str, value: i64, least: i64) -> Result<(), Failure> {
    if value < least {
        return Err(bad(
            key,
            &value.to_string(),
            &format!("it must be at least {least}"),
        ));
    }
    Ok(())
}

fn bad(key: &str, value: &str, allowed: &str) -> Failure {
    Failure::configuration(format!("{key} can't be {value}: {allowed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_fill_what_is_not_given() {
        let settings = Settings::parse(r#"{"database_url":"sqlite::memory:"}"#).unwrap();
        assert_eq!(settings.target, Target::SqliteMemory);
        assert_eq!(settings.rules.lease_ms, 30_000);
        assert_eq!(settings.queue_capacity, 1_024);
    }

    #[test]
    fn a_bad_value_is_named_with_its_key_and_what_is_allowed() {
        let refused =
            Settings::parse(r#"{"database_url":"sqlite::memory:","sqlite_synchronous":"maybe"}"#)
                .unwrap_err();
        assert_eq!(refused.kind, "configuration_error");
        assert!(
            refused.message.contains("sqlite_synchronous") && refused.message.contains("maybe")
        );
        assert!(Settings::parse(r#"{"database_url":"sqlite::memory:","lease_ms":1}"#).is_err());
        assert!(Settings::parse(r#"{"database_url":"sqlite::memory:","lease":1}"#).is_err());
        for schema in ["", "Tasker", "1a", "a\"b", "pg_x"] {
            let json = serde_json::json!({"database_url": "sqlite::memory:", "schema": schema});
            assert!(Settings::parse(&json.to_string()).is_err(), "{schema}");
        }
        assert!(Settings::parse("nothing").is_err());
    }
}
