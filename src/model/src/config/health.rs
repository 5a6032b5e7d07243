//! Scorecards: how an account's numbers become a score from 0 to 100, and the score a band.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How accounts are scored: bands for the score, and one scorecard for each part of the journey.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// Names for parts of the score, each with the lowest score that belongs to it (0 to 100, the first must be 0,
    /// rising). A score of exactly that number is in the band.
    #[serde(default = "default_bands")]
    #[schemars(extend("examples" = [[["red", 0], ["yellow", 40], ["green", 70]]]))]
    pub bands: Vec<(String, f64)>,
    /// One scorecard for each stage or group of stages.
    #[serde(default)]
    pub scorecards: Vec<Scorecard>,
}

fn default_bands() -> Vec<(String, f64)> {
    vec![
        ("red".to_owned(), 0.0),
        ("yellow".to_owned(), 40.0),
        ("green".to_owned(), 70.0),
    ]
}

impl Health {
    /// The band that holds `score`: the last whose lowest score is not above it. `None` when there are no bands, or
    /// the score is no number.
    #[must_use]
    pub fn band(&self, score: f64) -> Option<&str> {
        self.bands
            .iter()
            .filter(|(_, from)| score >= *from)
            .max_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(name, _)| name.as_str())
    }

    /// The scorecard for accounts in `stage`: the one that names it, else the one that names no stage.
    #[must_use]
    pub fn scorecard(&self, stage: &str) -> Option<&Scorecard> {
        self.scorecards
            .iter()
            .find(|card| card.stage.iter().any(|named| named == stage))
            .or_else(|| self.scorecards.iter().find(|card| card.stage.is_empty()))
    }
}

/// Weighted groups of measures, and how much must be known before a score is given.
///
/// Score = Σ group weight × group score ÷ Σ group weight, over the groups of which something is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// Stages this scorecard is for. Without it, all stages that no other scorecard names.
    #[serde(default)]
    pub stage: Vec<String>,
    /// Share of the weights (0 to 1) that must be known; below it the answer is "not enough data" and not a number.
    /// Coverage = Σ group weight × (known weight in it ÷ its weight) ÷ Σ group weight.
    #[serde(default = "default_min_coverage")]
    #[schemars(range(min = 0, max = 1))]
    pub min_coverage: f64,
    /// What the score is made of.
    #[schemars(length(min = 1))]
    pub groups: Vec<Group>,
}

fn default_min_coverage() -> f64 {
    0.5
}

/// One aspect of health, such as adoption or engagement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Name of the group in explanations; unique in its scorecard.
    pub id: String,
    /// Weight of the group beside the others: any number above 0; they need not sum to anything.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub weight: f64,
    /// What the group's score is made of: Σ weight × score ÷ Σ weight over the measures that are known.
    #[schemars(length(min = 1))]
    pub measures: Vec<MeasureUse>,
}

/// One measure of an account and how its value becomes a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureUse {
    /// What is measured.
    pub measure: Measure,
    /// Narrows the measure: the checklist for `checklist.progress`, the guide for `guides.response_rate` (all guides
    /// without it), the trait for `fact`, the other measure for `trend`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Counts only this feature. Without it, all features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Length of the window in days, the day asked about included (1 to 365).
    #[serde(default = "default_days")]
    #[schemars(range(min = 1, max = 365))]
    pub days: u32,
    /// Weight of the measure in its group: any number above 0.
    #[serde(default = "default_weight")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub weight: f64,
    /// Points `[value, score]`, values rising, scores 0 to 100: the score is interpolated between them and stays level
    /// outside them.
    #[schemars(length(min = 1), extend("examples" = [[[0, 0], [0.5, 60], [0.8, 100]]]))]
    pub curve: Vec<(f64, f64)>,
    /// What to do when the value is not known.
    #[serde(default)]
    pub missing: Missing,
    /// With `"missing": "hold"`, for how many days the last known value stands (1 to 365).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 365))]
    pub hold_days: Option<u32>,
}

fn default_days() -> u32 {
    28
}

fn default_weight() -> f64 {
    1.0
}

/// What to do with a measure whose value is not known.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "MissingValue")]
pub enum Missing {
    /// Leave it out; the other weights of the group make up for it.
    #[default]
    Exclude,
    /// Score it 0.
    Zero,
    /// Use the last known value for at most `hold_days`, then leave it out.
    Hold,
}

/// A number about an account at a time.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Measure {
    /// Days in the window on which anyone of the account used something.
    #[serde(rename = "active_days")]
    ActiveDays,
    /// Different people who used something in the window.
    #[serde(rename = "active_users")]
    ActiveUsers,
    /// Active users ÷ the account's trait `seats`; not known without it.
    #[serde(rename = "seats.active")]
    SeatsActive,
    /// Sessions begun in the window.
    #[serde(rename = "sessions")]
    Sessions,
    /// Minutes in which a page was visible and someone was active.
    #[serde(rename = "active_minutes")]
    ActiveMinutes,
    /// Share (0 to 1) of the features marked `key` that were used in the window.
    #[serde(rename = "features.breadth")]
    FeaturesBreadth,
    /// Uses of features ÷ active users in the window.
    #[serde(rename = "features.depth")]
    FeaturesDepth,
    /// Mean daily active users ÷ active users of the window (0 to 1).
    #[serde(rename = "stickiness")]
    Stickiness,
    /// Days since anyone last used something.
    #[serde(rename = "recency_days")]
    RecencyDays,
    /// The measure named by `of` in this window ÷ the same in the window before.
    #[serde(rename = "trend")]
    Trend,
    /// Share (0 to 1) of guides shown in the window that were finished or answered.
    #[serde(rename = "guides.response_rate")]
    GuidesResponseRate,
    /// Share (0 to 1) of the items of the checklist named by `of` that are done.
    #[serde(rename = "checklist.progress")]
    ChecklistProgress,
    /// Share (0 to 1) of assignments that were done.
    #[serde(rename = "assignments.progress")]
    AssignmentsProgress,
    /// Minutes in which help, video or guide content was looked at.
    #[serde(rename = "content_minutes")]
    ContentMinutes,
    /// Share (0 to 1) of help searches that found something.
    #[serde(rename = "help.hit_rate")]
    HelpHitRate,
    /// Share (0 to 1) of help searches that did not end in a contact.
    #[serde(rename = "help.self_solve_rate")]
    HelpSelfSolveRate,
    /// Share (0 to 1) of contacts about something asked before.
    #[serde(rename = "contacts.repeat_rate")]
    ContactsRepeatRate,
    /// Tickets that are open.
    #[serde(rename = "tickets.open")]
    TicketsOpen,
    /// Net promoter score of the window (-100 to 100).
    #[serde(rename = "nps")]
    Nps,
    /// Mean satisfaction rating of the window.
    #[serde(rename = "csat")]
    Csat,
    /// Days until the account's trait `renewal_at`; negative once it has passed.
    #[serde(rename = "renewal_days")]
    RenewalDays,
    /// A customer-success manager's own judgement (0 to 100), until it expires.
    #[serde(rename = "pulse")]
    Pulse,
    /// Any number among the account's traits: the one named by `of`.
    #[serde(rename = "fact")]
    Fact,
    /// Probability (0 to 1) that the account is still active, by the lifetime model.
    #[serde(rename = "p_alive")]
    PAlive,
}

impl Measure {
    /// Every measure there is, in the order of the documentation.
    pub const ALL: [Self; 24] = [
        Self::ActiveDays,
        Self::ActiveUsers,
        Self::SeatsActive,
        Self::Sessions,
        Self::ActiveMinutes,
        Self::FeaturesBreadth,
        Self::FeaturesDepth,
        Self::Stickiness,
        Self::RecencyDays,
        Self::Trend,
        Self::GuidesResponseRate,
        Self::ChecklistProgress,
        Self::AssignmentsProgress,
        Self::ContentMinutes,
        Self::HelpHitRate,
        Self::HelpSelfSolveRate,
        Self::ContactsRepeatRate,
        Self::TicketsOpen,
        Self::Nps,
        Self::Csat,
        Self::RenewalDays,
        Self::Pulse,
        Self::Fact,
        Self::PAlive,
    ];

    /// The name in configuration and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActiveDays => "active_days",
            Self::ActiveUsers => "active_users",
            Self::SeatsActive => "seats.active",
            Self::Sessions => "sessions",
            Self::ActiveMinutes => "active_minutes",
            Self::FeaturesBreadth => "features.breadth",
            Self::FeaturesDepth => "features.depth",
            Self::Stickiness => "stickiness",
            Self::RecencyDays => "recency_days",
            Self::Trend => "trend",
            Self::GuidesResponseRate => "guides.response_rate",
            Self::ChecklistProgress => "checklist.progress",
            Self::AssignmentsProgress => "assignments.progress",
            Self::ContentMinutes => "content_minutes",
            Self::HelpHitRate => "help.hit_rate",
            Self::HelpSelfSolveRate => "help.self_solve_rate",
            Self::ContactsRepeatRate => "contacts.repeat_rate",
            Self::TicketsOpen => "tickets.open",
            Self::Nps => "nps",
            Self::Csat => "csat",
            Self::RenewalDays => "renewal_days",
            Self::Pulse => "pulse",
            Self::Fact => "fact",
            Self::PAlive => "p_alive",
        }
    }

    /// The measure of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// Whether something feeds this measure. `check` refuses those that nothing feeds: they would be unknown for ever.
    #[must_use]
    pub const fn is_fed(self) -> bool {
        !matches!(
            self,
            Self::AssignmentsProgress
                | Self::ContentMinutes
                | Self::HelpHitRate
                | Self::HelpSelfSolveRate
                | Self::ContactsRepeatRate
                | Self::TicketsOpen
                | Self::Nps
                | Self::Csat
                | Self::Pulse
                | Self::PAlive
        )
    }

    /// What `of` means beside this measure.
    #[must_use]
    pub const fn of(self) -> Of {
        match self {
            Self::Trend => Of::Measure,
            Self::GuidesResponseRate => Of::Guide,
            Self::ChecklistProgress => Of::Checklist,
            Self::Fact => Of::Trait,
            _ => Of::Nothing,
        }
    }

    /// Whether `feature` can narrow this measure: whether it counts uses of features. A `trend` takes it when the
    /// measure it compares does.
    #[must_use]
    pub const fn takes_feature(self) -> bool {
        matches!(
            self,
            Self::ActiveDays | Self::FeaturesDepth | Self::RecencyDays | Self::Trend
        )
    }

    /// Whether `trend` can compare this measure with the window before: whether it depends on its window at all.
    #[must_use]
    pub const fn has_trend(self) -> bool {
        matches!(
            self,
            Self::ActiveDays
                | Self::ActiveUsers
                | Self::SeatsActive
                | Self::Sessions
                | Self::ActiveMinutes
                | Self::FeaturesBreadth
                | Self::FeaturesDepth
                | Self::Stickiness
                | Self::GuidesResponseRate
        )
    }
}

/// What `of` means beside a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// It means nothing and must not be given.
    Nothing,
    /// A guide's id; may be left out, then all guides count.
    Guide,
    /// A checklist's id; must be given.
    Checklist,
    /// A trait's name; must be given.
    Trait,
    /// The name of a measure that [has a trend](Measure::has_trend); must be given.
    Measure,
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_serde_writes() {
        for measure in Measure::ALL {
            let written = serde_json::to_string(&measure).expect("a measure is text");
            assert_eq!(written, format!("\"{measure}\""));
            assert_eq!(Measure::named(measure.name()), Some(measure));
        }
        assert_eq!(Measure::named("active_dayz"), None);
    }

    #[test]
    fn bands_include_their_lowest_score() {
        let health = Health {
            bands: default_bands(),
            scorecards: Vec::new(),
        };
        for (score, band) in [
            (0.0, Some("red")),
            (39.999, Some("red")),
            (40.0, Some("yellow")),
            (70.0, Some("green")),
            (100.0, Some("green")),
            (f64::NAN, None),
        ] {
            assert_eq!(health.band(score), band, "{score}");
        }
    }
}
