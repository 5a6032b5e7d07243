//! What commits add to the tables, summed up in memory so that each row is written once.

use std::collections::BTreeSet;

use banso_model::time::{Day, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

use super::key::Key;
use super::losses::Losses;
use crate::record::{Added, Event};
use crate::write::{NewTrait, ProgressChange};

/// The sums of some commits.
#[derive(Debug, Default)]
pub struct Sums {
    /// Packed together later: the records of an owner, their events and when the last was received.
    pub segments: FxHashMap<Key, Segment>,
    /// Ids to remember.
    pub seen: Vec<(u128, Key)>,
    /// The UTC days on which those were recorded.
    pub seen_days: FxHashSet<i32>,
    /// By owner, day, days from then until it was received, and metric.
    pub uses: FxHashMap<(Key, i32, i32, u32), u64>,
    /// By user, metric and day.
    pub user_uses: FxHashMap<(Key, u32, i32), u64>,
    /// By owner, day and user: the first day received.
    pub active: FxHashMap<(Key, i32, Key), i32>,
    /// By owner.
    pub sessions: BTreeSet<(Key, Key)>,
    /// By account.
    pub accounts: FxHashMap<Key, Sighting>,
    /// By owner and user.
    pub users: FxHashMap<(Key, Key), Sighting>,
    /// Changes of users' progress, in the order they came.
    pub progress: Vec<Change>,
    /// Traits told of an account or a user, in the order they came.
    pub traits: Vec<(Key, NewTrait, Timestamp)>,
    /// What becomes of what is sent.
    pub losses: Losses,
    /// Events in all.
    pub events: u64,
}

/// Records of one owner.
#[derive(Debug, Default)]
pub struct Segment {
    /// The records.
    pub records: Vec<u8>,
    /// Events in them.
    pub events: u64,
    /// When the first and the last were received; `None` when there is none.
    pub received: Option<(i64, i64)>,
}

impl Segment {
    /// A record was received then.
    pub fn add_received(&mut self, at: i64) {
        let (first, last) = self.received.unwrap_or((at, at));
        self.received = Some((first.min(at), last.max(at)));
    }
}

/// An account or a user was seen.
#[derive(Debug)]
pub struct Sighting {
    /// Their id; empty when only the key is known.
    pub name: String,
    /// When they were first heard of.
    pub first: i64,
    /// When the latest event happened.
    pub last: Option<i64>,
    /// Whether there is something that a score would read.
    pub news: bool,
}

/// A change of a user's progress.
#[derive(Debug)]
pub struct Change {
    /// The user.
    pub user: Key,
    /// The account, or the device itself.
    pub owner: Key,
    /// The guide, item or question.
    pub name: String,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub change: ProgressChange,
}

/// Whose record it is, as keys.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The account or the device.
    pub owner: Key,
    /// The user or the device; `None` for what a server says of an account.
    pub user: Option<Key>,
    /// The account it counts for now: the owner, or the one the device was merged into.
    pub account: Option<Key>,
    /// The day on which it was received.
    pub received_day: Day,
}

impl Sums {
    /// Adds an event's part of the sums that need nothing else.
    pub fn add_event(&mut self, whose: &Whose, event: &Event<'_>) {
        self.events += 1;
        let id = super::key::seen(event.id, event.recorded.0);
        self.seen.push((id, whose.owner));
        self.seen_days.insert(event.recorded.utc_day().0);
        if let Some(user) = whose.user {
            self.active
                .entry((whose.owner, event.day.0, user))
                .and_modify(|received| *received = whose.received_day.0.min(*received))
                .or_insert(whose.received_day.0);
        }
        if let (Some(change), Some(user)) = (&event.progress, whose.user) {
            self.progress.push(Change {
                user,
                owner: whose.owner,
                name: event.name.to_owned(),
                at: event.at,
                change: change.clone(),
            });
        }
    }

    /// Adds to the sums of a day.
    pub fn add_use(&mut self, whose: &Whose, day: Day, metric: u32, sum: u64) {
        let late = whose.received_day.0 - day.0;
        *self
            .uses
            .entry((whose.owner, day.0, late, metric))
            .or_default() += sum;
    }

    /// Adds to the sums of a user.
    pub fn add_user_use(&mut self, user: Key, day: Day, metric: u32, sum: u64) {
        *self.user_uses.entry((user, metric, day.0)).or_default() += sum;
    }
}

impl Sighting {
    /// Seen when `received` came in, with a last event at `last`.
    #[must_use]
    pub fn new(name: String, received: Timestamp, last: Option<i64>, news: bool) -> Self {
        Self {
            name,
            first: received.0,
            last,
            news,
        }
    }

    /// Seen again.
    pub fn and(&mut self, received: Timestamp, last: Option<i64>, news: bool) {
        self.first = self.first.min(received.0);
        self.last = self.last.max(last);
        self.news |= news;
    }
}

/// Whether a metric is kept for users too: conditions ask how often a user used a feature.
#[must_use]
pub const fn of_users(metric: Added<'_>) -> bool {
    matches!(metric, Added::Feature(_))
}
