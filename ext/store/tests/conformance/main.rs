//! One suite for every database: each function takes a store and doesn't know which.
//!
//! The suites are split by verb. What only makes sense for a SQLite file (two stores on it, a foreign file, a full
//! disk) is in the `file_` modules.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "everything here is a test; clippy.toml knows only functions that are marked as one"
)]

mod claims;
mod controls;
mod driver;
mod fairness;
mod faults;
mod file_compiled;
mod file_disk;
mod file_log;
mod file_migrating;
mod file_opening;
mod file_references;
mod file_sharing;
mod history;
mod payloads;
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "this suite gives its server no orders")]
mod program;
mod questions;
mod reports;
#[path = "../support/postgres.rs"]
mod server;
mod size;
mod submissions;
mod templates;
mod time;

/// Makes a test of each function for each database.
macro_rules! on_every_database {
    ($($module:ident { $($name:ident),+ $(,)? })+) => {
        mod memory {
            $(mod $module { $(
                #[test]
                fn $name() {
                    let target = tasker_store::Target::SqliteMemory;
                    let mut store = crate::driver::open(&target);
                    crate::$module::$name(store.as_mut());
                }
            )+ })+
        }
        mod file {
            $(mod $module { $(
                #[test]
                fn $name() {
                    let folder = tempfile::tempdir().unwrap();
                    let mut store = crate::driver::open(&crate::driver::file(&folder));
                    crate::$module::$name(store.as_mut());
                }
            )+ })+
        }
        mod postgres {
            $(mod $module { $(
                #[test]
                fn $name() {
                    let mut store = crate::driver::postgres();
                    crate::$module::$name(store.as_mut());
                }
            )+ })+
        }
    };
}

on_every_database! {
    claims {
        a_claim_takes_the_most_urgent_and_then_the_oldest,
        a_claim_on_one_task_takes_only_its_steps_and_tells_where_it_stands,
        steps_made_ready_in_a_turn_are_taken_in_it,
        several_claims_of_one_turn_share_what_there_is,
        a_claim_looks_past_steps_that_the_turn_itself_has_withdrawn,
        a_claim_on_a_task_that_is_not_there_says_so_and_its_reports_count,
        a_granted_step_brings_its_payload_and_its_parents_results,
    }
    controls {
        a_cancelled_task_keeps_its_finished_steps_and_refuses_late_reports,
        a_paused_task_gives_no_steps_until_it_is_resumed,
        a_failed_step_retried_by_hand_leads_to_completion,
        a_step_resolved_by_hand_gives_its_result_to_its_children,
        a_control_of_what_is_not_there_is_refused_with_what_there_is,
        a_control_whose_reason_can_not_be_kept_is_refused,
    }
    fairness {
        what_is_stored_and_goes_first_is_taken_before_what_the_turn_makes_ready,
        a_huge_task_does_not_keep_small_ones_that_come_after_it_waiting,
        a_burst_is_taken_in_the_order_of_its_places,
        priority_goes_before_the_place_in_the_queue,
        a_step_that_comes_back_goes_to_the_end_of_the_queue,
        a_claim_on_namespaces_takes_only_their_steps,
        steps_made_ready_in_a_turn_are_taken_in_it_by_namespace,
        claims_of_one_turn_with_different_scopes_all_find_what_there_is,
        a_reported_step_makes_room_for_its_namespace,
    }
    faults {
        a_panic_in_a_turn_undoes_it_and_the_store_goes_on,
        a_template_of_a_turn_that_was_undone_is_forgotten,
        a_panic_in_a_reader_leaves_it_usable,
        a_refused_command_leaves_the_others_of_its_turn_alone,
    }
    history {
        every_transition_of_a_long_life_is_told_in_its_order,
        attempts_within_one_ms_are_told_in_their_order,
        the_history_names_the_worker_the_attempt_and_the_reason,
    }
    payloads {
        every_text_comes_back_byte_for_byte,
        a_schemas_defaults_join_the_payload_without_touching_the_rest,
        errors_come_back_as_they_were_reported,
    }
    questions {
        a_context_tells_everything_about_a_task,
        lists_are_newest_first_and_filtered,
        a_question_about_what_is_not_there_is_refused,
        the_result_of_a_step_is_found_by_its_name,
        an_attempt_is_alive_until_it_ends,
        active_tasks_are_counted,
    }
    reports {
        a_diamond_runs_in_order_to_its_end,
        a_second_report_of_an_attempt_is_stale,
        a_failure_waits_its_backoff_and_is_taken_again,
        a_permanent_failure_ends_the_task_once_the_other_branches_are_done,
        a_step_given_back_can_be_taken_at_once_with_its_attempt,
        reports_of_many_tasks_fit_into_one_turn,
    }
    size {
        a_task_of_ten_thousand_steps_runs_to_its_end,
        a_step_of_a_large_task_costs_no_more_than_one_of_a_small_task,
    }
    submissions {
        a_submission_of_several_is_all_or_none,
        a_key_finds_the_first_task_in_the_same_turn_and_later,
        everything_said_of_a_task_is_told_again,
        skipped_steps_are_done_from_the_start,
        an_unknown_template_is_refused_with_the_nearest_name,
        ids_of_tasks_are_never_given_twice,
        a_request_that_can_not_be_kept_is_refused_and_the_others_are_not,
    }
    templates {
        the_same_text_is_stored_once_and_another_beside_it,
        a_running_task_keeps_the_text_it_began_with,
        the_newest_version_is_found_by_number,
        a_bad_template_is_refused_and_nothing_is_stored,
        a_template_larger_than_the_settings_allow_is_refused,
    }
    time {
        a_tick_brings_back_steps_whose_wait_is_over,
        a_tick_ends_attempts_past_their_deadline,
        a_tick_fails_tasks_past_their_max_duration,
        a_tick_frees_the_steps_of_a_worker_whose_lease_is_over,
        a_silent_worker_is_spared_while_nobody_could_renew,
        a_tick_frees_the_steps_of_a_worker_known_to_be_dead,
        a_worker_that_renews_its_lease_keeps_its_steps,
        a_retired_worker_leaves_its_steps_to_others_at_once,
        every_turn_tells_when_something_falls_due_next,
        more_overdue_than_one_turn_takes_is_worked_off_by_the_next,
        a_heartbeat_moves_the_deadline_on,
        a_turn_takes_place_when_it_has_the_database_to_itself,
        a_turn_that_waited_for_long_moves_the_lease_on,
        a_turn_looks_at_the_clock_again_when_it_has_its_rows,
        an_attempt_that_nobody_puts_an_end_to_is_not_held_for_ever,
    }
}
