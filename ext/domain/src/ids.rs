//! Identities. A step's id holds its task and its place in the template, so that neither needs a column.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many low bits of a [`StepId`] hold the step's position in its template.
pub const POSITION_BITS: u32 = 16;

/// The most steps that a template may have: every position fits into a `u16`.
pub const MAX_STEPS: usize = 1 << POSITION_BITS;

/// The largest task id whose steps still have an id in 64 bits.
pub const MAX_TASK_ID: i64 = i64::MAX >> POSITION_BITS;

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// One run of a template.
    TaskId
}
id! {
    /// One step of one task: `task_id << 16 | position`.
    StepId
}
id! {
    /// One stored text of a template; running tasks keep the text that they started with.
    TemplateId
}
id! {
    /// One coordinator in one process, enrolled in the database while it lives.
    WorkerId
}

impl TaskId {
    /// The id of this task's step at `position`.
    pub fn step(self, position: u16) -> StepId {
        StepId((self.0 << POSITION_BITS) | i64::from(position))
    }

    /// The ids of the first and the last step that this task could have.
    pub fn step_range(self) -> (StepId, StepId) {
        (self.step(0), self.step(u16::MAX))
    }

    /// Whether a task could have this id at all; a caller may ask for any number.
    pub fn is_possible(self) -> bool {
        (1..=MAX_TASK_ID).contains(&self.0)
    }
}

impl StepId {
    /// The task that this step belongs to.
    pub fn task(self) -> TaskId {
        TaskId(self.0 >> POSITION_BITS)
    }

    /// Where the step stands in its template.
    pub fn position(self) -> u16 {
        (self.0 & i64::from(u16::MAX)) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_id_holds_its_task_and_position() {
        let step = TaskId(42).step(65_535);
        assert_eq!((step.task(), step.position()), (TaskId(42), 65_535));
        assert_eq!(TaskId(MAX_TASK_ID).step(u16::MAX).0, i64::MAX);
    }
}
