//! What time has brought: waits that are over, deadlines missed, workers lost.

use diesel_async::RunQueryDsl;
use tasker_domain::ids::{Millis, WorkerId};

use super::statement;
use super::transaction::{PgTx, get, load, numbers};
use crate::due::DueRows;
use crate::tx::{Due, Found};

/// When to look again where another process sees to what is due, in ms.
const LOOK_AGAIN_MS: i64 = 1_000;

pub(super) fn due(
    tx: &mut PgTx<'_>,
    now: Millis,
    me: WorkerId,
    dead: &[WorkerId],
    spare_silent: bool,
) -> Found<Due> {
    // One process at a time: two would do the same, and one of them in vain.
    let schema = tx.session.profile.schema.as_str();
    let mine: bool = get!(tx, statement::SeeToDue::new(schema))?;
    if !mine {
        return Ok(Due {
            next: Some(now + LOOK_AGAIN_MS),
            ..Due::default()
        });
    }
    let timed: Vec<i64> = load!(tx, statement::TimedSteps::new(now))?;
    let overdue: Vec<(i64, i64)> = load!(tx, statement::OverdueSteps::new(now))?;
    let tasks: Vec<i64> = load!(tx, statement::OverdueTasks::new(now))?;
    let mut lost: Vec<i64> = numbers(dead, |id| id.0);
    lost.retain(|worker| *worker != me.0);
    if !lost.is_empty() {
        tx.run(statement::LeaveWorkers::new(&lost))?;
    }
    if !spare_silent {
        let silent: Vec<i64> = load!(tx, statement::LapseLeases::new(me.0, now))?;
        lost.extend(silent);
    }
    let orphans: Vec<(i64, i64, String)> = load!(tx, statement::Orphans::new())?;
    let next: Option<i64> = get!(tx, statement::NextDue::new(now, now, now))?;
    let rows = DueRows {
        timed,
        overdue,
        orphans,
        tasks,
        next,
    };
    Ok(rows.at(now))
}
