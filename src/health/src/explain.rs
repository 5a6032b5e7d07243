//! An account's health as it is answered: the score, and where each of its points comes from.

use banso_model::config::health::{Measure, Missing};
use serde::{Deserialize, Serialize};

use crate::decimal::{Decimal, parts};
use crate::evaluation::{Evaluation, Reading};
use crate::ledger::{AsOf, At};
use crate::phrase::phrase;
use crate::scorecard::{Group, Scorecards, Slot};

/// Decimal places of what is shown.
const PLACES: u8 = 1;
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
