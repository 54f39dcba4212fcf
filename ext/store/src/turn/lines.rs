//! Telling each claim on one task where that task stands.

use std::collections::HashMap;

use tasker_domain::command::{Claim, Command, Scope};
use tasker_domain::ids::TaskId;
use tasker_domain::outcome::{Done, Outcome, TaskLine};
use tasker_domain::working::Working;

use super::TurnInput;
use crate::tx::{Found, Tx};

/// How long after its deadline an attempt that nobody has put an end to still counts as held, in ms.
const OVERDUE_MS: i64 = 5_000;

/// The lines as the rules have left the tasks; counts are filled in by [`look_back`].
pub(super) fn task_lines(work: &Working, commands: &[Command]) -> HashMap<TaskId, TaskLine> {
    let claimed = commands.iter().filter_map(|command| match command {
        Command::Claim(Claim {
            scope: Scope::Task(task),
            ..
        }) => work.task(*task),
        Command::Claim(Claim {
            scope: Scope::Any | Scope::Namespaces(_),
            ..
        })
        | Command::Register(_)
        | Command::Submit(_)
        | Command::Report(_)
        | Command::Heartbeat { .. }
        | Command::Control(_)
        | Command::Tick
        | Command::Panic => None,
    });
    claimed
        .map(|row| {
            let line = TaskLine {
                state: row.state,
                paused: row.paused,
                step_count: row.step_count,
                completed_steps: row.done_steps,
                failed_steps: row.failed_steps,
                next_run_at: None,
                held_here: 0,
                held_elsewhere: 0,
                claimable: 0,
            };
            (row.id, line)
        })
        .collect()
}

/// Tells each claim on one task where that task stands; counts only where nothing was granted.
pub(super) fn look_back<T: Tx>(
    tx: &mut T,
    input: &TurnInput<'_>,
    lines: &HashMap<TaskId, TaskLine>,
    outcomes: &mut [Outcome],
) -> Found<()> {
    for (command, outcome) in input.commands.iter().zip(outcomes) {
        let (
            Command::Claim(Claim {
                scope: Scope::Task(task),
                ..
            }),
            Ok(Done::Granted(granted)),
        ) = (command, outcome)
        else {
            continue;
        };
        let Some(mut line) = lines.get(task).copied() else {
            continue;
        };
        if !granted.steps.is_empty() {
            line.held_here = granted.steps.len() as u32;
        } else if line.state.is_live() {
            let standing = tx.standing(*task, input.worker, input.now - OVERDUE_MS)?;
            line.held_here = standing.held_here;
            line.held_elsewhere = standing.held_elsewhere;
            line.claimable = standing.claimable;
            line.next_run_at = standing.next_run_at;
        }
        granted.task = Some(line);
    }
    Ok(())
}
