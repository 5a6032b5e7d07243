//! An account read as it was known at a point in time.

use banso_model::rollup::{Metric, Source};
use banso_model::time::{Day, Timestamp};
use banso_model::value::Value;

use crate::at::{At, Window};
use crate::ledger::{ActiveDay, Kind, Ledger, Sum};

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
    pub(crate) fn new(ledger: &'l Ledger<'l>, day: Day, at: At) -> Self {
        Self { ledger, day, at }
    }

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
}
