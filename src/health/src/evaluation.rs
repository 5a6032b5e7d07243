//! Scoring: the numbers of one account, without their explanation.

use banso_model::config::health::Missing;
use banso_model::time::Day;

use crate::as_of::AsOf;
use crate::at::Window;
use crate::measure::CHURNED;
use crate::scorecard::{Card, Scorecards, Slot};

/// What one measure of a scorecard said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The measure's value, in its own unit; `None` when it is not known.
    pub value: Option<f64>,
    /// Its score, 0 to 100; `None` when it counts for nothing.
    pub score: Option<f64>,
    /// What was done about a value that is not known on the day itself; `None` when it is known.
    pub missing: Option<Missing>,
    /// The day of a value that is held.
    pub held: Option<Day>,
}

/// An account scored by a scorecard as of a point in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation<'c> {
    pub(crate) card: Option<&'c Card>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) tally: Tally,
    band: Option<&'c str>,
    frozen: Option<Day>,
}

impl Scorecards {
    /// Scores an account of `stage`.
    ///
    /// An account that has left (trait `churned_at`, once its day has come) keeps the score it had at the close of that
    /// day. A measure whose policy is `zero` counts as known with the score 0: its absence is itself the news.
    #[must_use]
    pub fn evaluate(&self, stage: &str, account: &AsOf<'_>) -> Evaluation<'_> {
        let frozen = account
            .date(CHURNED)
            .filter(|churned| *churned <= account.day());
        let account = frozen.map_or(*account, |churned| account.on(churned));
        let card = self.card(stage);
        let slots = card.into_iter().flat_map(Card::slots);
        let readings: Vec<Reading> = slots.map(|slot| read(slot, &account)).collect();
        let tally = card.map_or_else(Tally::default, |card| {
            Tally::new(card, readings.iter().map(|reading| reading.score))
        });
        let mut evaluation = Evaluation {
            card,
            readings,
            tally,
            band: None,
            frozen,
        };
        evaluation.band = evaluation.score().and_then(|score| self.band(score));
        evaluation
    }
}

impl<'c> Evaluation<'c> {
    /// The score, 0 to 100 (100 is healthy). `None` when there is no scorecard for the stage or too little is known.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        // Weights that are fractions make sums such as 0.499…96 of what is exactly a half.
        let enough = |card: &&Card| self.tally.coverage + 1e-9 >= card.min_coverage;
        self.card.filter(enough).and(self.tally.score)
    }

    /// Share (0 to 1) of the weights that is known:
    /// Σ group weight × (known weight in it ÷ its weight) ÷ Σ group weight.
    #[must_use]
    pub fn coverage(&self) -> f64 {
        self.tally.coverage
    }

    /// The band of the score.
    #[must_use]
    pub fn band(&self) -> Option<&'c str> {
        self.band
    }

    /// The day the score stands still at, of an account that has left.
    #[must_use]
    pub fn frozen(&self) -> Option<Day> {
        self.frozen
    }

    /// What each measure said, in the scorecard's order.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }
}

impl Card {
    /// The measures of all groups, in order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.groups.iter().flat_map(|group| &group.slots)
    }
}

fn read(slot: &Slot, account: &AsOf<'_>) -> Reading {
    let window = Window {
        end: account.day(),
        days: slot.used.days,
    };
    if let Some(value) = slot.gauge.value(account, window) {
        return Reading {
            value: Some(value),
            score: slot.curve.score(value),
            ..Reading::default()
        };
    }
    let missing = Some(slot.used.missing);
    match slot.used.missing {
        Missing::Exclude => Reading {
            missing,
            ..Reading::default()
        },
        Missing::Zero => Reading {
            score: Some(0.0),
            missing,
            ..Reading::default()
        },
        Missing::Hold => {
            let days = slot.used.hold_days.unwrap_or_default();
            let held = slot.gauge.last_known(account, window, days);
            Reading {
                value: held.map(|(value, _)| value),
                score: held.and_then(|(value, _)| slot.curve.score(value)),
                missing,
                held: held.map(|(_, day)| day),
            }
        }
    }
}

/// Scores weighed against each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// Share of the weights that is known, 0 to 1.
    pub(crate) coverage: f64,
    /// Share (0 to 1) of the score each measure decides; 0 for one that is not known.
    pub(crate) shares: Vec<f64>,
    /// Points of the score each measure gives: its share × its score. They sum to the score.
    pub(crate) contributions: Vec<f64>,
    /// Scores of the groups: Σ weight × score ÷ Σ weight over what is known in each.
    pub(crate) groups: Vec<Option<f64>>,
    /// Σ group weight × group score ÷ Σ group weight over the groups of which something is known.
    pub(crate) score: Option<f64>,
}

impl Tally {
    /// Weighs `scores`, one a slot of `card`, in order.
    pub(crate) fn new(card: &Card, scores: impl IntoIterator<Item = Option<f64>>) -> Self {
        let mut scores = scores.into_iter();
        let (mut total, mut covered, mut known_total) = (0.0, 0.0, 0.0);
        let mut tally = Self::default();
        for group in &card.groups {
            let first = tally.shares.len();
            let (mut weight, mut known, mut points) = (0.0, 0.0, 0.0);
            for slot in &group.slots {
                let score = scores.next().flatten();
                weight += slot.used.weight;
                let counts = score.map_or(0.0, |_| slot.used.weight);
                known += counts;
                points += counts * score.unwrap_or_default();
                tally.shares.push(counts);
                tally.contributions.push(score.unwrap_or_default());
            }
            total += group.weight;
            if known > 0.0 {
                covered += group.weight * (known / weight).min(1.0);
                known_total += group.weight;
                for share in &mut tally.shares[first..] {
                    *share *= group.weight / known;
                }
            }
            tally.groups.push((known > 0.0).then(|| points / known));
        }
        if total > 0.0 {
            tally.coverage = (covered / total).clamp(0.0, 1.0);
        }
        if known_total > 0.0 {
            for (share, contribution) in tally.shares.iter_mut().zip(&mut tally.contributions) {
                *share /= known_total;
                *contribution *= *share;
            }
            tally.score = Some(tally.contributions.iter().sum::<f64>().clamp(0.0, 100.0));
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at::At;
    use crate::fixture::{Story, UTC, compiled};
    use crate::ledger::Ledger;
    use serde_json::{Value, json};

    /// A measure that says what the trait `name` says.
    fn fact(name: &str, weight: f64, policy: &Value) -> Value {
        let mut used =
            json!({"measure": "fact", "of": name, "weight": weight, "curve": [[0, 0], [100, 100]]});
        for (key, value) in policy.as_object().into_iter().flatten() {
            used[key] = value.clone();
        }
        used
    }

    fn one_group(measures: &[Value]) -> Value {
        json!({"scorecards": [{"min_coverage": 0, "groups": [{"id": "g", "weight": 1, "measures": measures}]}]})
    }

    fn evaluated<T>(
        health: Value,
        story: &Story,
        day: i32,
        read: impl Fn(&Evaluation<'_>) -> T,
    ) -> T {
        let scorecards = compiled(health);
        let ledger = Ledger::new(&story.0, UTC);
        read(&scorecards.evaluate("setup", &ledger.as_of(At::Close(Day(day)))))
    }

    #[test]
    fn groups_are_weighted_means_of_what_is_known() {
        let all = [("a", 47.0), ("b", 59.0), ("c", 21.0)];
        let exclude = json!({});
        for (told, expected) in [
            (
                &all[..],
                Some((20.0 * 47.0 + 15.0 * 59.0 + 22.0 * 21.0) / 57.0),
            ),
            (&all[..2], Some((20.0 * 47.0 + 15.0 * 59.0) / 35.0)),
            (&all[..1], Some(47.0)),
            (&[], None),
        ] {
            let story = told
                .iter()
                .fold(Story::default().first_seen(0), |story, (name, value)| {
                    story.told(1, name, *value)
                });
            let measures = [("a", 20.0), ("b", 15.0), ("c", 22.0)]
                .map(|(name, weight)| fact(name, weight, &exclude));
            let group = evaluated(one_group(&measures), &story, 9, |e| e.tally.groups[0]);
            assert_eq!(group.is_some(), expected.is_some());
            let off = group.unwrap_or_default() - expected.unwrap_or_default();
            assert!(off.abs() < 1e-9, "{group:?} is not {expected:?}");
            if told.len() == 3 {
                assert_eq!(format!("{:.2}", group.unwrap_or_default()), "40.12");
            }
        }
    }

    #[test]
    fn what_is_missing_is_left_out_zero_or_held() {
        let null = || banso_model::value::Value::Null;
        let story = Story::default()
            .told(1, "a", 80.0)
            .told(1, "b", 40.0)
            .told(5, "b", null());
        let exclude = json!({"missing": "exclude"});
        for (policy, day, score, coverage) in [
            (&exclude, 4, Some(60.0), 1.0),
            (&exclude, 5, Some(80.0), 0.5),
            (&exclude, 0, None, 0.0),
            (&json!({"missing": "zero"}), 5, Some(40.0), 1.0),
            (
                &json!({"missing": "hold", "hold_days": 2}),
                5,
                Some(60.0),
                1.0,
            ),
            (
                &json!({"missing": "hold", "hold_days": 2}),
                6,
                Some(60.0),
                1.0,
            ),
            (
                &json!({"missing": "hold", "hold_days": 2}),
                7,
                Some(80.0),
                0.5,
            ),
        ] {
            let health = one_group(&[fact("a", 3.0, &exclude), fact("b", 3.0, policy)]);
            evaluated(health, &story, day, |e| {
                assert_eq!(
                    (e.score(), e.coverage()),
                    (score, coverage),
                    "{policy} on {day}"
                );
            });
        }
        let hold = json!({"missing": "hold", "hold_days": 9});
        evaluated(one_group(&[fact("b", 1.0, &hold)]), &story, 7, |e| {
            let held = Reading {
                value: Some(40.0),
                score: Some(40.0),
                missing: Some(Missing::Hold),
                held: Some(Day(4)),
            };
            assert_eq!(e.readings(), [held]);
        });
    }

    #[test]
    fn coverage_weighs_groups_and_decides() {
        let exclude = json!({});
        let card = |min: f64| {
            json!({"scorecards": [{"min_coverage": min, "groups": [
                {"id": "x", "weight": 60, "measures": [fact("a", 2.0, &exclude), fact("b", 1.0, &exclude)]},
                {"id": "y", "weight": 30, "measures": [fact("c", 7.0, &exclude)]}]}]})
        };
        // Of x a third is known, of y nothing: 60 × ⅓ ÷ 90.
        let story = Story::default().told(1, "b", 90.0);
        for (min, score, band) in [
            (0.0, Some(90.0), Some("green")),
            (2.0 / 9.0, Some(90.0), Some("green")),
            (0.23, None, None),
            (1.0, None, None),
        ] {
            evaluated(card(min), &story, 1, |e| {
                assert!((e.coverage() - 2.0 / 9.0).abs() < 1e-12);
                assert_eq!((e.score(), e.band()), (score, band), "{min}");
            });
        }
    }

    #[test]
    fn fractions_of_weights_are_forgiven_their_rounding() {
        let group = |id: &str, weight: f64| json!({"id": id, "weight": weight, "measures": [fact(id, 1.0, &json!({}))]});
        let groups = [group("a", 0.2), group("b", 0.1), group("c", 0.7)];
        let card = json!({"scorecards": [{"min_coverage": 0.8, "groups": groups}]});
        let story = Story::default().told(1, "b", 50.0).told(1, "c", 50.0);
        evaluated(card, &story, 1, |e| {
            assert!(e.coverage() < 0.8, "0.1 + 0.7 is exact here");
            assert!(e.score().is_some());
        });
    }

    #[test]
    fn an_account_that_left_keeps_its_score() {
        let story = Story::default()
            .told(1, "a", 70.0)
            .told(10, CHURNED, "1970-01-09")
            .told(8, "a", 30.0)
            .told(9, "a", 20.0)
            .told(20, CHURNED, banso_model::value::Value::Null);
        let health = one_group(&[fact("a", 1.0, &json!({}))]);
        for (day, score, frozen) in [
            (7, 70.0, None),
            (8, 30.0, None),
            (9, 20.0, None),
            (10, 30.0, Some(Day(8))),
            (19, 30.0, Some(Day(8))),
            (20, 20.0, None),
        ] {
            evaluated(health.clone(), &story, day, |e| {
                assert_eq!((e.score(), e.frozen()), (Some(score), frozen), "{day}");
            });
        }
        let planned = Story::default()
            .told(1, "a", 70.0)
            .told(1, CHURNED, "1970-01-09");
        evaluated(health, &planned, 7, |e| assert_eq!(e.frozen(), None));
    }

    #[test]
    fn each_stage_has_its_scorecard() {
        let group =
            |id: &str| json!([{"id": id, "weight": 1, "measures": [fact("a", 1.0, &json!({}))]}]);
        let scorecards = compiled(json!({"scorecards": [
            {"groups": group("rest")},
            {"stage": ["setup", "contract"], "groups": group("early")}]}));
        for (stage, id) in [
            ("setup", "early"),
            ("contract", "early"),
            ("renewal", "rest"),
            ("", "rest"),
        ] {
            let card = scorecards.card(stage).expect("a scorecard");
            assert_eq!(card.groups[0].id, id, "{stage}");
        }
        let only =
            compiled(json!({"scorecards": [{"stage": ["setup"], "groups": group("early")}]}));
        let story = Story::default().told(1, "a", 1.0);
        let ledger = Ledger::new(&story.0, UTC);
        let lost = only.evaluate("renewal", &ledger.as_of(At::Close(Day(1))));
        assert_eq!((lost.score(), lost.coverage()), (None, 0.0));
    }
}
