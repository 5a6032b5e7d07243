//! What holds for any history and any scorecard.

use banso_model::rollup::AccountHistory;
use banso_model::time::Day;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::at::At;
use crate::change::{Change, End, change};
use crate::fixture::{Story, UTC, compiled};
use crate::ledger::Ledger;
use crate::scorecard::Scorecards;

/// The last day of a history, and so the last that is asked about.
const LAST: i32 = 60;

const METRICS: [&str; 8] = [
    "f:a",
    "f:b",
    "f:c",
    "s",
    "a",
    "g:seen:tour",
    "g:done:tour",
    "i:list/1",
];

#[derive(Clone, Debug)]
enum Happening {
    Counted(usize, u64),
    Active(u64),
    Told(&'static str, Option<f64>),
    Renewal(i32),
    Churned(i32),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        8 => (0..METRICS.len(), 0..50_u64).prop_map(|(metric, sum)| Happening::Counted(metric, sum)),
        5 => (0..4_u64).prop_map(Happening::Active),
        3 => (prop_oneof![Just("seats"), Just("mrr")], option::weighted(0.8, -5.0..50.0))
            .prop_map(|(name, value)| Happening::Told(name, value)),
        1 => (0..LAST).prop_map(Happening::Renewal),
        1 => (0..LAST).prop_map(Happening::Churned),
    ]
}

/// Things that happened, each on a day and received some days later.
fn story() -> impl Strategy<Value = Vec<(i32, i32, Happening)>> {
    let late = prop_oneof![3 => Just(0), 1 => 0..20_i32];
    vec((0..LAST, late, happening()), 0..40).prop_map(|list| {
        list.into_iter()
            .map(|(day, late, what)| (day, day + late, what))
            .collect()
    })
}

fn history(story: &[(i32, i32, Happening)]) -> AccountHistory {
    let mut told = Story::default();
    for (day, received, what) in story {
        told = match what {
            Happening::Counted(metric, sum) => {
                told.counted_late(*day, *received, METRICS[*metric], *sum)
            }
            Happening::Active(user) => told.active_late(*day, *received, &[*user]),
            Happening::Told(name, Some(value)) => told.told(*received, name, *value),
            Happening::Told(name, None) => {
                told.told(*received, name, banso_model::value::Value::Null)
            }
            Happening::Renewal(on) => told.told(*received, "renewal_at", Day(*on).to_string()),
            Happening::Churned(on) => told.told(*received, "churned_at", Day(*on).to_string()),
        };
    }
    told.0
}

fn used() -> impl Strategy<Value = Value> {
    let measures = prop_oneof![
        Just(json!({"measure": "active_days"})),
        Just(json!({"measure": "active_days", "feature": "a"})),
        Just(json!({"measure": "active_users"})),
        Just(json!({"measure": "seats.active"})),
        Just(json!({"measure": "sessions"})),
        Just(json!({"measure": "active_minutes"})),
        Just(json!({"measure": "features.breadth"})),
        Just(json!({"measure": "features.depth"})),
        Just(json!({"measure": "stickiness"})),
        Just(json!({"measure": "recency_days"})),
        Just(json!({"measure": "trend", "of": "active_days"})),
        Just(json!({"measure": "guides.response_rate"})),
        Just(json!({"measure": "checklist.progress", "of": "list"})),
        Just(json!({"measure": "renewal_days"})),
        Just(json!({"measure": "fact", "of": "mrr"})),
    ];
    let missing = prop_oneof![Just("exclude"), Just("zero"), Just("hold")];
    let curve = (-5.0..5.0_f64, 0.1..40.0_f64, 0.0..100.0_f64, 0.0..100.0_f64);
    (measures, 1..30_u32, 0.1..9.0_f64, missing, 1..20_u32, curve).prop_map(
        |(mut used, days, weight, missing, hold_days, (from, span, low, high))| {
            used["days"] = json!(days);
            used["weight"] = json!(weight);
            used["missing"] = json!(missing);
            used["hold_days"] = json!(hold_days);
            used["curve"] = json!([[from, low], [from + span, high]]);
            used
        },
    )
}

fn scorecards() -> impl Strategy<Value = Scorecards> {
    let group = (0.1..100.0_f64, vec(used(), 1..4));
    (0.0..0.6_f64, vec(group, 1..4)).prop_map(|(min_coverage, groups)| {
        let groups: Vec<Value> = groups
            .into_iter()
            .enumerate()
            .map(|(id, (weight, measures))| json!({"id": id.to_string(), "weight": weight, "measures": measures}))
            .collect();
        compiled(json!({"scorecards": [{"min_coverage": min_coverage, "groups": groups}]}))
    })
}

proptest! {
    #[test]
    fn contributions_sum_and_everything_is_in_range(cards in scorecards(), story in story(), day in 0..LAST) {
        let history = history(&story);
        let ledger = Ledger::new(&history, UTC);
        let health = cards.explain("x", "setup", &ledger.as_of(At::Close(Day(day))));
        prop_assert!((0.0..=1.0).contains(&health.coverage));
        let measures = || health.groups.iter().flat_map(|group| &group.measures);
        for measure in measures() {
            prop_assert!(measure.value.is_none_or(f64::is_finite));
            prop_assert!(measure.score.is_none_or(|score| (0.0..=100.0).contains(&score)));
            prop_assert!(measure.missing.is_some() || measure.value.is_some());
        }
        let Some(score) = health.score else {
            prop_assert_eq!(health.band, None);
            prop_assert!(measures().all(|measure| measure.contribution.is_none()));
            return Ok(());
        };
        prop_assert!((0.0..=100.0).contains(&score));
        prop_assert_eq!(health.band.as_deref(), cards.band(score));
        let points: f64 = measures().filter_map(|measure| measure.contribution).sum();
        prop_assert!((points - score).abs() < 1e-9);
        let by_group: f64 = health.groups.iter().filter_map(|group| group.contribution).sum();
        prop_assert!((by_group - score).abs() < 1e-9);
        let shares: f64 = measures().map(|measure| measure.share).sum();
        prop_assert!((shares - 1.0).abs() < 1e-9);

        let shown = health.shown.expect("a score is shown").units;
        let groups = health.groups.iter().filter_map(|group| group.shown);
        prop_assert_eq!(groups.map(|decimal| decimal.units).sum::<i64>(), shown);
        prop_assert_eq!(measures().filter_map(|measure| measure.shown).map(|decimal| decimal.units).sum::<i64>(), shown);
    }

    #[test]
    fn what_arrives_later_changes_no_earlier_score(cards in scorecards(), story in story(), day in 0..LAST) {
        let by_then: Vec<_> = story.iter().filter(|(_, received, _)| *received <= day).cloned().collect();
        let (all, by_then) = (history(&story), history(&by_then));
        let at = At::Close(Day(day));
        let with_later = cards.explain("x", "setup", &Ledger::new(&all, UTC).as_of(at));
        let without = cards.explain("x", "setup", &Ledger::new(&by_then, UTC).as_of(at));
        prop_assert_eq!(with_later, without);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(cards in scorecards(), story in story(), day in 0..LAST) {
        let mut turned = history(&story);
        turned.uses.reverse();
        turned.active.reverse();
        let forward = history(&story);
        let at = At::Close(Day(day));
        prop_assert_eq!(
            cards.explain("x", "setup", &Ledger::new(&forward, UTC).as_of(at)),
            cards.explain("x", "setup", &Ledger::new(&turned, UTC).as_of(at))
        );
    }

    #[test]
    fn a_split_sums_to_the_difference(
        before in scorecards(),
        after in scorecards(),
        story in story(),
        from in 0..LAST,
        to in 0..LAST,
    ) {
        let history = history(&story);
        let ledger = Ledger::new(&history, UTC);
        let end = |scorecards, day| End { scorecards, stage: "setup", account: ledger.as_of(At::Close(Day(day))) };
        let (from, to) = (end(&before, from), end(&after, to));
        let score = |end: End<'_>| end.scorecards.evaluate("setup", &end.account).score();
        match (change(from, to), score(from), score(to)) {
            (Change::Split { difference, shown, steps, .. }, Some(start), Some(end)) => {
                let points: f64 = steps.iter().map(|step| step.points).sum();
                prop_assert!((points - difference).abs() < 1e-9);
                prop_assert_eq!(steps.iter().map(|step| step.shown.units).sum::<i64>(), shown.units);
                for step in &steps {
                    let points: f64 = step.measures.iter().map(|measure| measure.points).sum();
                    prop_assert!((points - step.points).abs() < 1e-9);
                }
                prop_assert!((end - start - difference).abs() < 1e-9);
            }
            (Change::BecameKnown { to }, None, Some(end)) => prop_assert_eq!(to, end),
            (Change::BecameUnknown { from }, Some(start), None) => prop_assert_eq!(from, start),
            (Change::Unknown, None, None) => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
