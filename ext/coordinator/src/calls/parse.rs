//! From a call's name and JSON text to what it asks for. Payloads stay the text that they are.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use tasker_domain::command::{Action, Command, Control, Register, Submission};
use tasker_domain::ids::{StepId, TaskId, TemplateId};
use tasker_domain::keepable;
use tasker_domain::refusal::Refusal;
use tasker_domain::state::TaskState;
use tasker_store::view::{Filter, Question};

use super::Render;
use crate::envelope::Kind;
use crate::failure::Failure;

/// The most tasks that one list holds.
const LONGEST_LIST: u32 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition<'a> {
    #[serde(borrow)]
    definition: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Submit<'a> {
    #[serde(borrow)]
    requests: Vec<TaskRequest<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskRequest<'a> {
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    priority: Option<i32>,
    idempotency_key: Option<String>,
    run_at: Option<i64>,
    initiator: Option<String>,
    source_system: Option<String>,
    reason: Option<String>,
    tags: Option<Vec<String>>,
    correlation_id: Option<String>,
    #[serde(default)]
    bypass_steps: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTask {
    task_id: i64,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfStep<'a> {
    task_id: i64,
    step: String,
    reason: Option<String>,
    by: Option<String>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfAttempt {
    step_id: i64,
    fence: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTemplate {
    template_id: Option<i64>,
    namespace: Option<String>,
    name: Option<String>,
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    status: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    limit: Option<u32>,
    before: Option<i64>,
}

/// What the call of this name asks for.
pub(crate) fn parse(kind: &str, json: &str) -> Result<Kind, Failure> {
    match kind {
        "ping" => Ok(Kind::Ping),
        "metrics" => Ok(Kind::Metrics),
        "register_template" => {
            let asked: Definition<'_> = read(kind, json)?;
            let definition = Arc::from(asked.definition.get());
            Ok(order(
                Command::Register(Register { definition }),
                Render::Registered,
            ))
        }
        "submit" => {
            let asked: Submit<'_> = read(kind, json)?;
            let submissions = asked
                .requests
                .into_iter()
                .map(submission)
                .collect::<Result<_, _>>()?;
            Ok(order(Command::Submit(submissions), Render::Submitted))
        }
        "cancel" => control(kind, json, Action::Cancel),
        "pause" => control(kind, json, Action::Pause),
        "resume" => control(kind, json, Action::Resume),
        "retry_step" | "resolve_step" => step_control(kind, json),
        "heartbeat" => {
            let asked: OfAttempt = read(kind, json)?;
            let command = Command::Heartbeat {
                step: StepId(asked.step_id),
                fence: asked.fence,
            };
            Ok(order(command, Render::Extended))
        }
        "attempt" => {
            let asked: OfAttempt = read(kind, json)?;
            Ok(Kind::Question(Question::Attempt {
                step: StepId(asked.step_id),
                fence: asked.fence,
            }))
        }
        "context" => {
            let asked: OfTask = read(kind, json)?;
            Ok(Kind::Question(Question::Context(TaskId(asked.task_id))))
        }
        "result" => {
            let asked: OfStep<'_> = read(kind, json)?;
            Ok(Kind::Question(Question::Result {
                task: TaskId(asked.task_id),
                step: asked.step,
            }))
        }
        "list" => list(kind, json),
        "template" => template(kind, json),
        "database" => Ok(Kind::Question(Question::Database)),
        "templates" => Ok(Kind::Question(Question::Templates)),
        other => Err(Failure::validation(
            "kind",
            format!("unknown call {other:?}"),
        )),
    }
}

fn read<'a, T: Deserialize<'a>>(kind: &str, json: &'a str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|error| {
        Failure::validation("", format!("the call {kind} can't be understood: {error}"))
    })
}

fn order(command: Command, render: Render) -> Kind {
    Kind::Order {
        commands: vec![command],
        render,
    }
}

fn submission(asked: TaskRequest<'_>) -> Result<Submission, Failure> {
    let tags = asked
        .tags
        .map(|tags| serde_json::Value::from(tags).to_string());
    Ok(Submission {
        namespace: asked.namespace.unwrap_or_else(|| "default".to_owned()),
        name: asked.name,
        version: asked.version,
        context: asked
            .context
            .map_or_else(|| "{}".to_owned(), |text| text.get().to_owned()),
        priority: asked.priority.unwrap_or(0),
        idempotency_key: asked.idempotency_key,
        run_at: asked.run_at,
        initiator: asked.initiator,
        source_system: asked.source_system,
        reason: asked.reason,
        tags,
        correlation_id: asked.correlation_id,
        bypass_steps: asked.bypass_steps,
    })
}

fn control(kind: &str, json: &str, action: Action) -> Result<Kind, Failure> {
    let asked: OfTask = read(kind, json)?;
    let task = TaskId(asked.task_id);
    let render = Render::Controlled { task, step: None };
    Ok(order(
        Command::Control(Control {
            task,
            action,
            reason: asked.reason,
        }),
        render,
    ))
}

fn step_control(kind: &str, json: &str) -> Result<Kind, Failure> {
    let asked: OfStep<'_> = read(kind, json)?;
    let task = TaskId(asked.task_id);
    let render = Render::Controlled {
        task,
        step: Some(asked.step.clone()),
    };
    let action = if kind == "retry_step" {
        Action::Retry { step: asked.step }
    } else {
        let result = Arc::from(asked.result.map_or("null", RawValue::get));
        Action::Resolve {
            step: asked.step,
            result,
            by: asked.by,
        }
    };
    Ok(order(
        Command::Control(Control {
            task,
            action,
            reason: asked.reason,
        }),
        render,
    ))
}

/// Refuses texts that no database can keep, and so none can be asked for.
fn refuse_faults<'a>(
    texts: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> Result<(), Failure> {
    match keepable::faults(texts) {
        faults if faults.is_empty() => Ok(()),
        faults => Err(Refusal::invalid("the request", faults).into()),
    }
}

fn list(kind: &str, json: &str) -> Result<Kind, Failure> {
    let asked: List = read(kind, json)?;
    refuse_faults([
        ("namespace", asked.namespace.as_deref()),
        ("name", asked.name.as_deref()),
    ])?;
    let status = match asked.status {
        None => None,
        Some(word) => Some(word.parse::<TaskState>().map_err(|_| {
            let known: Vec<_> = TaskState::ALL.iter().map(|state| state.as_str()).collect();
            Failure::validation(
                "status",
                format!("unknown status {word:?}; it is one of {}", known.join(", ")),
            )
        })?),
    };
    Ok(Kind::Question(Question::List(Filter {
        status,
        namespace: asked.namespace,
        name: asked.name,
        limit: asked.limit.unwrap_or(50).min(LONGEST_LIST),
        before: asked.before.map(TaskId),
    })))
}

fn template(kind: &str, json: &str) -> Result<Kind, Failure> {
    let asked: OfTemplate = read(kind, json)?;
    refuse_faults([
        ("namespace", asked.namespace.as_deref()),
        ("name", asked.name.as_deref()),
        ("version", asked.version.as_deref()),
    ])?;
    let question = match (asked.template_id, asked.name) {
        (Some(id), _) => Question::Template(TemplateId(id)),
        (None, Some(name)) => Question::TemplateNamed {
            namespace: asked.namespace.unwrap_or_else(|| "default".to_owned()),
            name,
            version: asked.version,
        },
        (None, None) => {
            return Err(Failure::validation(
                "name",
                "a template needs template_id or name",
            ));
        }
    };
    Ok(Kind::Question(question))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_keep_the_text_that_came() {
        let json = r#"{"requests":[{"name":"n","context":{"b": 1e2,"a":123456789012345678901234567890}}]}"#;
        let Ok(Kind::Order { commands, .. }) = parse("submit", json) else {
            panic!("not an order")
        };
        let [Command::Submit(submissions)] = &commands[..] else {
            panic!("not a submission")
        };
        assert_eq!(
            submissions[0].context,
            r#"{"b": 1e2,"a":123456789012345678901234567890}"#
        );
        assert_eq!(submissions[0].namespace, "default");
    }

    #[test]
    fn a_call_that_is_not_understood_says_which() {
        let refused = |kind: &str, json: &str| match parse(kind, json) {
            Err(failure) => failure.message,
            Ok(_) => panic!("{kind} was understood"),
        };
        assert!(refused("submit", r#"{"requests":[{"nme":"n"}]}"#).contains("nme"));
        assert!(refused("list", r#"{"status":"done"}"#).contains("resolved_manually"));
        assert!(refused("dance", "{}").contains("dance"));
        assert!(refused("context", "[").contains("context"));
    }
}
