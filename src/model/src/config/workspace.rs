//! `banso.json`: one vendor's product.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guide::{Button, Done};
use super::health::Health;
use super::hub::Hub;
use super::media::{Media, MediaSources};
use super::text::Text;
use super::version::One;
use crate::condition::Condition;
use crate::time::Period;
use crate::wire::{FeatureOn, Theme};

/// What an id looks like: letters, digits, `.`, `_` and `-`, beginning with a letter or a digit.
pub const ID_PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

/// `banso.json`: one vendor's product, its keys, the features whose use is recorded, the journey of its accounts and
/// how their health is scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Where the JSON Schema of this file is, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Version of the format.
    pub version: One,
    /// Name of the workspace. It is the audience (`aud`) of identity tokens, and never changes.
    #[schemars(regex(pattern = ID_PATTERN), example = &"hikari")]
    pub workspace: String,
    /// Browser keys: public names by which pages say whose they are (`data-key`). They are no secrets.
    #[schemars(length(min = 1), extend("examples" = [["wk_demo"]]))]
    pub keys: Vec<String>,
    /// Origins (scheme, host and port) of the pages that may use the browser keys.
    #[schemars(length(min = 1), extend("examples" = [["https://app.example.com"]]))]
    pub origins: Vec<String>,
    /// Locales that every text should have. The first is read where no other fits.
    #[serde(default = "default_locales")]
    #[schemars(length(min = 1), extend("examples" = [["en", "ja"]]))]
    pub locales: Vec<String>,
    /// IANA time zone in which days are counted. Fixed once the workspace has data.
    #[serde(default = "default_timezone")]
    #[schemars(example = &"Asia/Tokyo")]
    pub timezone: String,
    /// Whose word is taken for who a user is.
    #[serde(default)]
    pub identity: Identity,
    /// How often a user may be interrupted.
    #[serde(default)]
    pub pacing: Pacing,
    /// What is stored about people, and for how long.
    #[serde(default)]
    pub privacy: Privacy,
    /// How guides look.
    #[serde(default)]
    pub theme: Theme,
    /// Where images and videos may come from.
    #[serde(default)]
    pub media: MediaSources,
    /// The launcher and what it opens: to-do, help, news and contact.
    #[serde(default)]
    pub hub: Hub,
    /// The capabilities of the product whose use is recorded.
    #[serde(default)]
    pub features: Vec<Feature>,
    /// Named audiences.
    #[serde(default)]
    pub segments: Vec<Segment>,
    /// The stages an account passes through, in order: it is in the first whose `done` does not hold.
    #[serde(default)]
    pub journey: Vec<Stage>,
    /// Content that is handed to accounts with a due date ("homework").
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    /// How accounts are scored. Without it no account has a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

fn default_locales() -> Vec<String> {
    vec!["en".to_owned()]
}

fn default_timezone() -> String {
    "UTC".to_owned()
}

/// Whose word is taken for who a user is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// Only a signed token (JWT, HS256) says who a user is; the rest are anonymous devices.
    #[default]
    Verified,
    /// The page's word is taken. For trying out only: anyone can claim to be anyone.
    Trusted,
}

/// How often a user may be interrupted, across all guides that start by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Pacing {
    /// The most guides that may interrupt a user in a time. What a user starts is never held back.
    pub interruptions: Interruptions,
}

/// The most guides that may interrupt a user in a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Interruptions {
    /// How many guides; 0 lets none start by itself.
    pub max: u32,
    /// In which time, counted back from now.
    pub per: Period,
}

impl Default for Interruptions {
    fn default() -> Self {
        Self {
            max: 1,
            per: Period::from_days(1),
        }
    }
}

/// What is stored about people, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// What a browser's Global Privacy Control signal does.
    pub gpc: Gpc,
    /// How long events are kept, in whole days. Daily sums outlive them.
    pub retention: Period,
    /// Names of URL parameters that may be recorded with a page. All others are dropped in the browser.
    #[schemars(extend("examples" = [["tab"]]))]
    pub params: Vec<String>,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            gpc: Gpc::default(),
            retention: Period::from_days(400),
            params: Vec::new(),
        }
    }
}

/// What a browser's Global Privacy Control signal does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gpc {
    /// A user who sends the signal is not recorded.
    #[default]
    Respect,
    /// The signal changes nothing.
    Ignore,
}

/// A named capability of the product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Name in conditions, events and answers; unique. Changing it begins a new feature.
    #[schemars(regex(pattern = ID_PATTERN), example = &"report.create")]
    pub id: String,
    /// Name for people, in the console and in explanations. Without it, the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Whether the measure `features.breadth` counts it.
    #[serde(default)]
    pub key: bool,
    /// What counts as a use. Without it, only events that a server sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{ "click": { "css": "[data-action=create-report]" } }, { "track": "report_exported" }]))]
    pub on: Option<FeatureOn>,
}

/// A named audience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Name in conditions; unique.
    #[schemars(regex(pattern = ID_PATTERN), example = &"paid")]
    pub id: String,
    /// Name for people. Without it, the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Who belongs to it.
    pub when: Condition,
}

/// A stage of the journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Name in conditions, guides and scorecards; unique.
    #[schemars(regex(pattern = ID_PATTERN), example = &"setup")]
    pub id: String,
    /// Name for people. Without it, the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// When the account has passed this stage. Without it, an account that comes here stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Condition>,
    /// The planned mix of contact with people and with digital content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touch: Option<Touch>,
}

/// The planned mix of touch, in percent of minutes; both sum to 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Touch {
    /// Meetings, calls, mails, seminars and community, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub human: u8,
    /// Measured time with digital content, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub digital: u8,
    /// Other mixes for some accounts, of which the first that fits is taken. They are chosen by plan, paid option or
    /// the customer's stated wish, never by company size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<TouchChoice>,
}

/// A mix of touch for the accounts a condition holds for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TouchChoice {
    /// Which accounts.
    pub when: Condition,
    /// Meetings, calls, mails, seminars and community, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub human: u8,
    /// Measured time with digital content, in percent.
    #[schemars(range(min = 0, max = 100))]
    pub digital: u8,
}

/// Content that a customer-success manager hands to an account after a meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Name in conditions; unique.
    #[schemars(regex(pattern = ID_PATTERN), example = &"import-members")]
    pub id: String,
    /// What is to be done.
    pub title: Text,
    /// Why and how, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// A picture or a video beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// How many minutes it takes, as a hint to the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Links and guides that help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// How long after it is handed over it is due, unless the manager names a date.
    #[serde(default = "default_due")]
    pub due: Period,
    /// When it is done.
    #[serde(default)]
    pub done: Done,
}

fn default_due() -> Period {
    Period::from_days(14)
}
