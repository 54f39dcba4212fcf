//! What time has brought: waits that are over, deadlines missed, workers lost.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use tasker_domain::ids::{Millis, WorkerId};

use super::statement;
use crate::due::DueRows;
use crate::tx::{Due, Found};

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
    let mut lost: Vec<i64> = dead.iter().map(|worker| worker.0).collect();
    lost.retain(|worker| *worker != me.0);
    if !spare_silent {
        let silent: Vec<i64> = statement::LostWorkers::new(me.0, now).load(connection)?;
        lost.extend(silent);
    }
    for worker in lost {
        statement::LeaveWorker::new(worker).execute(connection)?;
    }
    let orphans: Vec<(i64, i64, String)> = statement::Orphans::new().load(connection)?;
    let next: Option<i64> = statement::NextDue::new(now, now, now).get_result(connection)?;
    let rows = DueRows {
        timed,
        overdue,
        orphans,
        tasks,
        next,
    };
    Ok(rows.at(now))
}
