//! An account's health as it is answered: the score, and where each of its points comes from.

use banso_model::config::health::{Measure, Missing};
use serde::{Deserialize, Serialize};

use crate::as_of::AsOf;
use crate::at::At;
use crate::decimal::{Decimal, parts};
use crate::evaluation::{Evaluation, Reading};
use crate::phrase::phrase;
use crate::scorecard::{Group, Scorecards, Slot};

/// Decimal places of what is shown.
pub(crate) const PLACES: u8 = 1;
/// Points a measure must cost to be named as a reason.
const WORTH_NAMING: f64 = 0.5;

/// An account's health at a point in time, explained.
///
/// The contributions of all measures sum to the score within 1e-9; what is `shown` of them sums to what is shown of the
/// score exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountHealth {
    /// The account's id.
    pub account: String,
    /// The point in time: the close of a day, or now.
    pub at: At,
    /// The stage whose scorecard was used.
    pub stage: String,
    /// The score, 0 to 100 (100 is healthy); null when there is not enough data.
    pub score: Option<f64>,
    /// The score for showing, with one decimal.
    pub shown: Option<Decimal>,
    /// The score's band.
    pub band: Option<String>,
    /// Share (0 to 1) of the weights that is known.
    pub coverage: f64,
    /// The day the score stands still at, when the account has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<At>,
    /// The score in a sentence: what costs most and what helps most, or why there is none.
    pub reason: String,
    /// The scorecard's groups, in its order.
    pub groups: Vec<GroupHealth>,
}

/// What one group adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupHealth {
    /// The group's id.
    pub id: String,
    /// Its configured weight.
    pub weight: f64,
    /// Its score, 0 to 100; null when nothing in it is known.
    pub score: Option<f64>,
    /// Points of the account's score that come from it; null when there is no score or nothing in it is known.
    pub contribution: Option<f64>,
    /// The contribution for showing.
    pub shown: Option<Decimal>,
    /// Its measures, in its order.
    pub measures: Vec<MeasureHealth>,
}

/// What one measure adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureHealth {
    /// What was measured.
    pub measure: Measure,
    /// What it is about, where it needs that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The only feature it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Length of its window in days.
    pub days: u32,
    /// Its value in its own unit; null when it is not known.
    pub value: Option<f64>,
    /// Its score, 0 to 100; null when it counts for nothing.
    pub score: Option<f64>,
    /// Its configured weight in the group.
    pub weight: f64,
    /// Share (0 to 1) of the account's score it decides after what is missing has been left out.
    pub share: f64,
    /// Points of the account's score that come from it: share × score; null without a score of either.
    pub contribution: Option<f64>,
    /// The contribution for showing.
    pub shown: Option<Decimal>,
    /// What was done about a value that is not known; null when it is known.
    pub missing: Option<Missing>,
    /// The day of a value that is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<At>,
}

impl Scorecards {
    /// Scores an account of `stage` and says why.
    #[must_use]
    pub fn explain(&self, account: &str, stage: &str, as_of: &AsOf<'_>) -> AccountHealth {
        let evaluation = self.evaluate(stage, as_of);
        AccountHealth {
            account: account.to_owned(),
            at: as_of.at(),
            stage: stage.to_owned(),
            score: evaluation.score(),
            shown: evaluation
                .score()
                .map(|score| Decimal::round(score, PLACES)),
            band: evaluation.band().map(str::to_owned),
            coverage: evaluation.coverage(),
            frozen: evaluation.frozen().map(At::Close),
            reason: evaluation.reason(stage),
            groups: groups(&evaluation),
        }
    }
}

impl Scorecards {
    /// Points by which the score moved over the last `days` days, by the scorecard of today's stage at both ends.
    /// `None` when either end is no number.
    #[must_use]
    pub fn trend(&self, stage: &str, as_of: &AsOf<'_>, days: u32) -> Option<f64> {
        let before = as_of.on(as_of.lookback(days));
        Some(self.evaluate(stage, as_of).score()? - self.evaluate(stage, &before).score()?)
    }
}

fn groups(evaluation: &Evaluation<'_>) -> Vec<GroupHealth> {
    let Some(card) = evaluation.card else {
        return Vec::new();
    };
    let tally = &evaluation.tally;
    let mut slots = 0..0;
    let ranges: Vec<_> = card
        .groups
        .iter()
        .map(|group| {
            slots = slots.end..slots.end + group.slots.len();
            slots.clone()
        })
        .collect();
    let contributions: Vec<f64> = ranges
        .iter()
        .map(|range| tally.contributions[range.clone()].iter().sum())
        .collect();
    let shown = evaluation
        .score()
        .map(|score| parts(&contributions, Decimal::round(score, PLACES)));
    let explain = |at: usize| {
        let range = ranges[at].clone();
        let known = tally.groups[at].and(shown.as_ref());
        GroupHealth {
            id: card.groups[at].id.clone(),
            weight: card.groups[at].weight,
            score: tally.groups[at],
            contribution: known.map(|_| contributions[at]),
            shown: known.map(|shown| shown[at]),
            measures: measures(
                evaluation,
                &card.groups[at],
                range,
                known.map(|shown| shown[at]),
            ),
        }
    };
    (0..ranges.len()).map(explain).collect()
}

fn measures(
    evaluation: &Evaluation<'_>,
    group: &Group,
    range: std::ops::Range<usize>,
    total: Option<Decimal>,
) -> Vec<MeasureHealth> {
    let contributions = &evaluation.tally.contributions[range.clone()];
    let shown = total.map(|total| parts(contributions, total));
    let explain = |(at, slot): (usize, &Slot)| {
        let reading = evaluation.readings[range.start + at];
        let known = reading.score.and(shown.as_ref());
        MeasureHealth {
            measure: slot.used.measure,
            of: slot.used.of.clone(),
            feature: slot.used.feature.clone(),
            days: slot.used.days,
            value: reading.value,
            score: reading.score,
            weight: slot.used.weight,
            share: evaluation.tally.shares[range.start + at],
            contribution: known.map(|_| contributions[at]),
            shown: known.map(|shown| shown[at]),
            missing: reading.missing,
            held: reading.held.map(At::Close),
        }
    };
    group.slots.iter().enumerate().map(explain).collect()
}

impl Evaluation<'_> {
    /// The score in a sentence, for a list of accounts: what costs most points, then what gives most; or why there is
    /// no score.
    #[must_use]
    pub fn reason(&self, stage: &str) -> String {
        let Some(card) = self.card else {
            return format!("no scorecard for stage {stage}");
        };
        if self.score().is_none() {
            let percent = |share: f64| (share * 100.0).round();
            return format!(
                "not enough data: {} % is known, {} % is needed",
                percent(self.coverage()),
                percent(card.min_coverage)
            );
        }
        let read: Vec<(&Slot, &Reading, f64)> = card
            .slots()
            .zip(&self.readings)
            .zip(&self.tally.shares)
            .filter(|((_, reading), _)| reading.score.is_some())
            .map(|((slot, reading), share)| (slot, reading, *share))
            .collect();
        let lost = |(_, reading, share): &(_, &Reading, f64)| {
            share * (100.0 - reading.score.unwrap_or_default())
        };
        let won =
            |(_, reading, share): &(_, &Reading, f64)| share * reading.score.unwrap_or_default();
        let mut gaps: Vec<_> = read.iter().filter(|at| lost(at) >= WORTH_NAMING).collect();
        gaps.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
        let costs = gaps.iter().take(2).map(|at| {
            let points = Decimal::round(-lost(at), PLACES);
            format!("{} ({points})", phrase(&at.0.used, at.1.value))
        });
        let best = read
            .iter()
            .filter(|at| won(at) >= WORTH_NAMING)
            .filter(|at| !gaps.iter().take(2).any(|gap| std::ptr::eq(gap.0, at.0)))
            .max_by(|a, b| won(a).total_cmp(&won(b)))
            .map(|at| {
                let points = Decimal::round(won(at), PLACES);
                format!("{} (+{points})", phrase(&at.0.used, at.1.value))
            });
        costs.chain(best).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Story, UTC, compiled};
    use crate::ledger::Ledger;
    use banso_model::time::Day;
    use serde_json::json;

    fn scorecards() -> Scorecards {
        compiled(json!({"scorecards": [{"stage": ["setup"], "groups": [
            {"id": "adoption", "weight": 60, "measures": [
                {"measure": "checklist.progress", "of": "list", "weight": 2, "curve": [[0, 0], [1, 100]]},
                {"measure": "seats.active", "weight": 1, "curve": [[0, 0], [1, 100]]}]},
            {"id": "rhythm", "weight": 40, "measures": [
                {"measure": "active_days", "days": 7, "curve": [[0, 0], [5, 100]]}]}]}]}))
    }

    fn explained(story: &Story, stage: &str) -> AccountHealth {
        let ledger = Ledger::new(&story.0, UTC);
        scorecards().explain("acme", stage, &ledger.as_of(At::Close(Day(100))))
    }

    #[test]
    fn the_answer_is_what_the_wire_promises() {
        let story = Story::default()
            .counted(90, "i:list/1", 1)
            .active(98, &[1, 2])
            .active(99, &[1]);
        let health = explained(&story, "setup");
        let third = 100.0 / 3.0;
        let expected = json!({
            "account": "acme", "at": "1970-04-11", "stage": "setup",
            "score": 0.6 * 25.0 + 0.4 * 40.0, "shown": "31.0", "band": "red", "coverage": 0.8,
            "reason": "list 25 % done (-45.0), 2 active days in 7 (-24.0)",
            "groups": [
                {"id": "adoption", "weight": 60.0, "score": 25.0, "contribution": 15.0, "shown": "15.0", "measures": [
                    {"measure": "checklist.progress", "of": "list", "days": 28, "value": 0.25, "score": 25.0,
                     "weight": 2.0, "share": 0.6, "contribution": 15.0, "shown": "15.0", "missing": null},
                    {"measure": "seats.active", "days": 28, "value": null, "score": null,
                     "weight": 1.0, "share": 0.0, "contribution": null, "shown": null, "missing": "exclude"}]},
                {"id": "rhythm", "weight": 40.0, "score": 40.0, "contribution": 16.0, "shown": "16.0", "measures": [
                    {"measure": "active_days", "days": 7, "value": 2.0, "score": 40.0,
                     "weight": 1.0, "share": 0.4, "contribution": 16.0, "shown": "16.0", "missing": null}]}]});
        assert_eq!(serde_json::to_value(&health).expect("an answer"), expected);
        let back: AccountHealth = serde_json::from_value(expected).expect("an answer");
        assert_eq!(back, health);

        let shown = explained(&story.told(1, "seats", 6.0), "setup");
        let score = 0.4 * 25.0 + 0.2 * third + 0.4 * 40.0;
        assert!((shown.score.expect("a score") - score).abs() < 1e-9);
        let decimals = |groups: &[GroupHealth]| -> Vec<String> {
            let shown = groups.iter().filter_map(|group| group.shown);
            shown.map(|decimal| decimal.to_string()).collect()
        };
        assert_eq!(shown.shown.expect("a score").to_string(), "32.7");
        assert_eq!(decimals(&shown.groups), ["16.7", "16.0"]);
    }

    #[test]
    fn a_trend_is_the_difference_to_days_before() {
        let story = Story::default()
            .counted(80, "i:list/1", 1)
            .counted(95, "i:list/2", 1);
        let ledger = Ledger::new(&story.0, UTC);
        let trend = |days| scorecards().trend("setup", &ledger.as_of(At::Close(Day(100))), days);
        for (days, points) in [
            (0, Some(0.0)),
            (5, Some(0.0)),
            (6, Some(15.0)),
            (21, None),
            (u32::MAX, None),
        ] {
            assert_eq!(trend(days), points, "{days}");
        }
    }

    #[test]
    fn the_reason_names_what_costs_and_what_helps() {
        let busy = [94, 95, 96, 97, 98, 99]
            .into_iter()
            .fold(Story::default(), |story, day| story.active(day, &[1]));
        let all = ["1", "2", "3", "4"].into_iter();
        let best = all.fold(busy.clone(), |story, item| {
            story.counted(99, &format!("i:list/{item}"), 1)
        });
        for (story, stage, reason) in [
            (
                &busy,
                "setup",
                "list 0 % done (-60.0), 6 active days in 7 (+40.0)",
            ),
            (&best, "setup", "list 100 % done (+60.0)"),
            (&best, "renewal", "no scorecard for stage renewal"),
            (
                &Story::default(),
                "setup",
                "not enough data: 0 % is known, 50 % is needed",
            ),
        ] {
            assert_eq!(explained(story, stage).reason, reason);
        }
    }
}
