//! An account's history made ready to be asked: names interned, rows sorted, and read as of any day.
//!
//! A [`Ledger`] is made once for an account; an [`AsOf`] is a view of it that sees only what had been received by the
//! close of a day. Views cost nothing, so the last known value of a measure is found by asking earlier ones.

use std::collections::hash_map::Entry;

use banso_model::event::GuideAct;
use banso_model::rollup::{AccountHistory, Metric, TraitRow};
use banso_model::time::{Day, Timestamp};
use rustc_hash::FxHashMap;

use crate::as_of::AsOf;
use crate::at::At;

/// Tells the day, in the workspace's time zone, that holds an instant. Days and the zone come in, as no clock or zone
/// is read here.
pub type DayOf<'a> = &'a (dyn Fn(Timestamp) -> Day + Sync);

/// What a row counts, as far as measures tell rows apart without their name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Feature,
    Sessions,
    ActiveSeconds,
    Seen,
    Done,
    Item,
    Other,
}

impl Kind {
    fn of(metric: &Metric) -> Self {
        match metric {
            Metric::Feature(_) => Self::Feature,
            Metric::Sessions => Self::Sessions,
            Metric::ActiveSeconds => Self::ActiveSeconds,
            Metric::Guide(_, act) if act == GuideAct::Seen.as_str() => Self::Seen,
            Metric::Guide(_, act) if act == GuideAct::Done.as_str() => Self::Done,
            Metric::Guide(..) | Metric::Help(_) | Metric::ContentSeconds => Self::Other,
            Metric::Item(_) => Self::Item,
        }
    }
}

/// A sum, with its metric's place in [`Ledger::metrics`].
#[derive(Clone, Copy)]
pub(crate) struct Sum {
    pub(crate) day: Day,
    pub(crate) received: Day,
    pub(crate) metric: u32,
    pub(crate) kind: Kind,
    pub(crate) sum: u64,
}

/// A user's day, with the earliest day on which it was known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UserDay {
    pub(crate) user: u64,
    pub(crate) day: Day,
    pub(crate) received: Day,
}

/// A day on which the account used something, with the earliest day on which that was known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ActiveDay {
    pub(crate) day: Day,
    pub(crate) received: Day,
}

/// An account's history in the order in which measures read it.
pub struct Ledger<'a> {
    pub(crate) sums: Vec<Sum>,
    pub(crate) metrics: FxHashMap<&'a Metric, u32>,
    pub(crate) users: Vec<UserDay>,
    pub(crate) days: Vec<ActiveDay>,
    pub(crate) traits: Vec<(Day, &'a TraitRow)>,
    pub(crate) first_seen: Option<Day>,
    pub(crate) day_of: DayOf<'a>,
}

impl<'a> Ledger<'a> {
    /// Sorts and interns `history`; `day_of` tells the day of an instant in the workspace's zone.
    #[must_use]
    pub fn new(history: &'a AccountHistory, day_of: DayOf<'a>) -> Self {
        let mut metrics = FxHashMap::default();
        let mut sums: Vec<Sum> = history
            .uses
            .iter()
            .filter(|row| row.sum > 0)
            .map(|row| {
                let next = metrics.len() as u32;
                let metric = match metrics.entry(&row.metric) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => *new.insert(next),
                };
                Sum {
                    day: row.day,
                    received: row.received,
                    metric,
                    kind: Kind::of(&row.metric),
                    sum: row.sum,
                }
            })
            .collect();
        sort_unless_sorted(&mut sums, |sum| sum.day);

        let mut users: Vec<UserDay> = history
            .active
            .iter()
            .map(|row| UserDay {
                user: row.user,
                day: row.day,
                received: row.received,
            })
            .collect();
        sort_unless_sorted(&mut users, |row| *row);
        users.dedup_by_key(|row| (row.user, row.day));

        let used = sums.iter().filter(|sum| sum.kind == Kind::Feature);
        let mut days: Vec<ActiveDay> = users
            .iter()
            .map(|row| (row.day, row.received))
            .chain(used.map(|sum| (sum.day, sum.received)))
            .map(|(day, received)| ActiveDay { day, received })
            .collect();
        sort_unless_sorted(&mut days, |day| *day);
        days.dedup_by_key(|active| active.day);

        let mut traits: Vec<_> = history
            .traits
            .iter()
            .map(|row| (day_of(row.received), row))
            .collect();
        if !traits.is_sorted_by_key(|(_, row)| row.received) {
            traits.sort_by_key(|(_, row)| row.received);
        }

        Self {
            sums,
            metrics,
            users,
            days,
            traits,
            first_seen: history.first_seen.map(day_of),
            day_of,
        }
    }

    /// The account as it was known at `at`.
    #[must_use]
    pub fn as_of(&self, at: At) -> AsOf<'_> {
        let day = match at {
            At::Close(day) => day,
            At::Now(instant) => (self.day_of)(instant),
        };
        AsOf::new(self, day, at)
    }

    /// Whether anyone ever told the trait `name`.
    pub(crate) fn names_trait(&self, name: &str) -> bool {
        self.traits.iter().any(|(_, row)| row.name == name)
    }
}

fn sort_unless_sorted<T, K: Ord>(rows: &mut [T], key: impl Fn(&T) -> K) {
    if !rows.is_sorted_by_key(&key) {
        rows.sort_unstable_by_key(key);
    }
}
