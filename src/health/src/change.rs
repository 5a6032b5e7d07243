//! Where the difference between two scores comes from.

use banso_model::config::health::Measure;
use serde::{Deserialize, Serialize};

use crate::as_of::AsOf;
use crate::decimal::{Decimal, parts};
use crate::evaluation::{Reading, Tally};
use crate::explain::PLACES;
use crate::scorecard::{Card, Scorecards};

/// One end of a comparison: an account at a point in time, and what it was scored by then.
#[derive(Clone, Copy)]
pub struct End<'a> {
    /// The scorecards in force then.
    pub scorecards: &'a Scorecards,
    /// The account's stage then.
    pub stage: &'a str,
    /// The account as it was known then.
    pub account: AsOf<'a>,
}

/// How a score came to be another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Both ends are numbers: the difference, split.
    Split {
        /// The score before.
        from: f64,
        /// The score after.
        to: f64,
        /// `to` − `from`, in points.
        difference: f64,
        /// The difference for showing: exactly that of the two scores as they are shown.
        shown: Decimal,
        /// What it comes from, in the fixed order of [`Cause`]; the points sum to the difference within 1e-9.
        steps: Vec<Step>,
    },
    /// There was no number before.
    BecameKnown {
        /// The score after.
        to: f64,
    },
    /// There is no number any more.
    BecameUnknown {
        /// The score before.
        from: f64,
    },
    /// There is no number at either end.
    Unknown,
}

/// Causes of a change, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// Weights of groups and measures that both scorecards have.
    Weights,
    /// The rest of the scorecard: measures that came or went, windows, curves, what is done about missing values.
    Measures,
    /// Measures whose value became known or missing.
    Known,
    /// Values that were known and changed.
    Inputs,
}

/// Points of a change that come from one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The cause.
    pub cause: Cause,
    /// Points of the score, negative when it costs some.
    pub points: f64,
    /// The points for showing; those of all steps sum to what is shown of the difference.
    pub shown: Decimal,
    /// The points by measure, without those of none; they sum to `points`.
    pub measures: Vec<MeasurePoints>,
}

/// Points of a step by which one measure's contribution moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasurePoints {
    /// The group's id.
    pub group: String,
    /// The measure.
    pub measure: Measure,
    /// What it is about, where it needs that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The only feature it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Length of its window in days.
    pub days: u32,
    /// Points of the score, negative when it costs some.
    pub points: f64,
}

/// Splits the change of an account's score by telescoping: between the two ends lie three states, each of which takes
/// one more thing from the later end, and each cause gets the difference of its state to the one before.
///
/// 1. the earlier scorecard with the later one's weights, earlier readings;
/// 2. the later scorecard read at the earlier end;
/// 3. what is known at the later end only: what became missing is left out, what became known has its later score,
///    and all else its earlier one;
/// 4. the later end.
///
/// A state in which nothing is known keeps the numbers of the one before it, so the sum stays exact.
#[must_use]
pub fn change(from: End<'_>, to: End<'_>) -> Change {
    let before = from.scorecards.evaluate(from.stage, &from.account);
    let after = to.scorecards.evaluate(to.stage, &to.account);
    let (start, end) = match (before.score(), after.score()) {
        (Some(start), Some(end)) => (start, end),
        (None, Some(to)) => return Change::BecameKnown { to },
        (Some(from), None) => return Change::BecameUnknown { from },
        (None, None) => return Change::Unknown,
    };
    let (Some(earlier), Some(later)) = (before.card, after.card) else {
        return Change::Unknown;
    };
    let reweighted = reweighted(earlier, later);
    let between = to.scorecards.evaluate(to.stage, &from.account);
    let known = between.readings.iter().zip(&after.readings);
    let known: Vec<Option<f64>> = known
        .map(|(earlier, later)| later.score.map(|score| earlier.score.unwrap_or(score)))
        .collect();

    let scores = |readings: &[Reading]| readings.iter().map(|reading| reading.score).collect();
    let states: [(&Card, Vec<Option<f64>>); 5] = [
        (earlier, scores(&before.readings)),
        (&reweighted, scores(&before.readings)),
        (later, scores(&between.readings)),
        (later, known),
        (later, scores(&after.readings)),
    ];
    let keys = union(keys(earlier), keys(later));
    let mut points: Vec<Vec<f64>> = Vec::new();
    for (card, scores) in states {
        let tally = Tally::new(card, scores);
        match (tally.score, points.last()) {
            (None, Some(kept)) => points.push(kept.clone()),
            _ => points.push(by_key(&keys, card, &tally)),
        }
    }
    let causes = [Cause::Weights, Cause::Measures, Cause::Known, Cause::Inputs];
    let moves: Vec<Vec<f64>> = points
        .windows(2)
        .map(|pair| {
            pair[1]
                .iter()
                .zip(&pair[0])
                .map(|(after, before)| after - before)
                .collect()
        })
        .collect();
    let sums: Vec<f64> = moves.iter().map(|moved| moved.iter().sum()).collect();
    let shown = Decimal {
        units: Decimal::round(end, PLACES).units - Decimal::round(start, PLACES).units,
        places: PLACES,
    };
    let steps = causes
        .into_iter()
        .zip(parts(&sums, shown))
        .zip(sums.iter().zip(&moves))
        .map(|((cause, shown), (points, moved))| Step {
            cause,
            points: *points,
            shown,
            measures: measures(&keys, moved),
        })
        .collect();
    Change::Split {
        from: start,
        to: end,
        difference: end - start,
        shown,
        steps,
    }
}

/// What makes a measure of one scorecard the same as a measure of another.
#[derive(Clone, Copy, PartialEq)]
struct Key<'c> {
    group: &'c str,
    measure: Measure,
    of: Option<&'c str>,
    feature: Option<&'c str>,
    days: u32,
    /// Which of several equal ones.
    nth: usize,
}

fn keys(card: &Card) -> Vec<Key<'_>> {
    let mut keys: Vec<Key<'_>> = Vec::new();
    for group in &card.groups {
        for slot in &group.slots {
            let mut key = Key {
                group: &group.id,
                measure: slot.used.measure,
                of: slot.used.of.as_deref(),
                feature: slot.used.feature.as_deref(),
                days: slot.used.days,
                nth: 0,
            };
            while keys.contains(&key) {
                key.nth += 1;
            }
            keys.push(key);
        }
    }
    keys
}

fn union<'c>(mut keys: Vec<Key<'c>>, others: Vec<Key<'c>>) -> Vec<Key<'c>> {
    for key in others {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// `earlier` with the weights `later` has for the same groups and measures.
fn reweighted(earlier: &Card, later: &Card) -> Card {
    let weights: Vec<(Key<'_>, f64)> = keys(later)
        .into_iter()
        .zip(later.slots().map(|slot| slot.used.weight))
        .collect();
    let mut card = earlier.clone();
    let slots = card.groups.iter_mut().flat_map(|group| &mut group.slots);
    for (slot, key) in slots.zip(keys(earlier)) {
        if let Some((_, weight)) = weights.iter().find(|(other, _)| *other == key) {
            slot.used.weight = *weight;
        }
    }
    for group in &mut card.groups {
        if let Some(other) = later.groups.iter().find(|other| other.id == group.id) {
            group.weight = other.weight;
        }
    }
    card
}

/// Contributions in the order of `keys`, 0 for what the card does not have.
fn by_key(keys: &[Key<'_>], card: &Card, tally: &Tally) -> Vec<f64> {
    let own = self::keys(card);
    let contribution = |key| {
        let at = own.iter().position(|other| other == key);
        at.map_or(0.0, |at| tally.contributions[at])
    };
    keys.iter().map(contribution).collect()
}

/// The measures whose contribution moved at all.
fn measures(keys: &[Key<'_>], moved: &[f64]) -> Vec<MeasurePoints> {
    keys.iter()
        .zip(moved)
        .filter(|(_, points)| **points != 0.0)
        .map(|(key, points)| MeasurePoints {
            group: key.group.to_owned(),
            measure: key.measure,
            of: key.of.map(str::to_owned),
            feature: key.feature.map(str::to_owned),
            days: key.days,
            points: *points,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at::At;
    use crate::fixture::{Story, UTC, compiled};
    use crate::ledger::Ledger;
    use banso_model::time::Day;
    use serde_json::{Value, json};

    fn card(a: f64, b: f64, top: f64) -> Value {
        json!({"scorecards": [{"min_coverage": 0.4, "groups": [{"id": "g", "weight": 1, "measures": [
            {"measure": "fact", "of": "a", "weight": a, "curve": [[0, 0], [top, 100]]},
            {"measure": "fact", "of": "b", "weight": b, "curve": [[0, 0], [top, 100]]}]}]}]})
    }

    /// The change from day 1 to day 2.
    fn changed(story: &Story, before: Value, after: Value) -> Change {
        let (before, after) = (compiled(before), compiled(after));
        let ledger = Ledger::new(&story.0, UTC);
        let end = |scorecards, day| End {
            scorecards,
            stage: "setup",
            account: ledger.as_of(At::Close(Day(day))),
        };
        change(end(&before, 1), end(&after, 2))
    }

    fn check(story: &Story, before: Value, after: Value, expected: [f64; 4]) {
        let found = changed(story, before, after);
        let Change::Split {
            difference, steps, ..
        } = &found
        else {
            panic!("{found:?} is no split");
        };
        let points: Vec<f64> = steps.iter().map(|step| step.points).collect();
        for (found, expected) in points.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-9,
                "{points:?} are not {expected}"
            );
        }
        assert!((points.iter().sum::<f64>() - difference).abs() < 1e-9);
    }

    #[test]
    fn each_cause_gets_its_part() {
        let both = || Story::default().told(1, "a", 40.0).told(1, "b", 80.0);
        let null = banso_model::value::Value::Null;
        let same = || card(1.0, 1.0, 100.0);
        check(&both(), same(), same(), [0.0; 4]);
        check(
            &both(),
            same(),
            card(3.0, 1.0, 100.0),
            [-10.0, 0.0, 0.0, 0.0],
        );
        check(
            &both(),
            same(),
            card(1.0, 1.0, 200.0),
            [0.0, -30.0, 0.0, 0.0],
        );
        check(
            &both().told(2, "b", null),
            same(),
            same(),
            [0.0, 0.0, -20.0, 0.0],
        );
        check(
            &both().told(2, "b", 60.0),
            same(),
            same(),
            [0.0, 0.0, 0.0, -10.0],
        );
        let everything = Story::default()
            .told(1, "a", 40.0)
            .told(2, "a", 60.0)
            .told(2, "b", 100.0);
        // Only a is known before: 40. Its weight is nothing to compare; the curve halves it: 20. Then b becomes known
        // with 50 and a quarter of the weight: 27.5. Then a rises to 30: 35.
        check(
            &everything,
            same(),
            card(3.0, 1.0, 200.0),
            [0.0, -20.0, 7.5, 7.5],
        );
    }

    #[test]
    fn a_new_measure_is_a_change_of_measures() {
        let story = Story::default().told(1, "a", 40.0).told(1, "b", 80.0);
        let mut only_a = card(1.0, 1.0, 100.0);
        let measures = &mut only_a["scorecards"][0]["groups"][0]["measures"];
        measures.as_array_mut().expect("measures").truncate(1);
        check(
            &story,
            only_a.clone(),
            card(1.0, 1.0, 100.0),
            [0.0, 20.0, 0.0, 0.0],
        );
        check(
            &story,
            card(1.0, 1.0, 100.0),
            only_a,
            [0.0, -20.0, 0.0, 0.0],
        );
    }

    #[test]
    fn without_two_numbers_there_is_no_split() {
        let null = || banso_model::value::Value::Null;
        let same = || card(1.0, 1.0, 100.0);
        for (story, expected) in [
            (
                Story::default().told(2, "a", 40.0),
                Change::BecameKnown { to: 40.0 },
            ),
            (
                Story::default().told(1, "a", 40.0).told(2, "a", null()),
                Change::BecameUnknown { from: 40.0 },
            ),
            (Story::default(), Change::Unknown),
        ] {
            assert_eq!(changed(&story, same(), same()), expected);
        }
    }

    #[test]
    fn nothing_known_in_between_keeps_the_numbers_before() {
        let story = Story::default().told(1, "a", 40.0).told(2, "b", 90.0);
        let mut only_b = card(1.0, 1.0, 100.0);
        let measures = &mut only_b["scorecards"][0]["groups"][0]["measures"];
        measures.as_array_mut().expect("measures").remove(0);
        check(&story, card(1.0, 1.0, 100.0), only_b, [0.0, 0.0, 50.0, 0.0]);
    }
}
