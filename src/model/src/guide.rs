//! Compiled guides: what the browser is given.
//!
//! A compiled guide is one configured guide in one locale with its Markdown parsed, its durations in milliseconds and
//! its defaults filled in. It holds no condition: those are reduced for each user by the collector and come with the
//! session ([`crate::wire::GuideEntry`]), so a guide is immutable under its hash and tells nobody a segment's rule.

use serde::{Deserialize, Serialize};

use crate::target::{ElementState, Target};

/// What the widget can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Steps beside elements of the page.
    Tour,
    /// Items to complete, listed in the hub.
    Checklist,
    /// A card in the middle of the page.
    Announcement,
    /// A bar across the page or at a target.
    Banner,
    /// A mark on an element that opens a card.
    Hotspot,
    /// Questions.
    Survey,
}

impl Kind {
    /// Whether a guide of this kind that starts by itself interrupts its user.
    #[must_use]
    pub const fn interrupts(self) -> bool {
        matches!(self, Self::Tour | Self::Announcement | Self::Survey)
    }

    /// The word in configuration and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tour => "tour",
            Self::Checklist => "checklist",
            Self::Announcement => "announcement",
            Self::Banner => "banner",
            Self::Hotspot => "hotspot",
            Self::Survey => "survey",
        }
    }
}

/// A compiled guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guide {
    /// Its id in the configuration.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The locale its texts are in, a BCP 47 tag.
    pub locale: String,
    /// Whether its user may close it before its end.
    pub dismissable: bool,
    /// Its title; may be empty when it has a body.
    #[serde(default)]
    pub title: Rich,
    /// What it shows.
    pub content: Content,
}

/// What a guide shows. Every kind that is shown by cards is a list of steps, so that one state machine advances all of
/// them: an announcement, a banner and a hotspot have one step, a survey one for each question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Steps, in order; never empty.
    Steps(Vec<Step>),
    /// A checklist.
    Checklist(Checklist),
}

/// One card of a guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its id, unique in the guide.
    pub id: String,
    /// How it is shown.
    pub kind: StepKind,
    /// The element it points at; none for a modal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The side of the target to prefer.
    pub placement: Placement,
    /// What covers the rest of the page.
    pub backdrop: Backdrop,
    /// Whether the page can be used while the step is shown.
    pub interact: Interact,
    /// Pixels around the target that the spotlight leaves free.
    pub padding: f64,
    /// Corner radius of the spotlight in pixels.
    pub radius: f64,
    /// What happens while its target cannot be found.
    pub missing: Missing,
    /// Its title.
    #[serde(default)]
    pub title: Rich,
    /// Its body.
    #[serde(default)]
    pub body: Rich,
    /// A picture or a video below the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// What it asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// Its buttons; empty for the usual ones (see `banso-engine`'s `tour::buttons`).
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// What moves on to the next step; any of them does. Never empty.
    pub advance: Vec<Advance>,
    /// What the Escape key does.
    pub esc: Esc,
}

/// How a step is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// A card beside its target.
    #[default]
    Tooltip,
    /// A card in the middle that keeps the focus.
    Modal,
    /// Nothing is shown until one of its `advance` happens.
    Wait,
    /// A card in the lower corner where lines end.
    Corner,
    /// A mark at its target that opens a card beside it.
    Hotspot,
    /// The same, with a mark that moves to draw the eye.
    Pulse,
    /// A bar along the top of the window.
    Top,
    /// A bar along the bottom of the window.
    Bottom,
    /// A bar at the top of the page, which scrolls away with it.
    Static,
    /// A bar after its target, in the flow of the page.
    Inline,
}

impl StepKind {
    /// Whether it is shown at its target, and not at all without one.
    #[must_use]
    pub const fn follows_target(self) -> bool {
        matches!(
            self,
            Self::Tooltip | Self::Hotspot | Self::Pulse | Self::Inline
        )
    }
}

/// The side of its target that a card prefers; the opposite one is taken when there is no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// The side with the most room, below first.
    #[default]
    Auto,
    /// Above, centred.
    Top,
    /// Above, from the start of the line.
    TopStart,
    /// Above, from the end of the line.
    TopEnd,
    /// Below, centred.
    Bottom,
    /// Below, from the start of the line.
    BottomStart,
    /// Below, from the end of the line.
    BottomEnd,
    /// To the left, centred.
    Left,
    /// To the right, centred.
    Right,
    /// At the start of the line: left, in a right-to-left page right.
    Start,
    /// At the end of the line: right, in a right-to-left page left.
    End,
}

/// What covers the rest of the page while a step is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Backdrop {
    /// Nothing.
    #[default]
    None,
    /// A dim layer over all of it.
    Dim,
    /// A dim layer with a hole at the target.
    Spotlight,
}

/// Whether the page can be used while a step is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Interact {
    /// All of it can.
    #[default]
    Allow,
    /// Only the target can, and only when it is in the spotlight.
    Target,
    /// None of it can.
    Block,
}

/// What happens while a step's target cannot be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// How long to wait, in milliseconds.
    pub wait_ms: u32,
    /// What to do then.
    pub then: MissingThen,
}

/// What to do when a target stays missing. None of these is a dismissal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MissingThen {
    /// Hide the step and come back when the target does.
    #[default]
    Pause,
    /// Go on in the direction of travel.
    Skip,
    /// Hide the guide until its conditions hold again.
    End,
}

/// What the Escape key does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Esc {
    /// Dismisses the guide.
    #[default]
    Close,
    /// Puts it off.
    Snooze,
    /// Nothing.
    None,
}

/// What moves a tour on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// What to wait for.
    pub on: AdvanceOn,
    /// For `click`, `input` and `element`: another element than the step's target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// For `element`: what it must be; visible when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<ElementState>,
    /// For `input`: a regular expression the value must match; any value when not given. It is matched in the page and never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// For `page`: a URL pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// For `feature`: id of the feature to be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// For `wait`: how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<crate::time::Period>,
}

/// The kinds of things that move a tour on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AdvanceOn {
    /// The Next button.
    #[default]
    Next,
    /// A click on the target.
    Click,
    /// The target, a field, was filled in and left, or matches.
    Input,
    /// The page's URL matches.
    Page,
    /// An element becomes visible (or what `is` says).
    Element,
    /// A feature is used.
    Feature,
    /// Time passes.
    Wait,
}

/// A button of a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub label: Rich,
    /// What it does, in order.
    #[serde(rename = "do")]
    pub act: Vec<Action>,
    /// Whether it is the one to press.
    pub primary: bool,
}

/// What a button or an item does. There is no script in configuration, ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Go to the next step; past the last one the guide is finished.
    Next,
    /// Go back to the step shown before.
    Back,
    /// Close the guide: finished when it is at its last step, else dismissed.
    Close,
    /// Put it off for the guide's `snooze` time.
    Snooze,
    /// Go to the step (in a survey, the question) with this id.
    Goto(String),
    /// Open this address: a path of the host, or https. A path is opened by the host's own navigation where it can be.
    Open(String),
    /// Start the guide with this id.
    Show(String),
    /// Record this as `track` would.
    Track(String),
    /// Call the host's `banso('on', name, fn)`.
    Emit(String),
}

impl Action {
    /// The word in `data-banso-action`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Back => "back",
            Self::Close => "close",
            Self::Snooze => "snooze",
            Self::Goto(_) => "goto",
            Self::Open(_) => "open",
            Self::Show(_) => "show",
            Self::Track(_) => "track",
            Self::Emit(_) => "emit",
        }
    }
}

/// A picture or a video.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Its address.
    pub src: String,
    /// What it shows, for those who do not see it.
    #[serde(default)]
    pub alt: String,
    /// Whether it is a video, which never starts by itself.
    #[serde(default)]
    pub video: bool,
    /// Address of the picture shown until a video plays; may be empty.
    #[serde(default)]
    pub poster: String,
    /// Address of a video's WebVTT captions; may be empty.
    #[serde(default)]
    pub captions: String,
    /// Width and height as `16/9`; may be empty.
    #[serde(default)]
    pub ratio: String,
}

/// What a step asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What kind of answer it takes.
    pub answer: AnswerKind,
    /// The lowest number of a scale.
    #[serde(default)]
    pub min: u32,
    /// The highest number of a scale; for text the most characters.
    #[serde(default)]
    pub max: u32,
    /// What the lowest number means; may be empty.
    #[serde(default)]
    pub low: String,
    /// What the highest number means; may be empty.
    #[serde(default)]
    pub high: String,
    /// What there is to choose from.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// Whether it must be answered to go on.
    #[serde(default)]
    pub required: bool,
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// A number of a scale.
    #[default]
    Scale,
    /// One of some options.
    One,
    /// Several of some options.
    Many,
    /// Free text.
    Text,
}

/// One option of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The answer it gives.
    pub id: String,
    /// What it says.
    pub label: Rich,
    /// What it means.
    #[serde(default)]
    pub body: Rich,
    /// What choosing it does, in order.
    #[serde(default, rename = "do")]
    pub act: Vec<Action>,
}

/// A checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checklist {
    /// What it says above its items.
    #[serde(default)]
    pub body: Rich,
    /// Its items, in order; never empty.
    pub items: Vec<Item>,
    /// Whether items can be done in any order.
    pub order: Order,
    /// Whose progress it is.
    pub progress: Progress,
    /// Whether its user may fold it.
    pub collapsible: bool,
    /// The question, `guide/question`, whose answer is the goal that its user wants to reach first; empty for none.
    #[serde(default)]
    pub goal: String,
}

/// In which order a checklist's items can be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// In any.
    #[default]
    Free,
    /// One after the other.
    Fixed,
}

/// Whose progress a checklist shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Each user's own.
    #[default]
    User,
    /// Shared by everyone in the account.
    Account,
}

/// A line of a checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its id, unique in the checklist.
    pub id: String,
    /// What it says.
    pub title: Rich,
    /// What it says when it is opened.
    #[serde(default)]
    pub body: Rich,
    /// A picture or a video above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// What its button does, in order; empty for no button.
    #[serde(default, rename = "do")]
    pub act: Vec<Action>,
    /// Whether its user ticks it off; else its condition, which comes with the session, does.
    pub by_hand: bool,
    /// The goals, options of the checklist's `goal`, that it leads to.
    #[serde(default)]
    pub leads_to: Vec<String>,
    /// Ids of items that have to be done before it.
    #[serde(default)]
    pub after: Vec<String>,
}

/// Formatted text: what its tree says when it is walked through, so that whoever draws it needs no tree. Each part begins
/// with one letter:
///
/// | part | meaning |
/// |---|---|
/// | `=text` | text |
/// | `$path\|otherwise` | an attribute of the user or the account, `user.name`, and what to say when there is none |
/// | `<name` | an element begins: `p` `h3` `h4` `h5` `ul` `ol` `li` `blockquote` `pre` `code` `hr` `strong` `em` `a` `br` |
/// | `<a address`, `<ol 3` | the same with where it leads, or its first number |
/// | `>` | the element that began last ends |
pub type Rich = Vec<String>;
