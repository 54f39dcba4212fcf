//! What time has brought: waits that are over, deadlines missed, workers lost.

use tasker_domain::command::{Command, Ending, Report};
use tasker_domain::rules::{control, readiness, report};
use tasker_domain::working::Working;

use super::TurnInput;
use crate::tx::{Due, Found, Tx};

pub(super) fn bring_due<T: Tx>(tx: &mut T, input: &TurnInput<'_>) -> Found<Option<Due>> {
    if !input
        .commands
        .iter()
        .any(|command| matches!(command, Command::Tick))
    {
        return Ok(None);
    }
    tx.due(input.now, input.worker, input.dead, input.spare_silent)
        .map(Some)
}

/// What time has brought to attempts, as reports.
pub(super) fn due_reports(brought: &Option<Due>) -> Vec<Report> {
    let Some(due) = brought else {
        return Vec::new();
    };
    let overdue = due.overdue.iter().map(|(step, fence)| Report {
        step: *step,
        fence: *fence,
        ending: Ending::TimedOut,
    });
    let orphaned = due.orphaned.iter().map(|(step, fence, why)| Report {
        step: *step,
        fence: *fence,
        ending: Ending::Lapsed(why.clone()),
    });
    overdue.chain(orphaned).collect()
}

pub(super) fn apply_due(work: &mut Working, brought: &Option<Due>) {
    let Some(due) = brought else { return };
    for report in due_reports(brought) {
        // A refusal means that the attempt ended otherwise in the meantime: nothing is left to do.
        let _ = report::report(work, &report);
    }
    for step in &due.timed {
        readiness::open_gate(work, *step);
    }
    for task in &due.tasks {
        control::expire(work, *task);
    }
}
