//! What happened: the events the widget records and the collector keeps.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::value::Values;

/// What an event is about; it says what `name` and `props` mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A feature was used; `name` is its id. `props.count`, a whole number from 1 to 10,000, says how many uses the event
    /// stands for; it is believed from a server key and from an import only, and is 1 otherwise.
    Feature,
    /// The host called `track`; `name` is what it said. Counts for every feature whose `on.track` names it.
    Track,
    /// A page was opened; `page` is its path, `name` is empty.
    Page,
    /// Visible, active time on a page; `props.seconds` says how much.
    Active,
    /// A guide's progress; `name` is its id, `props.act` a [`GuideAct`], `props.step` the step.
    Guide,
    /// A checklist's item was completed; `name` is `list/item`, `props.by` is `condition`, `guide` or `hand`.
    Item,
    /// A survey's question was answered; `name` is `survey/question`, `props.value` the answer.
    Answer,
    /// Help was searched (`name` is `search`) or an article was opened (`name` is its id); `props.act` is a [`HelpAct`],
    /// `props.value` what was searched or said.
    Help,
    /// Content was read or watched; `props.seconds` says how long.
    Content,
    /// The widget failed and was removed; `props` has the build and where.
    Error,
}

impl Kind {
    /// Every kind, in the order of their codes.
    pub const ALL: [Self; 10] = [
        Self::Feature,
        Self::Track,
        Self::Page,
        Self::Active,
        Self::Guide,
        Self::Item,
        Self::Answer,
        Self::Help,
        Self::Content,
        Self::Error,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Track => "track",
            Self::Page => "page",
            Self::Active => "active",
            Self::Guide => "guide",
            Self::Item => "item",
            Self::Answer => "answer",
            Self::Help => "help",
            Self::Content => "content",
            Self::Error => "error",
        }
    }
}

/// What a user or the widget did with a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GuideAct {
    /// Shown for the first time in this run: begins it.
    Seen,
    /// Moved to `props.step`.
    Step,
    /// Finished.
    Done,
    /// Closed by the user before its end.
    Dismissed,
    /// Put off by the user until `props.until`.
    Snoozed,
    /// A target was not found for `props.waited` milliseconds. Never a dismissal.
    Missing,
}

impl GuideAct {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Step => "step",
            Self::Done => "done",
            Self::Dismissed => "dismissed",
            Self::Snoozed => "snoozed",
            Self::Missing => "missing",
        }
    }

    /// Reads the word on the wire.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Seen,
            Self::Step,
            Self::Done,
            Self::Dismissed,
            Self::Snoozed,
            Self::Missing,
        ]
        .into_iter()
        .find(|act| act.as_str() == word)
    }
}

/// What a user did with help. What they typed into its search is kept: it is our own box, and what it did not find is what
/// should be written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpAct {
    /// A search found something; `props.value` is the query.
    Found,
    /// A search found nothing; `props.value` is the query.
    Missed,
    /// An article was opened.
    Opened,
    /// The reader said that the article solved it.
    Solved,
    /// The reader said that it did not.
    Unsolved,
}

impl HelpAct {
    /// The word in the rollups.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missed => "missed",
            Self::Opened => "opened",
            Self::Solved => "solved",
            Self::Unsolved => "unsolved",
        }
    }

    /// Reads `props.act`; what was said of an article is `solved` with `props.value` true or false.
    #[must_use]
    pub fn parse(word: &str, value: &crate::value::Value) -> Option<Self> {
        let solved = *value != crate::value::Value::Bool(false);
        match word {
            "found" => Some(Self::Found),
            "missed" => Some(Self::Missed),
            "opened" => Some(Self::Opened),
            "solved" if solved => Some(Self::Solved),
            "solved" | "unsolved" => Some(Self::Unsolved),
            _ => None,
        }
    }
}

/// One event as it is recorded and sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// UUID v7; its time is when the event was recorded and never changes.
    pub id: String,
    /// Place in the page load's stream, from 0 without a gap.
    pub seq: u32,
    /// What it is about.
    pub kind: Kind,
    /// Name within the kind; may be empty for `page` and `active`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When it happened, by the client's clock.
    pub at: Timestamp,
    /// Path of the page, without query and fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Details within the kind, at most 32 KB with the rest of the event.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub props: Values,
}
