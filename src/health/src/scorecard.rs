//! Scorecards made ready to score: every name resolved, every number checked.

use std::collections::BTreeMap;

use banso_model::config::guide::{Content, Guide};
use banso_model::config::health::{self, Measure, MeasureUse, Missing};
use banso_model::config::workspace::Feature;

use crate::curve::{Curve, CurveError};
use crate::measure::Gauge;

/// What measures need to know of the rest of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Ids of the features marked `key`.
    pub key_features: Vec<String>,
    /// Ids of the items of each checklist, by the list's id.
    pub checklists: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// What a workspace's features and guides say.
    #[must_use]
    pub fn new<'g>(features: &[Feature], guides: impl IntoIterator<Item = &'g Guide>) -> Self {
        let keys = features.iter().filter(|feature| feature.key);
        let checklists = guides.into_iter().filter_map(|guide| match &guide.content {
            Content::Checklist(list) => {
                let items = list.items.iter().map(|item| item.id.clone()).collect();
                Some((guide.id.clone(), items))
            }
            _ => None,
        });
        Self {
            key_features: keys.map(|feature| feature.id.clone()).collect(),
            checklists: checklists.collect(),
        }
    }
}

/// All scorecards of a workspace and its bands.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecards {
    cards: Vec<Card>,
    bands: Vec<(String, f64)>,
}

/// The scorecard of some stages.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    pub(crate) stages: Vec<String>,
    pub(crate) min_coverage: f64,
    pub(crate) groups: Vec<Group>,
}

/// A weighted group of measures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) weight: f64,
    pub(crate) slots: Vec<Slot>,
}

/// A measure's place in a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    pub(crate) gauge: Gauge,
    /// As configured, for explanations.
    pub(crate) used: MeasureUse,
    pub(crate) curve: Curve,
}

impl Scorecards {
    /// Compiles a workspace's health configuration.
    ///
    /// # Errors
    /// Every problem there is, with its place.
    pub fn compile(health: &health::Health, context: &Context) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let cards = health
            .scorecards
            .iter()
            .enumerate()
            .map(|(at, card)| {
                Card::compile(card, context, &format!("/scorecards/{at}"), &mut problems)
            })
            .collect();
        if problems.is_empty() {
            let mut bands = health.bands.clone();
            bands.sort_by(|(_, a), (_, b)| a.total_cmp(b));
            Ok(Self { cards, bands })
        } else {
            Err(problems)
        }
    }

    /// The band that holds `score`: the last whose lowest score is not above it.
    #[must_use]
    pub fn band(&self, score: f64) -> Option<&str> {
        self.bands
            .iter()
            .rev()
            .find(|(_, from)| *from <= score)
            .map(|(name, _)| name.as_str())
    }

    /// The scorecard for `stage`: the one that names it, else the one that names no stage.
    pub(crate) fn card(&self, stage: &str) -> Option<&Card> {
        self.cards
            .iter()
            .find(|card| card.stages.iter().any(|named| named == stage))
            .or_else(|| self.cards.iter().find(|card| card.stages.is_empty()))
    }
}

impl Card {
    fn compile(
        card: &health::Scorecard,
        context: &Context,
        at: &str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut report = |place: String, fault: Fault| problems.push(Problem { place, fault });
        if !(0.0..=1.0).contains(&card.min_coverage) {
            let fault = Fault::Coverage(card.min_coverage);
            report(format!("{at}/min_coverage"), fault);
        }
        if card.groups.is_empty() {
            report(format!("{at}/groups"), Fault::Empty);
        }
        let mut groups = Vec::new();
        for (index, group) in card.groups.iter().enumerate() {
            let at = format!("{at}/groups/{index}");
            if let Err(fault) = weight(group.weight) {
                report(format!("{at}/weight"), fault);
            }
            if group.measures.is_empty() {
                report(format!("{at}/measures"), Fault::Empty);
            }
            let mut slots = Vec::new();
            for (index, used) in group.measures.iter().enumerate() {
                match Slot::compile(used, context) {
                    Ok(slot) => slots.push(slot),
                    Err(fault) => report(format!("{at}/measures/{index}"), fault),
                }
            }
            groups.push(Group {
                id: group.id.clone(),
                weight: group.weight,
                slots,
            });
        }
        Self {
            stages: card.stage.clone(),
            min_coverage: card.min_coverage,
            groups,
        }
    }
}

impl Slot {
    fn compile(used: &MeasureUse, context: &Context) -> Result<Self, Fault> {
        weight(used.weight)?;
        if used.days == 0 {
            return Err(Fault::NoDays);
        }
        if used.missing == Missing::Hold && used.hold_days.unwrap_or(0) == 0 {
            return Err(Fault::NoHoldDays);
        }
        Ok(Self {
            gauge: Gauge::compile(used, context)?,
            curve: Curve::new(&used.curve)?,
            used: used.clone(),
        })
    }
}

fn weight(weight: f64) -> Result<(), Fault> {
    match weight > 0.0 && weight.is_finite() {
        true => Ok(()),
        false => Err(Fault::Weight(weight)),
    }
}

/// Something in the health configuration that cannot be scored.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("health{place}: {fault}")]
pub struct Problem {
    /// JSON pointer below `health`.
    pub place: String,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong at a place of the health configuration.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Nothing feeds the measure.
    #[error("nothing feeds {0} yet, so it would never be known; take it out")]
    NotFed(Measure),
    /// The measure takes no `of`.
    #[error("{0} takes no \"of\"; take it out")]
    TakesNoOf(Measure),
    /// The measure needs an `of`.
    #[error("{0} needs \"of\": say which one it is about")]
    NeedsOf(Measure),
    /// A feature does not narrow the measure.
    #[error("{0} cannot be narrowed to one feature; take \"feature\" out")]
    TakesNoFeature(Measure),
    /// No feature is marked `key`.
    #[error("features.breadth has nothing to count; mark features with \"key\": true")]
    NoKeyFeatures,
    /// There is no checklist of that name, or it has no items.
    #[error("there is no checklist {0:?} with items; name a guide of kind checklist")]
    NoChecklist(String),
    /// A measure that has no trend.
    #[error("{0:?} has no trend; name a measure that counts over a window, such as active_days")]
    NoTrend(String),
    /// A weight that is not above 0.
    #[error("the weight {0} is not above 0")]
    Weight(f64),
    /// A coverage outside 0 to 1.
    #[error("min_coverage {0} is not between 0 and 1")]
    Coverage(f64),
    /// A window without days.
    #[error("days is 0; a window has at least one day")]
    NoDays,
    /// `hold` without its days.
    #[error("\"missing\": \"hold\" needs hold_days: for how long the last known value stands")]
    NoHoldDays,
    /// A list without entries.
    #[error("the list is empty; give at least one entry")]
    Empty,
    /// The curve is none.
    #[error(transparent)]
    Curve(#[from] CurveError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{compiled, context};
    use serde_json::json;

    #[test]
    fn bands_include_their_lowest_score() {
        let scorecards = compiled(json!({"bands": [["red", 0], ["yellow", 40], ["green", 70]]}));
        for (score, band) in [
            (0.0, Some("red")),
            (39.999, Some("red")),
            (40.0, Some("yellow")),
            (69.9, Some("yellow")),
            (70.0, Some("green")),
            (100.0, Some("green")),
            (f64::NAN, None),
        ] {
            assert_eq!(scorecards.band(score), band, "{score}");
        }
        assert_eq!(compiled(json!({"bands": []})).band(50.0), None);
    }

    #[test]
    fn every_problem_is_told_with_its_place() {
        let sessions = |fields: serde_json::Value| {
            let mut used = json!({"measure": "sessions", "curve": [[0, 0]]});
            for (key, value) in fields.as_object().expect("fields") {
                used[key] = value.clone();
            }
            used
        };
        let health = serde_json::from_value(json!({"scorecards": [
            {"min_coverage": 1.5, "groups": []},
            {"groups": [
                {"id": "a", "weight": 0, "measures": []},
                {"id": "b", "weight": 1, "measures": [
                    sessions(json!({})),
                    sessions(json!({"weight": -1})),
                    sessions(json!({"days": 0})),
                    sessions(json!({"missing": "hold"})),
                    sessions(json!({"curve": [[1, 0], [0, 0]]})),
                    {"measure": "nps", "curve": [[0, 0]]}]}]}]}))
        .expect("a configuration");
        let problems = Scorecards::compile(&health, &context()).expect_err("problems");
        let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            told,
            [
                "health/scorecards/0/min_coverage: min_coverage 1.5 is not between 0 and 1",
                "health/scorecards/0/groups: the list is empty; give at least one entry",
                "health/scorecards/1/groups/0/weight: the weight 0 is not above 0",
                "health/scorecards/1/groups/0/measures: the list is empty; give at least one entry",
                "health/scorecards/1/groups/1/measures/1: the weight -1 is not above 0",
                "health/scorecards/1/groups/1/measures/2: days is 0; a window has at least one day",
                "health/scorecards/1/groups/1/measures/3: \"missing\": \"hold\" needs hold_days: for how long the last \
                 known value stands",
                "health/scorecards/1/groups/1/measures/4: the value 0 follows 1; put the curve's points in rising order",
                "health/scorecards/1/groups/1/measures/5: nothing feeds nps yet, so it would never be known; take it out",
            ]
        );
    }

    #[test]
    fn the_context_is_what_features_and_guides_say() {
        let features: Vec<Feature> = serde_json::from_value(json!([
            {"id": "a", "key": true}, {"id": "x"}, {"id": "b", "key": true}]))
        .expect("features");
        let items = ["1", "2", "3", "4"].map(|id| json!({"id": id, "title": {"en": "Item"}}));
        let guides: Vec<Guide> = serde_json::from_value(json!([
            {"version": 1, "id": "list", "kind": "checklist", "title": {"en": "List"}, "items": items},
            {"version": 1, "id": "note", "kind": "announcement", "title": {"en": "Note"}}]))
        .expect("guides");
        assert_eq!(Context::new(&features, &guides), context());
    }
}
