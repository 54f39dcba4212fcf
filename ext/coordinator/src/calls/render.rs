//! From the outcome of an order to JSON text.

use serde_json::json;
use tasker_domain::ids::TaskId;
use tasker_domain::outcome::Done;

use crate::failure::Failure;

/// How an order's outcome is told.
#[derive(Clone, Debug)]
pub(crate) enum Render {
    /// As the template, read after the commit.
    Registered,
    /// As a list of tasks.
    Submitted,
    /// As the state of a task, and of a step of it.
    Controlled { task: TaskId, step: Option<String> },
    /// As a deadline.
    Extended,
    /// As nothing.
    Nothing,
}

/// The outcome as JSON text.
pub(crate) fn render(render: &Render, done: &Done) -> Result<String, Failure> {
    let value = match (render, done) {
        (Render::Submitted, Done::Submitted(tasks)) => {
            let tasks: Vec<_> = tasks
                .iter()
                .map(|task| {
                    json!({
                        "task_id": task.task.0, "template_id": task.template.0, "step_count": task.step_count,
                        "status": task.state.as_str(), "created": task.created,
                    })
                })
                .collect();
            json!({ "tasks": tasks })
        }
        (
            Render::Controlled {
                task: id,
                step: None,
            },
            Done::Controlled { task, paused, .. },
        ) => {
            json!({"task_id": id.0, "status": task.as_str(), "paused": paused})
        }
        (
            Render::Controlled {
                task: id,
                step: Some(name),
            },
            Done::Controlled { task, step, .. },
        ) => {
            let status = step.map(|state| state.as_str());
            json!({"task_id": id.0, "step": name, "status": status, "task_status": task.as_str()})
        }
        (Render::Extended, Done::Extended { deadline }) => json!({ "deadline_ms": deadline }),
        (Render::Nothing, _) => json!({}),
        (asked, done) => {
            log::error!("an order that is told as {asked:?} came to {done:?}");
            return Err(Failure::internal(
                "an internal error occurred; details are in the log",
            ));
        }
    };
    Ok(value.to_string())
}
