//! Which numbers in an answer are moments: the engine's own, and nothing that users put into payloads.
//!
//! `lib/tasker_core/times.rb` has the same names, for answers that Ruby reads itself.

use std::ops::BitOr;

/// What a name may mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits(u8);

impl Traits {
    const NONE: Traits = Traits(0);
    /// A moment where it is a task's.
    const OF_TASK: Traits = Traits(1);
    /// A moment where it is a step's.
    const OF_STEP: Traits = Traits(1 << 1);
    /// A moment where it is an event's.
    const OF_EVENT: Traits = Traits(1 << 2);
    const STEPS: Traits = Traits(1 << 3);
    const HISTORY: Traits = Traits(1 << 4);
    const TASKS: Traits = Traits(1 << 5);

    /// What this name may mean.
    pub fn of(name: &[u8]) -> Traits {
        match name {
            b"created_at" | b"run_at" | b"next_run_at" => Traits::OF_TASK,
            b"started_at" | b"completed_at" | b"deadline_at" => Traits::OF_TASK | Traits::OF_STEP,
            b"ready_at" => Traits::OF_STEP,
            b"at" => Traits::OF_EVENT,
            b"steps" => Traits::STEPS,
            b"history" => Traits::HISTORY,
            b"tasks" => Traits::TASKS,
            _ => Traits::NONE,
        }
    }

    fn include(self, other: Traits) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Traits {
    type Output = Traits;

    fn bitor(self, other: Traits) -> Traits {
        Traits(self.0 | other.0)
    }
}

/// What a part of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Anything without moments of the engine's.
    Elsewhere,
    /// An answer with a list of tasks.
    Listing,
    /// That list.
    Tasks,
    /// A task.
    Task,
    /// The steps of a task.
    Steps,
    /// A step.
    Step,
    /// The history of a task.
    History,
    /// An entry of it.
    Event,
}

impl Place {
    /// What the answer to a call of this kind is.
    pub fn of_answer(kind: &str) -> Place {
        match kind {
            "context" => Place::Task,
            "list" => Place::Listing,
            _ => Place::Elsewhere,
        }
    }

    /// What the value of that name is, in an object in this place.
    pub fn of_value(self, name: Traits) -> Place {
        match self {
            Place::Listing if name.include(Traits::TASKS) => Place::Tasks,
            Place::Task if name.include(Traits::STEPS) => Place::Steps,
            Place::Task if name.include(Traits::HISTORY) => Place::History,
            _ => Place::Elsewhere,
        }
    }

    /// What the items of a list in this place are.
    pub fn of_items(self) -> Place {
        match self {
            Place::Tasks => Place::Task,
            Place::Steps => Place::Step,
            Place::History => Place::Event,
            _ => Place::Elsewhere,
        }
    }

    /// Whether a number of that name is a moment, in an object in this place.
    pub fn is_moment(self, name: Traits) -> bool {
        match self {
            Place::Task => name.include(Traits::OF_TASK),
            Place::Step => name.include(Traits::OF_STEP),
            Place::Event => name.include(Traits::OF_EVENT),
            _ => false,
        }
    }
}
