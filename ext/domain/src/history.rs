//! The history of a task: every transition, told from attempts, steps and the transitions made by hand.
//!
//! An attempt is stored in one row, when it ends. Its row tells of two transitions, and the next one's of when
//! the step was ready again: so the history costs one row an attempt and still holds every step of the way.

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use crate::ids::{Millis, StepId, WorkerId};
use crate::rows::{AttemptEnd, AttemptRow, StepRow, TaskRow, TransitionRow};
use crate::state::{Gate, StepState, TaskState};

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When, in ms since the epoch.
    pub at: Millis,
    /// The step's position; none for the task itself.
    pub position: Option<u16>,
    /// The state before.
    pub from: &'static str,
    /// The state after.
    pub to: &'static str,
    /// Who did it.
    pub worker: Option<WorkerId>,
    /// Which attempt, where one began or ended.
    pub attempt: Option<u32>,
    /// Why.
    pub reason: Option<String>,
}

/// Tells a task's history in the order of time; within one ms, in the order of the graph, and of one step or of the
/// task itself always in the order in which it happened.
///
/// `steps` are all of the task's, `attempts` are sorted by step and fence, `transitions` as they were written.
/// `order` gives a position's place in a topological order, `reason_of` why an attempt ended as it did.
pub fn tell(
    task: &TaskRow,
    steps: &[StepRow],
    attempts: &[AttemptRow],
    transitions: &[TransitionRow],
    order: impl Fn(u16) -> usize,
    reason_of: impl Fn(&AttemptRow) -> Option<String>,
) -> Vec<Entry> {
    let mut by_hand: HashMap<Option<u16>, Vec<Entry>> = HashMap::new();
    for row in transitions {
        by_hand
            .entry(row.position)
            .or_default()
            .push(from_transition(row));
    }
    let mut placed = Vec::new();
    place_task(&mut placed, by_hand.remove(&None).unwrap_or_default());
    for step in steps {
        let from = attempts.partition_point(|row| row.step < step.id);
        let to = attempts.partition_point(|row| row.step <= step.id);
        let position = step.id.position();
        let by_hand = by_hand.remove(&Some(position)).unwrap_or_default();
        let chain = chain(task, step, &attempts[from..to], by_hand, &reason_of);
        let mut at = Millis::MIN;
        for entry in chain {
            // Clocks of several machines may differ; a step's life keeps its order nevertheless.
            at = at.max(entry.at);
            placed.push((at, order(position).saturating_add(1), entry));
        }
    }
    placed.sort_by_key(|(at, place, _)| (*at, *place));
    placed.into_iter().map(|(_, _, entry)| entry).collect()
}

/// Within one ms a task begins before its steps move, and ends after them.
fn place_task(placed: &mut Vec<(Millis, usize, Entry)>, entries: Vec<Entry>) {
    let mut last = (Millis::MIN, 0);
    for entry in entries {
        let ends = [TaskState::Pending, TaskState::InProgress]
            .iter()
            .all(|state| entry.to != state.as_str());
        let place = if ends { usize::MAX } else { 0 };
        let at = entry.at.max(last.0);
        last = (
            at,
            if at == last.0 {
                place.max(last.1)
            } else {
                place
            },
        );
        placed.push((last.0, last.1, entry));
    }
}

/// One step's life, in its order.
fn chain(
    task: &TaskRow,
    step: &StepRow,
    attempts: &[AttemptRow],
    by_hand: Vec<Entry>,
    reason_of: &impl Fn(&AttemptRow) -> Option<String>,
) -> Vec<Entry> {
    let mut told = VecDeque::new();
    for attempt in attempts {
        told.extend(from_attempt(attempt, reason_of(attempt)));
    }
    if let (StepState::InProgress, Some(at)) = (step.state, step.started_at) {
        told.push_back(took(step.id, at, step.worker, step.attempts));
    }
    let ready_at = attempts.first().map_or(step.ready_at, |row| row.ready_at);
    let mut chain: Vec<Entry> = Vec::with_capacity(1 + told.len() + by_hand.len());
    if let Some(at) = ready_at {
        let next = told.front().into_iter().chain(by_hand.first());
        // A step that waits for its time is ready since its task was made; nothing is told of the future.
        let latest = next.map(|entry| entry.at).min().unwrap_or(match step.gate {
            Gate::Timed => task.created_at,
            Gate::Open | Gate::Paused => at,
        });
        chain.push(became_ready(step.id, at.min(latest).max(task.created_at)));
    }
    let mut by_hand = VecDeque::from(by_hand);
    while let (Some(own), Some(hand)) = (told.front(), by_hand.front()) {
        let state = chain.last().map(|entry| entry.to);
        let hand_first = match own.at.cmp(&hand.at) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => {
                let moves = hand.from != hand.to;
                Some(hand.from) == state && !(moves && Some(own.from) == state)
            }
        };
        let from = if hand_first { &mut by_hand } else { &mut told };
        chain.extend(from.pop_front());
    }
    chain.extend(told);
    chain.extend(by_hand);
    chain
}

fn from_transition(row: &TransitionRow) -> Entry {
    Entry {
        at: row.at,
        position: row.position,
        from: row.from,
        to: row.to,
        worker: Some(row.worker),
        attempt: None,
        reason: row.reason.clone(),
    }
}

fn from_attempt(attempt: &AttemptRow, reason: Option<String>) -> impl Iterator<Item = Entry> {
    let begun = attempt
        .started_at
        .map(|at| took(attempt.step, at, attempt.worker, attempt.attempt));
    let end = match attempt.end {
        AttemptEnd::Complete => Some((StepState::Complete, reason)),
        AttemptEnd::Retry => Some((StepState::Ready, reason)),
        AttemptEnd::Error => Some((StepState::Error, reason)),
        AttemptEnd::Released => {
            let reason = Some("given back before it began".to_owned());
            Some((StepState::Ready, reason))
        }
        // The transition made by hand tells to which state it went.
        AttemptEnd::Voided => None,
    };
    let from = if begun.is_some() {
        StepState::InProgress
    } else {
        StepState::Ready
    };
    let ended = end.map(|(to, reason)| Entry {
        at: attempt.ended_at,
        position: Some(attempt.step.position()),
        from: from.as_str(),
        to: to.as_str(),
        worker: attempt.worker,
        attempt: begun.is_some().then_some(attempt.attempt),
        reason,
    });
    begun.into_iter().chain(ended)
}

fn became_ready(step: StepId, at: Millis) -> Entry {
    Entry {
        at,
        position: Some(step.position()),
        from: StepState::Pending.as_str(),
        to: StepState::Ready.as_str(),
        worker: None,
        attempt: None,
        reason: None,
    }
}

fn took(step: StepId, at: Millis, worker: Option<WorkerId>, attempt: u32) -> Entry {
    Entry {
        at,
        position: Some(step.position()),
        from: StepState::Ready.as_str(),
        to: StepState::InProgress.as_str(),
        worker,
        attempt: Some(attempt),
        reason: None,
    }
}

#[cfg(test)]
mod tests;
