//! Tasks in a list.

use tasker_domain::rows::TaskRow;
use tasker_domain::state::{Counts, execution_status};
use tasker_domain::template::Template;

use super::Object;
use crate::tx::Standing;

/// A task of a list.
pub(crate) struct Listed<'a> {
    pub(crate) task: TaskRow,
    pub(crate) template: &'a Template,
    pub(crate) standing: Standing,
}

/// The answer to a question for tasks.
pub(crate) fn listing(tasks: &[Listed<'_>]) -> String {
    Object::new().list("tasks", tasks.iter().map(line)).finish()
}

fn line(listed: &Listed<'_>) -> String {
    let Listed {
        task,
        template,
        standing,
    } = listed;
    let counts = Counts {
        in_progress: standing.held_here + standing.held_elsewhere,
        open: standing.claimable,
        timed: u32::from(standing.next_run_at.is_some()),
        failed: task.failed_steps,
    };
    Object::new()
        .set("task_id", task.id.0)
        .set("namespace", template.namespace.as_str())
        .set("name", template.name.as_str())
        .set("version", template.version.as_str())
        .set("status", task.state.as_str())
        .set(
            "execution_status",
            execution_status(task.state, task.paused, &counts),
        )
        .set("paused", task.paused)
        .set("priority", task.priority)
        .set("step_count", task.step_count)
        .set("completed_steps", task.done_steps)
        .set("failed_steps", task.failed_steps)
        .set("created_at", task.created_at)
        .set("started_at", task.started_at)
        .set("completed_at", task.completed_at)
        .set("next_run_at", standing.next_run_at)
        .finish()
}
