//! What can be read back.

use std::collections::BTreeMap;

use banso_model::progress::{GuideProgress, ItemProgress};
use banso_model::time::{Day, Timestamp};
use banso_model::value::{Value, Values};

use crate::losses::Tally;

/// An account as it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountRecord {
    /// Its id.
    pub id: String,
    /// Its traits, the latest of each.
    pub traits: Values,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// Latest time an event of it happened.
    pub last_seen: Option<Timestamp>,
    /// Its users, most recently seen first.
    pub users: Vec<UserLine>,
    /// Uses of each feature in the lifetime.
    pub features: BTreeMap<String, u64>,
    /// The score last stored.
    pub score: Option<Score>,
}

/// A user in an account's list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserLine {
    /// The user's id.
    pub id: String,
    /// Their traits, the latest of each.
    pub traits: Values,
    /// Latest time an event of theirs happened.
    pub last_seen: Option<Timestamp>,
}

/// The score that was last computed for an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// 0 to 100; `None` when there was not enough data.
    pub score: Option<f64>,
    /// Band the score is in.
    pub band: Option<String>,
    /// Journey stage.
    pub stage: Option<String>,
    /// Difference to the score 28 days before, when both are numbers.
    pub trend: Option<f64>,
    /// In words, what makes it what it is.
    pub reason: String,
    /// When it was computed.
    pub at: Timestamp,
}

/// Which accounts to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountQuery {
    /// Only in these stages; all when empty.
    pub stages: Vec<String>,
    /// Only in these bands; all when empty.
    pub bands: Vec<String>,
    /// Only those whose id or trait `name` contains this, case folded.
    pub search: Option<String>,
    /// Order.
    pub sort: AccountSort,
    /// Most accounts to give, at least 1.
    pub limit: usize,
    /// Where the page before ended: its `next`.
    pub cursor: Option<String>,
}

/// Orders of the list of accounts; ties go by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountSort {
    /// Lowest score first, those without one last.
    #[default]
    Score,
    /// Highest score first, those without one last.
    ScoreDescending,
    /// By id.
    Id,
    /// Most recently seen first.
    LastSeen,
}

/// A page of accounts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountPage {
    /// The accounts.
    pub accounts: Vec<AccountLine>,
    /// Cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

/// An account in a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountLine {
    /// Its id.
    pub id: String,
    /// Its traits, the latest of each.
    pub traits: Values,
    /// Latest time an event of it happened.
    pub last_seen: Option<Timestamp>,
    /// The score last stored.
    pub score: Option<Score>,
}

/// What is known of one user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserRecord {
    /// Traits, the latest of each.
    pub traits: Values,
    /// Uses by feature: lifetime, and by day as far back as days are kept for users (400 days).
    pub features: BTreeMap<String, (u64, Vec<(Day, u64)>)>,
    /// Progress by guide.
    pub guides: BTreeMap<String, GuideProgress>,
    /// Completed items by `list/item`.
    pub items: BTreeMap<String, ItemProgress>,
    /// Completed items of everyone in the account, for checklists whose progress is shared.
    pub account_items: BTreeMap<String, ItemProgress>,
    /// Latest answers by `survey/question`.
    pub answers: BTreeMap<String, Value>,
    /// When guides that began by themselves interrupted this user, oldest first, the latest 50.
    pub interruptions: Vec<Timestamp>,
}

/// What was searched in help and not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// What was searched.
    pub query: String,
    /// How often.
    pub count: u64,
    /// By how many people; a device that nobody was identified on counts as one.
    pub people: u64,
    /// When last.
    pub last: Timestamp,
}

/// What a device was merged into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The account.
    pub account: String,
    /// The user who was identified on the device, if one was.
    pub user: Option<String>,
}

/// Numbers for `/metrics` and `banso stats`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Events in the log.
    pub events: u64,
    /// Events refused because they were there already, since the store was opened.
    pub duplicates: u64,
    /// Commits since the store was opened.
    pub commits: u64,
    /// Writes waiting now.
    pub queued: u64,
    /// Bytes on disk, log and indexes and write-ahead log together.
    pub bytes: u64,
    /// Accounts known.
    pub accounts: u64,
    /// What became of what clients sent, by day and key, the days of the latest 35 that have any.
    pub losses: Vec<DayLosses>,
}

/// What became of what was sent with one key. A page load counts on the day it was first heard of, a duplicate on the
/// day it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayLosses {
    /// The day, in the workspace's zone.
    pub day: Day,
    /// The key's name.
    pub key: String,
    /// The numbers.
    pub tally: Tally,
}
