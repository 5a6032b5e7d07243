//! `guides/*.json`: what the widget shows, as it is written. [`crate::compile`] turns it into [`crate::guide`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::media::Media;
use super::question::Question;
use super::text::Text;
use super::version::One;
use super::workspace::ID_PATTERN;
use crate::condition::Condition;
use crate::guide::{
    Action, Advance, Backdrop, Esc, Interact, Kind, MissingThen, Order, Placement, Progress,
};
use crate::target::Target;
use crate::time::Period;
use crate::wire::Start;

/// `guides/*.json`: one guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = super::union::distribute)]
pub struct Guide {
    /// Where the JSON Schema of this file is, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Version of the format.
    pub version: One,
    /// Name in conditions, events and links; unique among the guides, and best the name of its file.
    #[schemars(regex(pattern = ID_PATTERN), example = &"first-report")]
    pub id: String,
    /// Stages of the journey whose accounts may see it. Without it, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<String>,
    /// Its heading, and its name in the hub. A guide has a title, a body or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Its text, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// A picture or a video beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// To whom, when and how often it is shown.
    #[serde(default)]
    pub show: Show,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// Whether the user may close it before its end.
    #[serde(default = "yes")]
    pub dismissable: bool,
    /// What the Escape key does.
    #[serde(default)]
    pub esc: Esc,
    /// What a guide of its kind shows.
    #[serde(flatten)]
    pub content: Content,
}

const fn yes() -> bool {
    true
}

impl Guide {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.content {
            Content::Tour(_) => Kind::Tour,
            Content::Checklist(_) => Kind::Checklist,
            Content::Announcement(_) => Kind::Announcement,
            Content::Banner(_) => Kind::Banner,
            Content::Hotspot(_) => Kind::Hotspot,
            Content::Survey(_) => Kind::Survey,
        }
    }

    /// How it starts: as it says, else by itself for a kind that its user cannot find in the hub.
    #[must_use]
    pub fn start(&self) -> Start {
        self.show.start.unwrap_or(match self.kind() {
            Kind::Tour | Kind::Checklist => Start::Hub,
            Kind::Announcement | Kind::Banner | Kind::Hotspot | Kind::Survey => Start::Auto,
        })
    }
}

/// What a guide of each kind shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Content {
    /// Steps beside elements of the page.
    Tour(Tour),
    /// Items to complete, listed in the hub.
    Checklist(Checklist),
    /// A card in the middle of the page; with `options`, a chooser of goals.
    Announcement(Announcement),
    /// A bar across the page, or at a target.
    Banner(Banner),
    /// A mark on an element that opens a card.
    Hotspot(Hotspot),
    /// Questions.
    Survey(Survey),
}

/// To whom, when and how often a guide is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Show {
    /// When and to whom it is shown. Without it, always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How it starts. Without it, `hub` for tours and checklists and `auto` for the other kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Start>,
    /// How long `when` must have held before it starts by itself (at most `1d`).
    pub delay: Period,
    /// When it may start by itself again.
    pub repeat: Repeat,
    /// Of several guides that could start, the one with the highest number does; of equals, the oldest.
    #[schemars(range(min = -1000, max = 1000))]
    pub priority: i32,
    /// For how long `snooze` puts it off.
    pub snooze: Period,
}

impl Default for Show {
    fn default() -> Self {
        Self {
            when: None,
            start: None,
            delay: Period::default(),
            repeat: Repeat::default(),
            priority: 0,
            snooze: Period::from_days(1),
        }
    }
}

/// When a guide that was shown may start by itself again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// Never.
    Once,
    /// Until it is finished, but not after it was dismissed.
    #[default]
    UntilDone,
    /// Whenever its conditions hold.
    Always,
    /// Some time after it last began.
    #[serde(untagged)]
    Every(Every),
}

/// Again some time after it last began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Every {
    /// How long after it last began.
    pub every: Period,
    /// The most times it is shown. Without it, no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub times: Option<u32>,
}

/// What a guide is for: something that should become true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What should become true.
    pub when: Condition,
    /// Within which time after the guide was first shown.
    #[serde(default = "default_within")]
    pub within: Period,
    /// Percent of users who could see the guide and do not, to measure what it changes (0 to 90).
    #[serde(default)]
    #[schemars(range(min = 0, max = 90))]
    pub holdout: u8,
}

fn default_within() -> Period {
    Period::from_days(7)
}

/// A walkthrough: steps beside elements of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tour {
    /// Its steps, in order.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

/// A page of a tour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name of the step; unique in the tour.
    #[schemars(regex(pattern = ID_PATTERN), example = &"open")]
    pub id: String,
    /// How it is shown.
    #[serde(default)]
    pub kind: StepKind,
    /// The element it is about. Required for a tooltip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The side of the target to prefer; the opposite one is taken where there is no room.
    #[serde(default)]
    pub placement: Placement,
    /// What covers the rest of the page. Without it, `none`; for a modal it is always `dim`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backdrop: Option<Backdrop>,
    /// Whether the page can be used while the step is shown. Without it, `allow`; for a modal it is always `block`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interact: Option<Interact>,
    /// CSS pixels around the target that the spotlight leaves free (0 to 64).
    #[serde(default = "default_padding")]
    #[schemars(range(min = 0, max = 64))]
    pub padding: f64,
    /// Corner radius of the spotlight in CSS pixels (0 to 64).
    #[serde(default = "default_radius")]
    #[schemars(range(min = 0, max = 64))]
    pub radius: f64,
    /// What happens while its target cannot be found. That is never a dismissal.
    #[serde(default)]
    pub missing: Missing,
    /// Shown only when this holds; else the tour goes on in the direction of travel. Without it, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Heading. A step that is shown has a title, a body or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Text, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// A picture or a video beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// What moves the tour on; any of them does. Without it, the Next button.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advance: Vec<Advance>,
    /// Its buttons, the first of which is the one to press. Without it, Back and Next (Done on the last step) as the
    /// step needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// What the Escape key does. Without it, what the guide says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esc: Option<Esc>,
}

fn default_padding() -> f64 {
    4.0
}

fn default_radius() -> f64 {
    8.0
}

/// How a step is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// A card beside its target.
    #[default]
    Tooltip,
    /// A card in the middle that keeps the focus.
    Modal,
    /// Nothing is shown until one of its `advance` happens.
    Wait,
}

/// What happens while a step's target cannot be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "MissingTarget")]
pub struct Missing {
    /// How long to wait for it (at most `10m`).
    pub wait: Period,
    /// What to do then.
    pub then: MissingThen,
}

impl Default for Missing {
    fn default() -> Self {
        Self {
            wait: Period::from_ms(6000),
            then: MissingThen::default(),
        }
    }
}

/// A button of a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// What it says.
    pub label: Text,
    /// What it does, in order.
    #[serde(rename = "do")]
    #[schemars(length(min = 1), extend("examples" = [["close"], [{ "open": "/docs" }, "close"]]))]
    pub act: Vec<Action>,
}

/// A list of things to do, in the hub.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// Its items, in order.
    #[schemars(length(min = 1))]
    pub items: Vec<Item>,
    /// In which order they can be done.
    #[serde(default)]
    pub order: Order,
    /// Whose progress it shows.
    #[serde(default)]
    pub progress: Progress,
    /// Whether the user may fold it.
    #[serde(default = "yes")]
    pub collapsible: bool,
    /// Id of the announcement with `options` by which its user chooses what to do first. The items that lead to the chosen
    /// option, and those that come before them, are listed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chooser: Option<String>,
}

/// A line of a checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Name of the item; unique in the checklist.
    #[schemars(regex(pattern = ID_PATTERN), example = &"report")]
    pub id: String,
    /// What is to be done.
    pub title: Text,
    /// Why and how, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// A picture or a video beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// What its button does, in order. Without it, it has no button.
    #[serde(rename = "do", default, skip_serializing_if = "Vec::is_empty")]
    pub act: Vec<Action>,
    /// When it is done.
    #[serde(default)]
    pub done: Done,
    /// The options of the checklist's `chooser` that it leads to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leads_to: Vec<String>,
    /// Ids of items of this checklist that have to be done before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

/// When something is done: `"by-hand"`, or a condition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// When the user ticks it off.
    #[default]
    ByHand,
    /// When this holds for the first time.
    #[serde(untagged)]
    When(Box<Condition>),
}

/// A card in the middle of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Where it is.
    #[serde(default)]
    pub position: CardPosition,
    /// Makes it a chooser, such as of the user's goal: the options, of which the user takes one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// The user's trait that takes the id of the chosen option.
    #[serde(rename = "trait", default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Its buttons, the first of which is the one to press. Without it, Close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// One option of a chooser or of a choice question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Name of the option, which is the answer; unique among the options.
    #[schemars(regex(pattern = ID_PATTERN), example = &"weekly-report")]
    pub id: String,
    /// What it says.
    pub label: Text,
    /// What it means, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// What choosing it does, in order.
    #[serde(rename = "do", default, skip_serializing_if = "Vec::is_empty")]
    pub act: Vec<Action>,
}

/// Where a card without a target is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CardPosition {
    /// In the middle, over a dim layer, keeping the focus.
    #[default]
    Center,
    /// In the lower corner where lines end, leaving the page usable.
    Corner,
}

/// A bar across the page, or at a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Banner {
    /// Where it is.
    #[serde(default)]
    pub position: BannerPosition,
    /// For `top`: whether it stays when the page is scrolled.
    #[serde(default = "yes")]
    pub sticky: bool,
    /// For `inline`: the element it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Its buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// Where a banner is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BannerPosition {
    /// Along the top of the window.
    #[default]
    Top,
    /// Along the bottom of the window.
    Bottom,
    /// After the target, in the flow of the page.
    Inline,
}

/// A mark on an element that opens a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hotspot {
    /// The element it marks.
    pub target: Target,
    /// The side of the target at which the card opens.
    #[serde(default)]
    pub placement: Placement,
    /// Whether the mark moves to draw the eye. It never does for those who prefer reduced motion.
    #[serde(default = "yes")]
    pub pulse: bool,
    /// Its buttons, the first of which is the one to press. Without it, Close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// Questions, asked one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Where it is.
    #[serde(default)]
    pub position: CardPosition,
    /// Its questions, in order.
    #[schemars(length(min = 1))]
    pub questions: Vec<Question>,
    /// What it says at its end, as Markdown. Without it, thanks in the reader's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<Text>,
}
