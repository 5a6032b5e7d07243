//! What every backend must do, as cases that a backend's tests run.
//!
//! A backend says how to open a store at a place of its own, which keeps what was written when it is opened again:
//! ```ignore
//! banso_store::contract!(Folder::new());
//! ```

mod accounts;
mod dedupe;
mod history;
mod progress;
mod rights;
mod sample;
mod scores;
mod tokens;

pub use accounts::*;
pub use dedupe::*;
pub use history::*;
pub use progress::*;
pub use rights::*;
pub use scores::*;
pub use tokens::*;

pub use sample::{Sample, day, day_of, event_id, event_write, noon};

use crate::Store;

/// Where a backend keeps one store.
pub trait Place {
    /// The backend.
    type Store: Store;

    /// Opens the store of this place; the one opened before was closed.
    fn open(&self) -> Self::Store;
}

/// Defines a test for each case; the argument makes a new, empty [`Place`].
#[macro_export]
macro_rules! contract {
    ($place:expr) => {
        $crate::contract!(@ $place;
            new_events_are_told_from_seen_ones,
            a_restart_remembers_what_was_seen,
            a_login_between_two_deliveries_counts_an_event_once,
            foreign_ids_are_told_apart,
            writes_at_once_count_each_event_once,
            sums_are_kept_by_day_and_day_received,
            sessions_count_once,
            a_user_is_active_once_a_day,
            a_merge_brings_the_device_into_the_account,
            only_the_first_merge_counts,
            a_merged_device_leads_to_its_user,
            what_a_device_did_is_known_from_its_merge_on,
            traits_are_kept_as_they_were_told,
            streams_are_accounted_for,
            a_user_has_a_record,
            a_device_has_a_record,
            guides_fold_in_the_order_of_their_acts,
            an_accounts_items_are_everyones,
            what_help_did_not_find_is_listed,
            an_unknown_account_is_none,
            an_account_has_a_record,
            accounts_are_listed_in_order,
            accounts_are_filtered,
            pages_end_where_the_next_begins,
            news_make_an_account_unscored,
            an_unscored_account_is_read_with_its_news,
            a_score_older_than_the_news_is_kept_and_made_again,
            all_accounts_are_unscored_on_request,
            tokens_are_kept_until_they_are_removed,
            an_erased_user_is_gone_and_sums_stay,
            what_arrives_later_of_the_erased_is_refused,
            an_erased_account_is_gone,
            a_user_is_erased_from_every_account,
            everything_held_is_told,
            who_is_known_by_name_only_is_erased,
            what_is_over_is_dropped_and_sums_stay,
            a_closed_store_refuses,
        );
    };
    (@ $place:expr; $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::contract::$case(&$place).await;
            }
        )*
    };
}
