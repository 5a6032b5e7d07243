//! Measures: one number about an account over a window, or `None` where it is not known.
//!
//! Nothing is ever zero because it is not known. An account that nothing is known of yet has no value for any measure.

use banso_model::config::health::{Measure, MeasureUse, Of};
use banso_model::rollup::Metric;
use banso_model::time::Day;

use crate::as_of::AsOf;
use crate::at::Window;
use crate::scorecard::{Context, Fault};

/// The trait with the number of licensed seats.
pub const SEATS: &str = "seats";
/// The trait with the day on which the contract renews.
pub const RENEWAL: &str = "renewal_at";
/// The trait with the day on which the account left.
pub const CHURNED: &str = "churned_at";

/// A measure that can be taken: its names resolved and checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Gauge {
    /// Days of the window (0 to its length) on which someone was active or a feature was used; with a feature, on which
    /// that one was. 0 for an account that is known and did nothing.
    ActiveDays(Option<Metric>),
    /// Different people active in the window, 0 or more.
    ActiveUsers,
    /// Active users ÷ the trait `seats`: 0 or more, above 1 when more people use it than there are seats. Missing
    /// unless `seats` is a number above 0.
    SeatsActive,
    /// Sessions begun in the window, 0 or more. Missing for an account that was active but has no session on record at
    /// all: what feeds it does not tell sessions.
    Sessions,
    /// Minutes of the window, 0 or more, in which a page was visible and someone active. Missing for an account that
    /// was active but has no active time on record at all.
    ActiveMinutes,
    /// Share (0 to 1) of these key features that were used in the window.
    FeaturesBreadth(Vec<Metric>),
    /// Uses of features (with one, of that one) ÷ active users in the window, 0 or more. Missing when nobody was active.
    FeaturesDepth(Option<Metric>),
    /// Daily ÷ monthly active users, the window standing for the month (0 to 1): the mean over its days of people
    /// active on the day ÷ different people active in the window. Missing when nobody was active.
    Stickiness,
    /// Days from the last active day (with a feature, from its last use) to the day asked about, 0 or more. It looks
    /// past the window. Missing when there is none.
    RecencyDays(Option<Metric>),
    /// The other measure in this window ÷ the same in the window before, 0 or more; above 1 it rises. Missing when
    /// either is, when the one before is 0, and when the account was not known yet on its first day.
    Trend(Box<Gauge>),
    /// Guides finished ÷ guides begun in the window (0 to 1; a guide begun before the window can add to the finished
    /// only, so it is capped). Missing when none was begun. With an id, of that guide alone.
    ResponseRate(Option<(Metric, Metric)>),
    /// Share (0 to 1) of these items that anyone of the account has completed, whenever that was.
    ChecklistProgress(Vec<Metric>),
    /// Days from the day asked about to the trait `renewal_at` (a date, or an RFC 3339 date-time read in the
    /// workspace's zone); negative once it has passed. Missing without one.
    RenewalDays,
    /// The trait of this name when it is a number, whatever its unit. Missing otherwise.
    Fact(String),
}

impl Gauge {
    /// Resolves the names in a scorecard's use of a measure.
    ///
    /// # Errors
    /// When nothing feeds the measure, or what narrows it is missing, superfluous or unknown.
    pub fn compile(narrowed: &MeasureUse, context: &Context) -> Result<Self, Fault> {
        let measure = narrowed.measure;
        let of = narrowed.of.as_deref();
        if !measure.is_fed() {
            return Err(Fault::NotFed(measure));
        }
        match (measure.of(), of) {
            (Of::Nothing, Some(_)) => return Err(Fault::TakesNoOf(measure)),
            (Of::Checklist | Of::Trait | Of::Measure, None) => return Err(Fault::NeedsOf(measure)),
            _ => {}
        }
        if narrowed.feature.is_some() && !measure.takes_feature() {
            return Err(Fault::TakesNoFeature(measure));
        }
        let feature = || narrowed.feature.clone().map(Metric::Feature);
        Ok(match measure {
            Measure::ActiveDays => Self::ActiveDays(feature()),
            Measure::ActiveUsers => Self::ActiveUsers,
            Measure::SeatsActive => Self::SeatsActive,
            Measure::Sessions => Self::Sessions,
            Measure::ActiveMinutes => Self::ActiveMinutes,
            Measure::FeaturesBreadth if context.key_features.is_empty() => {
                return Err(Fault::NoKeyFeatures);
            }
            Measure::FeaturesBreadth => Self::FeaturesBreadth(
                context
                    .key_features
                    .iter()
                    .cloned()
                    .map(Metric::Feature)
                    .collect(),
            ),
            Measure::FeaturesDepth => Self::FeaturesDepth(feature()),
            Measure::Stickiness => Self::Stickiness,
            Measure::RecencyDays => Self::RecencyDays(feature()),
            Measure::GuidesResponseRate => Self::ResponseRate(of.map(|guide| {
                let act = |act: &str| Metric::Guide(guide.to_owned(), act.to_owned());
                (act("seen"), act("done"))
            })),
            Measure::ChecklistProgress => Self::ChecklistProgress(items(of, context)?),
            Measure::RenewalDays => Self::RenewalDays,
            Measure::Fact => Self::Fact(of.unwrap_or_default().to_owned()),
            Measure::Trend => {
                Self::Trend(Box::new(Self::compile(&compared(narrowed, of)?, context)?))
            }
            _ => return Err(Fault::NotFed(measure)),
        })
    }

    /// The value over `window` as far as was known at the point in time, always finite; `None` when it is not known.
    ///
    /// The units and ranges are those of the variants.
    #[must_use]
    pub fn value(&self, account: &AsOf<'_>, window: Window) -> Option<f64> {
        let since = account.known_since()?;
        let value = match self {
            Self::ActiveDays(None) => f64::from(account.active_days(window)),
            Self::ActiveDays(Some(feature)) => f64::from(account.days_with(window, feature)),
            Self::ActiveUsers => f64::from(account.users(window).people),
            Self::SeatsActive => {
                let seats = account.number(SEATS).filter(|seats| *seats > 0.0)?;
                f64::from(account.users(window).people) / seats
            }
            Self::Sessions => recorded(account, window, &Metric::Sessions)?,
            Self::ActiveMinutes => recorded(account, window, &Metric::ActiveSeconds)? / 60.0,
            Self::FeaturesBreadth(keys) => account.used(window, keys) as f64 / keys.len() as f64,
            Self::FeaturesDepth(feature) => {
                let uses = match feature {
                    Some(feature) => account.sum(window, feature),
                    None => account.uses(window),
                };
                uses as f64 / people(account, window)?
            }
            Self::Stickiness => {
                let users = account.users(window);
                let mean = f64::from(users.days) / f64::from(window.days);
                (users.people > 0).then(|| mean / f64::from(users.people))?
            }
            Self::RecencyDays(feature) => {
                let last = match feature {
                    Some(feature) => account.last_with(feature),
                    None => account.last_active(),
                }?;
                days_between(last, window.end)
            }
            Self::Trend(of) => {
                let before = window.before();
                (since <= before.start()).then_some(())?;
                let base = of.value(account, before).filter(|base| *base > 0.0)?;
                of.value(account, window)? / base
            }
            Self::ResponseRate(guide) => {
                let (seen, done) = match guide {
                    Some((seen, done)) => (account.sum(window, seen), account.sum(window, done)),
                    None => account.guides(window),
                };
                (seen > 0).then(|| (done as f64 / seen as f64).min(1.0))?
            }
            Self::ChecklistProgress(items) => {
                items.iter().filter(|item| account.ever(item)).count() as f64 / items.len() as f64
            }
            Self::RenewalDays => days_between(window.end, account.date(RENEWAL)?),
            Self::Fact(name) => account.number(name)?,
        };
        value.is_finite().then_some(value)
    }

    /// The value on the latest of the `days` days before the point in time on which it was known, each asked as it was
    /// known at the close of that day, with that day; `window` gives the length.
    #[must_use]
    pub fn last_known(&self, account: &AsOf<'_>, window: Window, days: u32) -> Option<(f64, Day)> {
        let told = match self {
            Self::SeatsActive => account.ledger().names_trait(SEATS),
            Self::RenewalDays => account.ledger().names_trait(RENEWAL),
            Self::Fact(name) => account.ledger().names_trait(name),
            _ => true,
        };
        let since = account.known_since().filter(|_| told)?;
        (1..=i32::try_from(days).unwrap_or(i32::MAX))
            .map(|back| account.day().plus(-back))
            .take_while(|day| *day >= since)
            .find_map(|end| {
                let days = window.days;
                let value = self.value(&account.on(end), Window { end, days })?;
                Some((value, end))
            })
    }
}

fn items(of: Option<&str>, context: &Context) -> Result<Vec<Metric>, Fault> {
    let list = of.unwrap_or_default();
    match context.checklists.get(list) {
        Some(items) if !items.is_empty() => Ok(items
            .iter()
            .map(|item| Metric::Item(format!("{list}/{item}")))
            .collect()),
        _ => Err(Fault::NoChecklist(list.to_owned())),
    }
}

/// What a trend compares, as if the scorecard used that measure itself.
fn compared(trend: &MeasureUse, of: Option<&str>) -> Result<MeasureUse, Fault> {
    let name = of.unwrap_or_default();
    match Measure::named(name) {
        Some(measure) if measure.has_trend() => Ok(MeasureUse {
            measure,
            of: None,
            ..trend.clone()
        }),
        _ => Err(Fault::NoTrend(name.to_owned())),
    }
}

/// The sum of a metric in the window, unless the account was active and nothing ever told this metric.
fn recorded(account: &AsOf<'_>, window: Window, metric: &Metric) -> Option<f64> {
    (account.ever(metric) || account.last_active().is_none())
        .then(|| account.sum(window, metric) as f64)
}

fn people(account: &AsOf<'_>, window: Window) -> Option<f64> {
    let people = account.users(window).people;
    (people > 0).then(|| f64::from(people))
}

fn days_between(from: Day, to: Day) -> f64 {
    f64::from(to.0) - f64::from(from.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at::At;
    use crate::fixture::{Story, UTC, context, measure};
    use crate::ledger::Ledger;
    use serde_json::{Value, json};

    /// The measure asked about at the close of day 100.
    fn check(fields: &Value, story: &Story, expected: Option<f64>) {
        let used = measure(fields.clone());
        let gauge = Gauge::compile(&used, &context()).expect("a gauge");
        let ledger = Ledger::new(&story.0, UTC);
        let account = ledger.as_of(At::Close(Day(100)));
        let window = Window {
            end: Day(100),
            days: used.days,
        };
        let value = gauge.value(&account, window);
        let near = match (value, expected) {
            (Some(value), Some(expected)) => (value - expected).abs() < 1e-12,
            (value, expected) => value == expected,
        };
        assert!(near, "{fields}: {value:?} is not {expected:?}");
    }

    #[test]
    fn a_busy_account() {
        let story = Story::default()
            .active(40, &[1, 2])
            .counted(40, "f:a", 2)
            .active(80, &[1, 2, 3])
            .active(98, &[1])
            .active(99, &[1, 4])
            .counted(80, "f:a", 6)
            .counted(98, "f:a", 1)
            .counted(98, "f:c", 5)
            .counted(40, "s", 4)
            .counted(98, "s", 3)
            .counted(99, "a", 90)
            .counted(80, "g:seen:tour", 4)
            .counted(81, "g:done:tour", 1)
            .counted(99, "g:seen:note", 1)
            .counted(99, "g:done:note", 3)
            .counted(20, "i:list/1", 1)
            .counted(99, "i:list/4", 7)
            .counted(99, "i:other/1", 1)
            .told(1, "seats", 8.0)
            .told(1, "mrr", 1200.5)
            .told(1, "renewal_at", "1970-04-21");
        for (fields, value) in [
            (json!({"measure": "active_days"}), Some(3.0)),
            (json!({"measure": "active_days", "days": 2}), Some(1.0)),
            (json!({"measure": "active_days", "days": 365}), Some(4.0)),
            (json!({"measure": "active_days", "feature": "a"}), Some(2.0)),
            (
                json!({"measure": "active_days", "feature": "never"}),
                Some(0.0),
            ),
            (json!({"measure": "active_users"}), Some(4.0)),
            (json!({"measure": "active_users", "days": 1}), Some(0.0)),
            (json!({"measure": "seats.active"}), Some(0.5)),
            (json!({"measure": "sessions"}), Some(3.0)),
            (json!({"measure": "active_minutes"}), Some(1.5)),
            (json!({"measure": "features.breadth"}), Some(0.5)),
            (json!({"measure": "features.depth"}), Some(3.0)),
            (
                json!({"measure": "features.depth", "feature": "a"}),
                Some(1.75),
            ),
            (json!({"measure": "features.depth", "days": 1}), None),
            (json!({"measure": "stickiness"}), Some(6.0 / 28.0 / 4.0)),
            (json!({"measure": "stickiness", "days": 1}), None),
            (json!({"measure": "recency_days"}), Some(1.0)),
            (json!({"measure": "recency_days", "days": 1}), Some(1.0)),
            (
                json!({"measure": "recency_days", "feature": "c"}),
                Some(2.0),
            ),
            (json!({"measure": "recency_days", "feature": "never"}), None),
            (json!({"measure": "guides.response_rate"}), Some(0.8)),
            (
                json!({"measure": "guides.response_rate", "of": "tour"}),
                Some(0.25),
            ),
            (
                json!({"measure": "guides.response_rate", "of": "note"}),
                Some(1.0),
            ),
            (
                json!({"measure": "guides.response_rate", "of": "never"}),
                None,
            ),
            (
                json!({"measure": "checklist.progress", "of": "list"}),
                Some(0.5),
            ),
            (json!({"measure": "renewal_days"}), Some(10.0)),
            (json!({"measure": "fact", "of": "mrr"}), Some(1200.5)),
            (json!({"measure": "fact", "of": "renewal_at"}), None),
            (json!({"measure": "fact", "of": "never"}), None),
        ] {
            check(&fields, &story, value);
        }
    }

    #[test]
    fn a_trend_compares_equal_windows_of_a_known_account() {
        let story = Story::default()
            .active(50, &[1])
            .active(79, &[1])
            .active(92, &[1])
            .active(93, &[1])
            .active(95, &[1])
            .counted(86, "f:a", 2)
            .counted(100, "f:a", 3)
            .told(50, "seats", 4.0);
        let trend = |of: &str, days: u32| json!({"measure": "trend", "of": of, "days": days});
        check(&trend("active_days", 7), &story, Some(1.0));
        check(&trend("seats.active", 7), &story, Some(1.0));
        check(&trend("active_days", 10), &story, Some(4.0));
        // Nobody was active in the window before.
        check(&trend("active_days", 2), &story, None);
        check(&trend("stickiness", 2), &story, None);
        // The account was first heard of on day 50, and two windows of 28 days begin on day 45.
        check(&trend("active_days", 25), &story, None);
        check(&trend("active_days", 28), &story, None);
        check(
            &trend("active_days", 28),
            &story.clone().first_seen(45),
            Some(6.0),
        );
        let of_feature =
            json!({"measure": "trend", "of": "features.depth", "feature": "a", "days": 14});
        check(&of_feature, &story, Some(1.5));
    }

    #[test]
    fn nothing_known_is_never_zero() {
        let unknown = Story::default();
        let silent = Story::default().first_seen(10);
        // Everything this account did was told by a server that knows neither sessions nor minutes.
        let server = Story::default().active(99, &[1]).counted(99, "f:a", 1);
        let late = Story::default().active_late(99, 101, &[1]);
        for (name, of_silent, of_server) in [
            ("active_days", Some(0.0), Some(1.0)),
            ("active_users", Some(0.0), Some(1.0)),
            ("seats.active", None, None),
            ("sessions", Some(0.0), None),
            ("active_minutes", Some(0.0), None),
            ("features.breadth", Some(0.0), Some(0.5)),
            ("features.depth", None, Some(1.0)),
            ("stickiness", None, Some(1.0 / 28.0)),
            ("recency_days", None, Some(1.0)),
            ("guides.response_rate", None, None),
            ("renewal_days", None, None),
        ] {
            check(&json!({"measure": name}), &unknown, None);
            check(&json!({"measure": name}), &late, None);
            check(&json!({"measure": name}), &silent, of_silent);
            check(&json!({"measure": name}), &server, of_server);
        }
        let progress = json!({"measure": "checklist.progress", "of": "list"});
        check(&progress, &unknown, None);
        check(&progress, &silent, Some(0.0));
    }

    #[test]
    fn traits_that_are_no_numbers_or_dates() {
        for seats in [
            banso_model::value::Value::Null,
            0.0.into(),
            (-3.0).into(),
            "20".into(),
            true.into(),
        ] {
            let story = Story::default().active(99, &[1]).told(1, SEATS, seats);
            check(&json!({"measure": "seats.active"}), &story, None);
        }
        for (renewal, days) in [
            ("1970-04-11", Some(0.0)),
            ("1970-04-01", Some(-10.0)),
            ("1970-04-12T00:30:00+09:00", Some(0.0)),
            ("next week", None),
            ("1970-02-30", None),
        ] {
            let story = Story::default().told(1, RENEWAL, renewal);
            check(&json!({"measure": "renewal_days"}), &story, days);
        }
    }

    #[test]
    fn the_last_known_value_is_read_as_it_was_known_then() {
        let story = Story::default()
            .told(90, SEATS, 2.0)
            .told(97, SEATS, banso_model::value::Value::Null)
            .active(95, &[1])
            .active_late(96, 99, &[2]);
        let ledger = Ledger::new(&story.0, UTC);
        let account = ledger.as_of(At::Close(Day(100)));
        let window = Window {
            end: Day(100),
            days: 28,
        };
        let held = |days| Gauge::SeatsActive.last_known(&account, window, days);
        assert_eq!(held(3), None);
        assert_eq!(held(4), Some((0.5, Day(96))));
        assert_eq!(held(u32::MAX), held(4));
        let never = Gauge::Fact("never".to_owned());
        assert_eq!(never.last_known(&account, window, 365), None);
    }

    #[test]
    fn uses_that_make_no_gauge() {
        let no_keys = Context::default();
        for (fields, fault) in [
            (json!({"measure": "nps"}), Fault::NotFed(Measure::Nps)),
            (
                json!({"measure": "p_alive"}),
                Fault::NotFed(Measure::PAlive),
            ),
            (
                json!({"measure": "sessions", "of": "x"}),
                Fault::TakesNoOf(Measure::Sessions),
            ),
            (json!({"measure": "fact"}), Fault::NeedsOf(Measure::Fact)),
            (json!({"measure": "trend"}), Fault::NeedsOf(Measure::Trend)),
            (
                json!({"measure": "active_users", "feature": "a"}),
                Fault::TakesNoFeature(Measure::ActiveUsers),
            ),
            (
                json!({"measure": "trend", "of": "sessions", "feature": "a"}),
                Fault::TakesNoFeature(Measure::Sessions),
            ),
            (json!({"measure": "features.breadth"}), Fault::NoKeyFeatures),
            (
                json!({"measure": "checklist.progress", "of": "lost"}),
                Fault::NoChecklist("lost".to_owned()),
            ),
            (
                json!({"measure": "trend", "of": "trend"}),
                Fault::NoTrend("trend".to_owned()),
            ),
            (
                json!({"measure": "trend", "of": "recency_days"}),
                Fault::NoTrend("recency_days".to_owned()),
            ),
        ] {
            assert_eq!(Gauge::compile(&measure(fields), &no_keys), Err(fault));
        }
    }
}
