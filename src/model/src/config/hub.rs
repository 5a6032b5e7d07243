//! The hub: the launcher in a corner of the page and what it opens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guide::Button;
use super::media::Media;
use super::text::Text;
use super::workspace::ID_PATTERN;
use crate::condition::Condition;
use crate::time::Timestamp;
use crate::wire::{Corner, Section};

/// The launcher in a corner of the page and what it opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hub {
    /// Heading of the hub, without variables. Without it, "Guide" in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The lower corner the launcher is in.
    pub corner: Corner,
    /// Whether the page shows the launcher. Without one, the host opens the hub by `banso('hub', 'open')`.
    pub launcher: bool,
    /// What the hub shows, in this order.
    pub sections: Vec<Section>,
    /// What is new, newest first by `at`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<News>,
    /// How to reach a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            title: None,
            corner: Corner::default(),
            launcher: true,
            sections: vec![Section::Todo],
            news: Vec::new(),
            contact: None,
        }
    }
}

/// Something new in the product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct News {
    /// Name of the entry; unique among the news.
    #[schemars(regex(pattern = ID_PATTERN), example = &"dark-mode")]
    pub id: String,
    /// Headline.
    pub title: Text,
    /// What is new, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// A picture or a video beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// When it is published: not shown before, and counted as unread after.
    pub at: Timestamp,
    /// Stages whose accounts see it. Without it, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<String>,
    /// Who sees it. Without it, everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Links and guides that follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// How to reach a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Heading.
    pub title: Text,
    /// Opening hours and what to expect, as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// The ways: a form (`open`), a mail (`open` with `mailto:`) or the host's own chat (`emit`).
    #[schemars(length(min = 1))]
    pub buttons: Vec<Button>,
}
