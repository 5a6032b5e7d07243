//! Scoring: the numbers of one account, without their explanation.

use banso_model::config::health::Missing;
use banso_model::time::Day;

use crate::ledger::{AsOf, Window};
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
