use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::order::{any_graph, graph};
use super::world::{World, error, flow};
use crate::command::{Action, Ending};
use crate::state::TaskState;

fn action(what: u8, step: String) -> Action {
    match what % 6 {
        0 => Action::Pause,
        1 | 2 => Action::Resume,
        3 => Action::Retry { step },
        4 => Action::Resolve {
            step,
            result: Arc::from("2"),
            by: None,
        },
        _ => Action::Cancel,
    }
}

proptest! {
    /// The world checks all that holds always after each turn; here it only has to be thrown at it.
    #[test]
    fn whatever_happens_by_hand_in_between_counts_and_history_stay_true(
        parents in any_graph(),
        choices in prop::collection::vec((0_usize..64, 0_u8..14, 0_u8..24, 0_i64..20_000), 1..80)
    ) {
        let mut world = World::new();
        let mut template = graph(&parents);
        template["lifecycle"] = json!({"max_duration_minutes": 1});
        let first = world.start(template);
        let second = world.submit(flow()).expect("a task").task;
        let mut held = Vec::new();
        for (pick, what, by_hand, wait) in choices {
            let task = if pick % 2 == 0 { first } else { second };
            match what {
                0..=4 => held.extend(world.take(1 + pick as u32 % 3)),
                5 => world.wait(wait),
                6..=8 => {
                    // Refusals are as good as successes: they must change nothing.
                    let step = format!("s{}", pick % parents.len());
                    let _ = world.control(task, action(by_hand, step));
                }
                _ if held.is_empty() => {}
                9 => {
                    let step = held.swap_remove(pick % held.len());
                    let _ = world.report(step, Ending::Failed(error(pick % 3 == 0)));
                }
                10 => {
                    let step = held.swap_remove(pick % held.len());
                    let _ = world.report(step, Ending::Released);
                }
                _ => {
                    let step = held.swap_remove(pick % held.len());
                    let _ = world.report(step, Ending::Complete(Arc::from("1")));
                }
            }
        }
        for task in [first, second] {
            for position in 0..parents.len() {
                let _ = world.control(task, Action::Resume);
                let _ = world.control(task, action(4, format!("s{position}")));
            }
            let state = world.task_state(task);
            prop_assert!(
                matches!(state, TaskState::Cancelled | TaskState::Complete | TaskState::ResolvedManually),
                "resolving everything by hand left task {} {}", task, state
            );
        }
    }
}
