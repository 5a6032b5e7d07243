//! Where an account is in its journey, and what its history answers as of a day.

use std::collections::BTreeMap;

use banso_model::condition::{Condition, FeatureUse, GuideState};
use banso_model::rollup::{AccountHistory, Metric, Source};
use banso_model::time::{Day, Timestamp};
use banso_model::value::Value;

use crate::reduce::{Facts, Known, reduce};

/// The stage an account is in: the first whose `done` does not hold, or the last when all do.
///
/// `stages` are ids with the condition under which the account has passed them; a stage without one is never passed, and
/// what the facts cannot decide does not hold. `None` only when there are no stages.
pub fn place<'a, F: Facts + ?Sized>(
    stages: impl IntoIterator<Item = (&'a str, Option<&'a Condition>)>,
    facts: &F,
) -> Option<&'a str> {
    let mut last = None;
    for (id, done) in stages {
        last = Some(id);
        if !done.is_some_and(|done| reduce(done, facts).holds()) {
            break;
        }
    }
    last
}

/// The point in time an account is read at: only what was received by then counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// The instant: the close of `day`, or now.
    pub at: Timestamp,
    /// The day that holds it, in the workspace's zone.
    pub day: Day,
}

/// An account's history as facts, as of some time.
///
/// It speaks for the account as a whole: `by: user` counts like `by: account`, an item or a guide is done when anyone of
/// the account did it. It knows nothing of one user or one page.
#[derive(Clone, Copy, Debug)]
pub struct AccountFacts<'a> {
    history: &'a AccountHistory,
    as_of: AsOf,
    segments: Option<&'a BTreeMap<String, Condition>>,
    lists: Option<&'a BTreeMap<String, Vec<String>>>,
}

impl<'a> AccountFacts<'a> {
    /// The facts of `history` as of then.
    #[must_use]
    pub fn new(history: &'a AccountHistory, as_of: AsOf) -> Self {
        Self {
            history,
            as_of,
            segments: None,
            lists: None,
        }
    }

    /// The same with the workspace's segments, by id.
    #[must_use]
    pub fn with_segments(self, segments: &'a BTreeMap<String, Condition>) -> Self {
        Self {
            segments: Some(segments),
            ..self
        }
    }

    /// The same with the items of the workspace's checklists, by the list's id.
    #[must_use]
    pub fn with_lists(self, lists: &'a BTreeMap<String, Vec<String>>) -> Self {
        Self {
            lists: Some(lists),
            ..self
        }
    }

    /// A trait of the account: the latest a trusted source said, else the latest a browser said. Null is none.
    #[must_use]
    pub fn trait_of(&self, name: &str) -> Option<&'a Value> {
        let mut found: Option<(Source, &Value)> = None;
        for row in &self.history.traits {
            if row.name == name
                && row.received <= self.as_of.at
                && found.is_none_or(|(source, _)| row.source >= source)
            {
                found = Some((row.source, &row.value));
            }
        }
        found
            .map(|(_, value)| value)
            .filter(|value| **value != Value::Null)
    }

    /// The sum of what `is` picks, of the days from `from` on; all of them without it.
    fn sum(&self, from: Option<Day>, is: impl Fn(&Metric) -> bool) -> u64 {
        self.history
            .uses
            .iter()
            .filter(|row| {
                row.received <= self.as_of.day
                    && row.day <= self.as_of.day
                    && from.is_none_or(|from| row.day >= from)
                    && is(&row.metric)
            })
            .map(|row| row.sum)
            .sum()
    }

    fn acted(&self, guide: &str, act: &str) -> bool {
        self.sum(
            None,
            |metric| matches!(metric, Metric::Guide(id, did) if id == guide && did == act),
        ) > 0
    }
}

/// The first of the `days` days that end with `today`.
#[must_use]
pub fn first_day_within(today: Day, days: u32) -> Day {
    today
        .plus(1)
        .plus(i32::try_from(days).unwrap_or(i32::MAX).saturating_neg())
}

impl Facts for AccountFacts<'_> {
    fn account(&self, name: &str) -> Known<&Value> {
        Known::from_option(self.trait_of(name))
    }

    fn segment(&self, id: &str) -> Known<&Condition> {
        self.segments.map_or(Known::Elsewhere, |segments| {
            Known::from_option(segments.get(id))
        })
    }

    fn feature(&self, uses: &FeatureUse) -> Known<u64> {
        let from = uses
            .within
            .map(|within| first_day_within(self.as_of.day, within.whole_days().unwrap_or(1)));
        Known::Is(self.sum(
            from,
            |metric| matches!(metric, Metric::Feature(id) if *id == uses.feature),
        ))
    }

    fn guide(&self, guide: &str, state: GuideState) -> Known<bool> {
        Known::Is(match state {
            GuideState::Seen => self.acted(guide, "seen"),
            GuideState::Done => self.acted(guide, "done"),
            GuideState::Dismissed => self.acted(guide, "dismissed"),
            GuideState::Open => {
                self.acted(guide, "seen")
                    && !self.acted(guide, "done")
                    && !self.acted(guide, "dismissed")
            }
        })
    }

    fn item(&self, item: &str) -> Known<bool> {
        Known::Is(
            self.sum(
                None,
                |metric| matches!(metric, Metric::Item(id) if id == item),
            ) > 0,
        )
    }

    fn items(&self, list: &str) -> Known<&[String]> {
        self.lists.map_or(Known::Elsewhere, |lists| {
            Known::from_option(lists.get(list).map(Vec::as_slice))
        })
    }

    fn now(&self) -> Known<Timestamp> {
        Known::Is(self.as_of.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_model::rollup::{TraitRow, UseRow};

    const TODAY: Day = Day(100);

    fn uses(day: i32, received: i32, key: &str, sum: u64) -> UseRow {
        UseRow {
            day: Day(day),
            received: Day(received),
            metric: Metric::parse(key).expect(key),
            sum,
        }
    }

    fn told(name: &str, value: Value, received: i64, source: Source) -> TraitRow {
        TraitRow {
            name: name.to_owned(),
            value,
            received: Timestamp(received),
            source,
        }
    }

    fn history() -> AccountHistory {
        AccountHistory {
            uses: vec![
                uses(73, 73, "f:report.create", 5),
                uses(72, 72, "f:report.create", 7),
                uses(100, 100, "f:report.create", 2),
                uses(99, 101, "f:report.create", 1000),
                uses(80, 80, "i:get-started/report", 1),
                uses(80, 80, "g:seen:tour", 2),
                uses(81, 81, "g:done:tour", 1),
                uses(80, 80, "g:seen:other", 1),
            ],
            traits: vec![
                told("plan", "pro".into(), 10, Source::Trusted),
                told("plan", "enterprise".into(), 20, Source::Browser),
                told("team", "sales".into(), 10, Source::Browser),
                told("team", "legal".into(), 500, Source::Browser),
                told("gone", "x".into(), 10, Source::Trusted),
                told("gone", Value::Null, 11, Source::Trusted),
            ],
            ..AccountHistory::default()
        }
    }

    fn check(condition: &str, expected: bool) {
        let condition: Condition =
            serde_json::from_str(condition).unwrap_or_else(|error| panic!("{condition}: {error}"));
        let (history, lists) = (
            history(),
            BTreeMap::from([(
                "get-started".to_owned(),
                vec!["report".to_owned(), "share".to_owned()],
            )]),
        );
        let facts = AccountFacts::new(
            &history,
            AsOf {
                at: Timestamp(100),
                day: TODAY,
            },
        )
        .with_lists(&lists);
        assert_eq!(
            reduce(&condition, &facts).holds(),
            expected,
            "{condition:?}"
        );
    }

    #[test]
    fn an_account_is_read_as_of_a_day() {
        for (condition, expected) in [
            (r#"{"feature":"report.create","count":{"eq":14}}"#, true),
            (
                r#"{"feature":"report.create","count":{"eq":7},"within":"28d","by":"account"}"#,
                true,
            ),
            (
                r#"{"feature":"report.create","count":{"eq":2},"within":"1d"}"#,
                true,
            ),
            (r#"{"feature":"report.share","count":{"eq":0}}"#, true),
            (r#"{"item":"get-started/report"}"#, true),
            (r#"{"item":"get-started/*"}"#, false),
            (r#"{"guide":"tour","state":"done"}"#, true),
            (r#"{"guide":"tour","state":"open"}"#, false),
            (r#"{"guide":"other","state":"open"}"#, true),
            (r#"{"account":"plan","is":"pro"}"#, true),
            (r#"{"account":"team","is":"sales"}"#, true),
            (r#"{"account":"gone","exists":false}"#, true),
            (r#"{"user":"role","not":"x"}"#, false),
        ] {
            check(condition, expected);
        }
    }

    #[test]
    fn the_first_stage_that_is_not_done() {
        let done: Condition =
            serde_json::from_str(r#"{"account":"plan","is":"pro"}"#).expect("JSON");
        let not: Condition = serde_json::from_str(r#"{"account":"plan","is":"x"}"#).expect("JSON");
        let history = history();
        let facts = AccountFacts::new(
            &history,
            AsOf {
                at: Timestamp(100),
                day: TODAY,
            },
        );
        for (stages, expected) in [
            (vec![], None),
            (
                vec![("setup", Some(&not)), ("daily", Some(&done))],
                Some("setup"),
            ),
            (
                vec![("setup", Some(&done)), ("daily", Some(&not)), ("end", None)],
                Some("daily"),
            ),
            (
                vec![("setup", Some(&done)), ("daily", Some(&done))],
                Some("daily"),
            ),
            (
                vec![("setup", Some(&done)), ("daily", None), ("end", Some(&not))],
                Some("daily"),
            ),
        ] {
            assert_eq!(place(stages.clone(), &facts), expected, "{stages:?}");
        }
    }
}
