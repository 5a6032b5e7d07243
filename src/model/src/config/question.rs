//! The questions of a survey.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guide::Choice;
use super::text::Text;
use super::workspace::ID_PATTERN;
use crate::condition::Condition;

/// A question of a survey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = super::union::distribute)]
pub struct Question {
    /// Name of the question; unique in the survey. Conditions name it `survey/question`.
    #[schemars(regex(pattern = ID_PATTERN), example = &"score")]
    pub id: String,
    /// What is asked.
    pub ask: Text,
    /// More about it, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// Whether it must be answered to go on.
    #[serde(default)]
    pub required: bool,
    /// Asked only when this holds. Without it, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The user's trait that takes the answer.
    #[serde(rename = "trait", default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// What kind of answer it takes.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What kind of answer a question takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Answer {
    /// How likely the user is to recommend the product, 0 to 10.
    Nps(Scale),
    /// A rating from 1 to `max`.
    Rating(Rating),
    /// One or several of a list of options.
    Choice(Choices),
    /// Free text.
    Text(FreeText),
}

/// The ends of a scale, in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// What the lowest number means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Text>,
    /// What the highest number means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Text>,
}

/// A rating from 1 to `max`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The highest rating (2 to 10).
    #[serde(default = "five")]
    #[schemars(range(min = 2, max = 10))]
    pub max: u8,
    /// What the lowest number means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Text>,
    /// What the highest number means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Text>,
}

const fn five() -> u8 {
    5
}

/// One or several of a list of options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// What there is to choose from.
    #[schemars(length(min = 2))]
    pub options: Vec<Choice>,
    /// Whether several may be chosen.
    #[serde(default)]
    pub many: bool,
}

/// Free text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FreeText {
    /// The most characters it takes (1 to 5000).
    #[serde(default = "two_thousand")]
    #[schemars(range(min = 1, max = 5000))]
    pub max: u16,
}

const fn two_thousand() -> u16 {
    2000
}
