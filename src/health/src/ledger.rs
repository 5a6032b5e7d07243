//! An account's history made ready to be asked: names interned, rows sorted, and read as of any day.
//!
//! A [`Ledger`] is made once for an account; an [`AsOf`] is a view of it that sees only what had been received by the
//! close of a day. Views cost nothing, so the last known value of a measure is found by asking earlier ones.

use std::collections::hash_map::Entry;
use std::fmt;

use banso_model::event::GuideAct;
use banso_model::rollup::{AccountHistory, Metric, Source, TraitRow};
use banso_model::time::{Day, Timestamp};
use banso_model::value::Value;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Tells the day, in the workspace's time zone, that holds an instant. Days and the zone come in, as no clock or zone
/// is read here.
pub type DayOf<'a> = &'a (dyn Fn(Timestamp) -> Day + Sync);

/// The point in time a number is asked for: the close of a day in the workspace's zone, or now.
///
/// Travels as text: `2026-11-21` for the close of a day, RFC 3339 for an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The close of this day: all that was received on it or before.
    Close(Day),
    /// This instant. Sums are kept by the day, so of them this sees what was received on the whole day.
    Now(Timestamp),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Close(day) => day.fmt(f),
            Self::Now(instant) => instant.fmt(f),
        }
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Day::parse(&text)
            .map(Self::Close)
            .or_else(|| Timestamp::parse(&text).map(Self::Now))
            .ok_or_else(|| {
                de::Error::invalid_value(
                    de::Unexpected::Str(&text),
                    &"a day such as 2026-11-21 or an RFC 3339 time",
                )
            })
    }
}

/// Days in a row, the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The last day.
    pub end: Day,
    /// How many days, at least 1.
    pub days: u32,
}

impl Window {
    /// The first day.
    #[must_use]
    pub fn start(self) -> Day {
        self.end
            .plus(1_i32.saturating_sub(i32::try_from(self.days).unwrap_or(i32::MAX)))
    }

    /// The window of the same length that ends the day before this one begins.
    #[must_use]
    pub fn before(self) -> Self {
        Self {
            end: self.start().plus(-1),
            days: self.days,
        }
    }
}

/// What a row counts, as far as measures tell rows apart without their name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
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
            Metric::Guide(..) => Self::Other,
            Metric::Item(_) => Self::Item,
        }
    }
}

/// A sum, with its metric's place in [`Ledger::metrics`].
#[derive(Clone, Copy)]
struct Sum {
    day: Day,
    received: Day,
    metric: u32,
    kind: Kind,
    sum: u64,
}

/// A user's day, with the earliest day on which it was known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct UserDay {
    user: u64,
    day: Day,
    received: Day,
}

/// A day on which the account used something, with the earliest day on which that was known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ActiveDay {
    day: Day,
    received: Day,
}

/// An account's history in the order in which measures read it.
pub struct Ledger<'a> {
    sums: Vec<Sum>,
    metrics: FxHashMap<&'a Metric, u32>,
    users: Vec<UserDay>,
    days: Vec<ActiveDay>,
    traits: Vec<(Day, &'a TraitRow)>,
    first_seen: Option<Day>,
    day_of: DayOf<'a>,
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
        AsOf {
            ledger: self,
            day: match at {
                At::Close(day) => day,
                At::Now(instant) => (self.day_of)(instant),
            },
            at,
        }
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

/// An account as it was known at a point in time: what happened by then and had been received by then.
///
/// What arrives later never changes what this sees.
#[derive(Clone, Copy)]
pub struct AsOf<'l> {
    ledger: &'l Ledger<'l>,
    day: Day,
    at: At,
}

impl<'l> AsOf<'l> {
    /// The point in time.
    #[must_use]
    pub fn at(&self) -> At {
        self.at
    }

    /// The day of the point in time, in the workspace's zone: the last day of every window.
    #[must_use]
    pub fn day(&self) -> Day {
        self.day
    }

    /// The same account as it was known at the close of another day.
    #[must_use]
    pub fn on(&self, day: Day) -> Self {
        self.ledger.as_of(At::Close(day))
    }

    /// The day `days` days before the point in time.
    pub(crate) fn lookback(&self, days: u32) -> Day {
        self.day
            .plus(i32::try_from(days).map_or(i32::MIN, |days| -days))
    }

    /// The ledger this is a view of.
    pub(crate) fn ledger(&self) -> &'l Ledger<'l> {
        self.ledger
    }

    /// The first day anything is known of: the earliest of when the account was first heard of, what had happened and
    /// what had been told. `None` when the account was not known yet; then every measure is missing.
    #[must_use]
    pub fn known_since(&self) -> Option<Day> {
        let by = |received: Day| received <= self.day;
        let happened = self.ledger.sums.iter().find(|sum| by(sum.received));
        let active = self.ledger.days.iter().find(|day| by(day.received));
        let told = self.ledger.traits.first().map(|(day, _)| *day);
        [
            self.ledger.first_seen,
            happened.map(|sum| sum.day),
            active.map(|day| day.day),
            told,
        ]
        .into_iter()
        .flatten()
        .filter(|since| *since <= self.day)
        .min()
    }

    /// The value of the account's trait `name`: the latest a trusted source told, else the latest a page claimed.
    /// `None` when nobody did or it was removed.
    #[must_use]
    pub fn trait_value(&self, name: &str) -> Option<&'l Value> {
        let visible = |received: Timestamp, day: Day| match self.at {
            At::Close(close) => day <= close,
            At::Now(now) => received <= now,
        };
        let mut claimed = None;
        for (day, row) in self.ledger.traits.iter().rev() {
            if row.name != name || !visible(row.received, *day) {
                continue;
            }
            if row.source == Source::Trusted {
                return present(&row.value);
            }
            claimed = claimed.or(Some(&row.value));
        }
        claimed.and_then(present)
    }

    /// The trait `name` as a number; `None` when it is anything else, text that looks like one included.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.trait_value(name)?
            .as_number()
            .filter(|number| number.is_finite())
    }

    /// The trait `name` as a day of the workspace's zone: a date (`2026-11-21`) or an RFC 3339 date-time.
    #[must_use]
    pub fn date(&self, name: &str) -> Option<Day> {
        let text = self.trait_value(name)?.as_text()?;
        Day::parse(text).or_else(|| Timestamp::parse(text).map(self.ledger.day_of))
    }

    /// Days of `window` on which someone was active or a feature was used.
    #[must_use]
    pub fn active_days(&self, window: Window) -> u32 {
        let (from, to) = bounds(&self.ledger.days, window, |day| day.day);
        let seen = |day: &&ActiveDay| day.received <= self.day;
        self.ledger.days[from..to].iter().filter(seen).count() as u32
    }

    /// Days of `window` on which `metric` was counted.
    #[must_use]
    pub fn days_with(&self, window: Window, metric: &Metric) -> u32 {
        let Some(metric) = self.ledger.metrics.get(metric) else {
            return 0;
        };
        let mut days = 0;
        let mut last = None;
        for sum in self.in_window(window) {
            if sum.metric == *metric && last != Some(sum.day) {
                days += 1;
                last = Some(sum.day);
            }
        }
        days
    }

    /// The last day on which someone was active or a feature was used.
    #[must_use]
    pub fn last_active(&self) -> Option<Day> {
        let end = self.ledger.days.partition_point(|day| day.day <= self.day);
        let mut days = self.ledger.days[..end].iter().rev();
        days.find(|day| day.received <= self.day).map(|day| day.day)
    }

    /// The last day on which `metric` was counted.
    #[must_use]
    pub fn last_with(&self, metric: &Metric) -> Option<Day> {
        let metric = self.ledger.metrics.get(metric)?;
        let end = self.ledger.sums.partition_point(|sum| sum.day <= self.day);
        let mut sums = self.ledger.sums[..end].iter().rev();
        sums.find(|sum| sum.metric == *metric && sum.received <= self.day)
            .map(|sum| sum.day)
    }

    /// Different people who were active in `window`, and on how many days each was, summed up.
    #[must_use]
    pub fn users(&self, window: Window) -> Users {
        let start = window.start();
        let mut users = Users::default();
        let mut last = None;
        for row in &self.ledger.users {
            if row.day < start || row.day > window.end || row.received > self.day {
                continue;
            }
            users.days += 1;
            if last != Some(row.user) {
                users.people += 1;
                last = Some(row.user);
            }
        }
        users
    }

    /// The sum of `metric` in `window`.
    #[must_use]
    pub fn sum(&self, window: Window, metric: &Metric) -> u64 {
        self.ledger.metrics.get(metric).map_or(0, |metric| {
            self.in_window(window)
                .filter(|sum| sum.metric == *metric)
                .map(|sum| sum.sum)
                .sum()
        })
    }

    /// Uses of any feature in `window`.
    #[must_use]
    pub fn uses(&self, window: Window) -> u64 {
        self.total(window, Kind::Feature)
    }

    /// Guides of any id that were begun and that were finished in `window`.
    #[must_use]
    pub fn guides(&self, window: Window) -> (u64, u64) {
        (
            self.total(window, Kind::Seen),
            self.total(window, Kind::Done),
        )
    }

    /// How many of `metrics` were counted in `window` at all.
    #[must_use]
    pub fn used(&self, window: Window, metrics: &[Metric]) -> usize {
        let mut counted = vec![false; self.ledger.metrics.len()];
        for sum in self.in_window(window) {
            counted[sum.metric as usize] = true;
        }
        let place = |metric| self.ledger.metrics.get(metric);
        metrics
            .iter()
            .filter_map(place)
            .filter(|metric| counted[**metric as usize])
            .count()
    }

    /// All days up to the point in time.
    #[must_use]
    pub fn lifetime(&self) -> Window {
        Window {
            end: self.day,
            days: u32::MAX,
        }
    }

    /// Whether `metric` was ever counted.
    #[must_use]
    pub fn ever(&self, metric: &Metric) -> bool {
        self.last_with(metric).is_some()
    }

    fn total(&self, window: Window, kind: Kind) -> u64 {
        self.in_window(window)
            .filter(|sum| sum.kind == kind)
            .map(|sum| sum.sum)
            .sum()
    }

    fn in_window(&self, window: Window) -> impl Iterator<Item = &'l Sum> + use<'l> {
        let (from, to) = bounds(&self.ledger.sums, window, |sum| sum.day);
        let by = self.day;
        self.ledger.sums[from..to]
            .iter()
            .filter(move |sum| sum.received <= by)
    }
}

/// People who were active in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// How many different ones.
    pub people: u32,
    /// Days on which each was active, summed over people.
    pub days: u32,
}

fn present(value: &Value) -> Option<&Value> {
    (*value != Value::Null).then_some(value)
}

/// Where the rows of `window` begin and end among rows sorted by day.
fn bounds<T>(rows: &[T], window: Window, day: impl Fn(&T) -> Day) -> (usize, usize) {
    let start = window.start();
    let from = rows.partition_point(|row| day(row) < start);
    let to = rows.partition_point(|row| day(row) <= window.end);
    (from, to.max(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Story, UTC, noon};

    const LAST_28: Window = Window {
        end: Day(100),
        days: 28,
    };

    #[test]
    fn windows_include_both_ends() {
        let window = Window {
            end: Day(10),
            days: 3,
        };
        assert_eq!((window.start(), window.before().end), (Day(8), Day(7)));
        assert_eq!(window.before().start(), Day(5));
        let days = |story: Story| {
            let ledger = Ledger::new(&story.0, UTC);
            ledger.as_of(At::Close(Day(10))).active_days(window)
        };
        for (day, counted) in [(7, 0), (8, 1), (10, 1), (11, 0)] {
            assert_eq!(days(Story::default().active(day, &[1])), counted, "{day}");
        }
    }

    #[test]
    fn a_day_counts_once_from_when_it_was_known() {
        let story = Story::default()
            .active_late(90, 95, &[1])
            .active_late(90, 92, &[1, 2])
            .counted(91, "f:a", 2)
            .counted_late(91, 99, "f:a", 3)
            .active(91, &[1]);
        let ledger = Ledger::new(&story.0, UTC);
        let on = |day| ledger.as_of(At::Close(Day(day)));
        for (day, days, uses, people) in
            [(90, 0, 0, 0), (91, 1, 2, 1), (92, 2, 2, 2), (99, 2, 5, 2)]
        {
            let seen = on(day);
            assert_eq!(seen.active_days(LAST_28), days, "days known on {day}");
            assert_eq!(seen.uses(LAST_28), uses, "uses known on {day}");
            assert_eq!(seen.users(LAST_28).people, people, "people known on {day}");
        }
        assert_eq!(on(100).users(LAST_28), Users { people: 2, days: 3 });
    }

    #[test]
    fn the_latest_trusted_word_is_a_trait() {
        let check = |story: Story, at: At, expected: Option<f64>| {
            let ledger = Ledger::new(&story.0, UTC);
            assert_eq!(ledger.as_of(at).number("seats"), expected, "{at}");
        };
        let told = Story::default()
            .told_by(Source::Browser, 1, "seats", 5.0)
            .told(3, "seats", 10.0)
            .told_by(Source::Browser, 4, "seats", 99.0)
            .told(6, "seats", 20.0)
            .told(8, "seats", Value::Null)
            .told_by(Source::Browser, 9, "seats", 99.0);
        for (day, seats) in [
            (0, None),
            (1, Some(5.0)),
            (3, Some(10.0)),
            (5, Some(10.0)),
            (6, Some(20.0)),
            (9, None),
        ] {
            check(told.clone(), At::Close(Day(day)), seats);
        }
        check(told.clone(), At::Now(noon(6).plus_ms(-1)), Some(10.0));
        check(told, At::Now(noon(6)), Some(20.0));
        check(
            Story::default().told(1, "seats", "20"),
            At::Close(Day(1)),
            None,
        );
    }

    #[test]
    fn an_account_is_known_from_its_first_sign() {
        let check = |story: Story, day: i32, since: Option<i32>| {
            let ledger = Ledger::new(&story.0, UTC);
            let known = ledger.as_of(At::Close(Day(day))).known_since();
            assert_eq!(known, since.map(Day));
        };
        check(Story::default(), 9, None);
        check(Story::default().first_seen(5), 4, None);
        check(Story::default().first_seen(5), 5, Some(5));
        check(
            Story::default().first_seen(5).counted(3, "s", 1),
            9,
            Some(3),
        );
        check(Story::default().counted_late(3, 6, "s", 1), 5, None);
        check(Story::default().told(7, "plan", "pro"), 7, Some(7));
        check(
            Story::default().active_late(2, 4, &[1]).counted(3, "s", 1),
            3,
            Some(3),
        );
        check(
            Story::default().active_late(2, 4, &[1]).counted(3, "s", 1),
            4,
            Some(2),
        );
    }

    #[test]
    fn points_in_time_travel_as_text() {
        for (at, text) in [
            (At::Close(Day(0)), "\"1970-01-01\""),
            (At::Now(Timestamp(1)), "\"1970-01-01T00:00:00.001Z\""),
        ] {
            assert_eq!(serde_json::to_string(&at).unwrap(), text);
            assert_eq!(serde_json::from_str::<At>(text).unwrap(), at);
        }
        assert!(serde_json::from_str::<At>("\"today\"").is_err());
    }
}
