//! What time has brought: waits that are over, deadlines missed, workers lost.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{Millis, StepId, TaskId, WorkerId};

use super::statement;
use crate::rows::{gone, label};
use crate::tx::{Due, Found};

/// The most rows of a kind that one turn takes on; what is left falls due at once again.
const AT_ONCE: usize = 1_000;

pub(super) fn due(
    connection: &mut SqliteConnection,
    now: Millis,
    me: WorkerId,
    dead: &[WorkerId],
    spare_silent: bool,
) -> Found<Due> {
    let timed: Vec<i64> = statement::TimedSteps::new(now).load(connection)?;
    let overdue: Vec<(i64, i64)> = statement::OverdueSteps::new(now).load(connection)?;
    let tasks: Vec<i64> = statement::OverdueTasks::new(now).load(connection)?;
    let silent = if spare_silent {
        Vec::new()
    } else {
        statement::LostWorkers::new(me.0, now).load(connection)?
    };
    let lost = lose(connection, silent, me, dead)?;
    let orphans: Vec<(i64, i64, String)> = statement::Orphans::new().load(connection)?;
    let next: Option<i64> = statement::NextDue::new(now, now, now).get_result(connection)?;
    let more = timed.len() >= AT_ONCE
        || overdue.len() >= AT_ONCE
        || orphans.len() >= AT_ONCE
        || tasks.len() >= 100;
    Ok(Due {
        timed: timed.into_iter().map(StepId).collect(),
        overdue: overdue
            .into_iter()
            .map(|(id, fence)| (StepId(id), fence))
            .collect(),
        orphaned: orphans
            .into_iter()
            .map(|(id, fence, name)| (StepId(id), fence, gone(label(&name))))
            .collect(),
        tasks: tasks.into_iter().map(TaskId).collect(),
        lost,
        next: if more { Some(now) } else { next },
    })
}

/// Takes the lease from workers that are dead or silent for too long; what they held is orphaned.
fn lose(
    connection: &mut SqliteConnection,
    silent: Vec<i64>,
    me: WorkerId,
    dead: &[WorkerId],
) -> Found<Vec<WorkerId>> {
    let mut lost: Vec<WorkerId> = silent.into_iter().map(WorkerId).collect();
    lost.extend(dead.iter().filter(|worker| **worker != me));
    lost.sort_unstable();
    lost.dedup();
    for worker in &lost {
        statement::LeaveWorker::new(worker.0).execute(connection)?;
    }
    Ok(lost)
}
