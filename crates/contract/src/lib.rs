//! The contract that every store of `sessionctl-core` is held to, as cases that run against any of them.
//!
//! A store crate implements [`StoreProvider`] and runs the whole contract with one line:
//!
//! ```
//! use std::sync::Arc;
//! use sessionctl_contract::StoreProvider;
//! use sessionctl_core::model::clock::Clock;
//! use sessionctl_core::store::StoreFactory;
//! use sessionctl_core::store::memory::MemoryFactory;
//!
//! struct Memory;
//!
//! impl StoreProvider for Memory {
//!     fn factory(&self, clock: Arc<dyn Clock>) -> Box<dyn StoreFactory> {
//!         Box::new(MemoryFactory::new(clock))
//!     }
//! }
//!
//! sessionctl_contract::contract_tests!(Memory);
//! ```
//!
//! A case asks through the store traits only. What one engine alone can be asked (files, locks of other processes,
//! SQL behind the store's back) is tested in the crate of that store.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case fails by a panic that says where"
)]

pub mod audit;
pub mod batch;
pub mod data;
pub mod enter;
pub mod lifecycle;
pub mod login;
pub mod race;
pub mod select;
pub mod stats;
pub mod time;
pub mod token;
pub mod touch;
pub mod user;
pub mod values;

mod acts;
mod scene;
mod selectors;

use std::sync::Arc;

use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::StoreFactory;

/// Provides the stores on which cases run.
pub trait StoreProvider {
    /// A factory for a place at which there is no store yet. Each call provides another place.
    fn factory(&self, clock: Arc<dyn Clock>) -> Box<dyn StoreFactory>;

    /// Whether a change excludes every other one while it is made. Where it does not, it excludes those that change the
    /// same sessions, users, attempts, keys or settings.
    fn excludes_other_writers(&self) -> bool {
        true
    }
}

/// Defines one test for each case of the contract. The argument is an expression for a [`StoreProvider`]; it may return,
/// which skips the test.
#[macro_export]
macro_rules! contract_tests {
    ($provider:expr) => {
        $crate::contract_cases! { $provider;
            audit {
                events_are_found_newest_first
                event_through_sudo_is_found_by_both_accounts
                events_continue_after_an_id
                event_is_found_by_its_number
                events_of_a_user_are_found_after_the_sessions_are_deleted
                kept_head_belongs_to_its_log_only
                events_of_two_users_of_one_name_are_told_apart
                verify_log_accepts_an_unchanged_log
                record_if_active_writes_only_for_an_active_session
            }
            batch {
                revoke_cascades_to_children_and_changes_nothing_again
                revoke_and_expire_report_a_selected_child_once
                revoke_continues_behind_a_batch_and_leaves_newer_sessions
                revoke_with_another_expected_count_changes_nothing
                revoke_at_the_limit_changes_nothing
                revoke_and_prune_leave_the_lock_between_batches
                expire_stays_within_the_absolute_limit_and_cascades
                expire_reports_the_deadlines_that_it_set
                revoke_keeps_who_did_it
                set_limits_changes_what_the_rule_says
                prune_deletes_ended_sessions_and_a_parent_after_its_children
                changes_name_whose_session_each_was
            }
            data {
                set_data_writes_only_onto_the_expected_version
                set_policy_sets_and_resets_a_setting
                keys_are_kept_once_and_retired_once
                keys_are_revoked_once_and_lose_their_secret
                keys_that_must_be_first_are_kept_only_as_the_first
            }
            enter {
                enter_takes_over_the_values_of_the_session_that_it_replaces
                enter_renews_a_child_of_the_same_parent
                enter_leaves_a_session_whose_token_changed
                enter_with_a_parent_that_ended_changes_nothing
            }
            lifecycle {
                open_fails_where_no_store_was_created
                create_keeps_the_store_that_exists
                stores_of_one_place_share_their_contents
                a_store_opened_to_read_refuses_every_change
                with_snapshot_reads_one_moment
            }
            login {
                log_in_takes_over_an_anonymous_session
                log_in_merges_values_as_requested
                log_in_refuses_or_evicts_one_session_too_many
                log_in_ends_the_sessions_that_were_chosen
                log_in_refuses_a_user_who_changed_meanwhile
                rotate_refuses_a_user_who_changed_meanwhile
            }
            race {
                rotate_at_once_has_one_winner
                revoke_at_once_changes_a_session_once
                create_at_once_assigns_each_id_once
                add_user_at_once_adds_one
            }
            select {
                select_finds_what_the_selector_matches
                select_in_pages_neither_repeats_nor_skips
                expiring_by_selects_active_sessions_only
                revoke_changes_what_select_shows
                select_prefetched_finds_the_same_and_stops_on_request
            }
            stats {
                check_finds_nothing_in_a_consistent_store
                stats_count_sessions_by_group_and_state
                stats_of_a_sandbox_leave_out_what_was_created_later
            }
            time {
                what_is_expired_at_the_change_stays_expired
                each_change_reads_the_clock_under_its_lock
                event_times_never_fall
                a_clock_far_behind_grants_nothing
                a_clock_far_behind_takes_everything_away
                a_clock_far_behind_ends_what_is_active_by_it
                a_clock_far_behind_retires_a_key_at_its_own_time
                accept_clock_ends_what_a_false_future_issued
                accept_clock_retires_the_keys_of_a_false_future
                accept_clock_changes_nothing_where_the_clock_is_not_behind
                a_clock_a_little_behind_decides_by_the_latest_event
                in_a_sandbox_the_clock_alone_decides
            }
            token {
                look_up_finds_the_session_of_a_token_and_of_no_other
                look_up_many_answers_in_order
                look_up_returns_the_parent
                create_gives_each_of_many_sessions_its_own_token
                create_needs_an_active_parent
                create_refuses_more_logins_than_allowed
                rotate_retires_the_old_token
                rotate_keeps_the_form_of_the_token
            }
            touch {
                touch_extends_only_active_sessions_within_their_limits
                touch_never_passes_the_deadline_of_the_parent
                touch_keeps_the_address_and_records_another_network
            }
            user {
                a_name_is_one_user_in_every_spelling
                each_change_of_an_account_ends_its_sessions
                disable_user_ends_each_session_once
                two_users_of_one_name_are_two_users
                add_users_adds_all_or_none
                rename_user_keeps_the_account
                begin_attempt_counts_before_the_password_is_checked
                begin_attempt_takes_back_what_was_killed
                prune_attempts_forgets_old_ones_at_unknown_names
                record_refusal_writes_one_event_a_minute
                cancel_attempt_takes_one_attempt_back
                clear_attempts_unlocks_and_reports_whether_there_were_any
            }
        }
    };
}

/// Defines the tests of the given cases; [`contract_tests`] names all of them.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($provider:expr; $($module:ident { $($case:ident)* })*) => {
        $(mod $module {
            use super::*;

            $(#[test]
            fn $case() {
                let provider = $provider;
                $crate::$module::$case(&provider);
            })*
        })*
    };
}
