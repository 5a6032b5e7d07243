//! The messages between the widget and the collector.
//!
//! Bodies are JSON sent as `text/plain`, so that no request needs a preflight. Fields the other side does not know are
//! ignored, so that an older page and a newer collector understand each other.

use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::event::Event;
use crate::guide::{Button, Kind, Media, Placement, Rich};
use crate::named::Named;
use crate::progress::{GuideProgress, ItemProgress};
use crate::target::Target;
use crate::time::{Day, Timestamp};
use crate::value::{Value, Values};
use crate::words::Words;

/// Limits of the wire, each with an exact code when it is passed.
pub mod limits {
    /// Largest body as sent, bytes: 413 `body_too_large`.
    pub const BODY: usize = 1_000_000;
    /// Largest body once decompressed, bytes: 413 `body_too_large`.
    pub const DECOMPRESSED: usize = 8_000_000;
    /// Largest event, bytes of JSON: rejected as `event_too_large` (`props_too_large` when its props alone are).
    pub const EVENT: usize = 32 * 1024;
    /// Most events in a batch: 413 `too_many_events`.
    pub const EVENTS: usize = 500;
    /// Longest name, characters: rejected as `name_too_long`.
    pub const NAME: usize = 200;
    /// Deepest nesting of JSON: `too_deep`.
    pub const DEPTH: usize = 16;
    /// Oldest event that is taken, days since it was recorded: rejected as `too_old`.
    pub const HORIZON_DAYS: i64 = 35;
}

/// Who is speaking and for whom: what every request of the widget begins with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sender {
    /// Browser key of the workspace.
    pub key: String,
    /// The browser profile's id, a UUID; stands for the user before `identify`.
    pub device: String,
    /// One page load.
    pub stream: String,
    /// One visit: ends after 30 idle minutes or 24 hours.
    pub session: String,
    /// Id of the user, once identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Id of the account, once identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Identity token: a JWT signed with HS256 by the host's backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// When this was sent, by the client's clock.
    pub sent_at: Timestamp,
}

/// `POST /v1/events`: events recorded under one identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Who recorded them.
    #[serde(flatten)]
    pub sender: Sender,
    /// Events of this stream that the client had to give up, so far.
    #[serde(default)]
    pub dropped: u32,
    /// The events, in the order of their `seq`.
    pub events: Vec<Event>,
}

/// The answer to a batch: it follows the commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAnswer {
    /// Events stored now.
    pub accepted: u32,
    /// Events stored before.
    pub duplicate: u32,
    /// Events that will never be stored; the client lets them go.
    #[serde(default)]
    pub rejected: Vec<Rejected>,
    /// Whether a new session answer is worth asking for now.
    #[serde(default)]
    pub refresh: bool,
}

/// An event that will never be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Its id as it was sent.
    pub id: String,
    /// A code: `too_old`, `props_too_large`, …; `erased` when whose it is was erased, so that nothing of them is taken.
    pub reason: String,
}

/// Every error's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorAnswer {
    /// The error.
    pub error: ErrorBody,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// A code that stays the same.
    pub code: String,
    /// For a person: the place, the reason and the remedy.
    pub message: String,
    /// Seconds to wait before trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// `POST /v1/session`: what should this user see?
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionRequest {
    /// Who asks.
    #[serde(flatten)]
    pub sender: Sender,
    /// The widget's build.
    #[serde(default)]
    pub build: String,
    /// Attributes the page claims for the user.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub user_traits: Values,
    /// Attributes the page claims for the account.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub account_traits: Values,
    /// Origin and path of the page.
    #[serde(default)]
    pub page: String,
    /// The user's locales, most wanted first.
    #[serde(default)]
    pub locales: Vec<String>,
    /// `etag` of the answer the page has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// The answer to a session request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionAnswer {
    /// Nothing changed since the answer with the same `etag`.
    Unchanged {
        /// Seconds after which a visible page asks again.
        refresh_after: u32,
    },
    /// What this user should see.
    Fresh(Box<Session>),
}

/// What this user should see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Stands for everything below but the times.
    pub etag: String,
    /// Seconds after which a visible page asks again.
    pub refresh_after: u32,
    /// The collector's clock.
    pub now: Timestamp,
    /// Whether the identity was believed. When it was not, `facts` is empty and progress stays on the device.
    pub identified: bool,
    /// A fresh identity token is wanted (it is missing, wrong or about to expire).
    #[serde(default)]
    pub token_wanted: bool,
    /// The locale the guides are in.
    pub locale: String,
    /// The widget's own words in that locale.
    pub words: Words,
    /// Colours and shape.
    #[serde(default)]
    pub theme: Theme,
    /// Features to capture.
    #[serde(default)]
    pub features: Vec<FeatureRule>,
    /// Guides left to decide, oldest first.
    #[serde(default)]
    pub guides: Vec<GuideEntry>,
    /// What is known of this user.
    #[serde(default)]
    pub facts: Facts,
    /// What `{{user.name|there}}` may say: only those variables that a listed guide uses.
    #[serde(default)]
    pub variables: Named<String>,
    /// How often a user may be interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacing: Option<Pacing>,
    /// Privacy settings the page obeys.
    #[serde(default)]
    pub privacy: Privacy,
    /// Settings of the hub; none when there is no hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<Hub>,
}

impl Session {
    /// What it says of a guide; none when the user may not see it.
    #[must_use]
    #[inline(never)]
    pub fn entry(&self, guide: &str) -> Option<&GuideEntry> {
        self.guides.iter().find(|entry| entry.id == guide)
    }
}

/// The hub: the launcher in a corner of the page and what it opens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hub {
    /// The lower corner the launcher is in.
    pub corner: Corner,
    /// Whether the page shows the launcher; without one the host opens the hub.
    #[serde(default)]
    pub launcher: bool,
    /// What it shows, in this order.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// What is new, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<News>,
    /// How to reach a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Which help articles are this user's, for the collector to read: it comes back as `for` in `GET /v1/help`.
    #[serde(default)]
    pub help: String,
}

/// A part of the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// Checklists, assignments and the guides whose `start` is `hub`.
    Todo,
    /// Search and help articles.
    Help,
    /// What is new.
    News,
    /// How to reach a person.
    Contact,
}

/// Something new in the product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// Its id.
    pub id: String,
    /// Its headline.
    pub title: Rich,
    /// What is new.
    #[serde(default)]
    pub body: Rich,
    /// A picture or a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// When it was published.
    pub at: Timestamp,
    /// Links and guides that follow.
    #[serde(default)]
    pub buttons: Vec<Button>,
}

/// How to reach a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Its heading.
    pub title: Rich,
    /// What to expect.
    #[serde(default)]
    pub body: Rich,
    /// The ways.
    pub buttons: Vec<Button>,
}

/// `GET /v1/help?q=`: articles that fit, best first; without a query, those that are suggested for the page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HelpAnswer {
    /// The articles.
    pub articles: Vec<Listed>,
}

/// An article in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The question it answers.
    pub title: String,
    /// How it begins.
    #[serde(default)]
    pub summary: String,
}

/// `GET /v1/help/<id>`: one article in one locale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Its id.
    pub id: String,
    /// The question it answers.
    pub title: Rich,
    /// The answer.
    pub body: Rich,
    /// A picture or a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// How long it takes to read, in minutes; at least 1.
    #[serde(default)]
    pub minutes: u32,
    /// Articles to read next.
    #[serde(default)]
    pub related: Vec<Listed>,
}

/// A lower corner of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Corner {
    /// Where a line ends: right, in a right-to-left page left.
    #[default]
    End,
    /// Where a line starts.
    Start,
}

/// Colours and shape of everything the widget shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Accent colour, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// Corner radius in CSS pixels, 0 to 32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius: Option<f64>,
    /// Light, dark, or as the user's system says.
    #[serde(default)]
    pub scheme: Scheme,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// As the user's system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How a feature is recognised in the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureRule {
    /// Id of the feature.
    pub id: String,
    /// Any of these is a use.
    pub on: FeatureOn,
}

/// What counts as a use of a feature; any of what is given does, and one act counts once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FeatureOn {
    /// A click on (or in) such an element, a keyboard activation and a form's submission included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click: Option<Target>,
    /// Opening a page whose URL matches this URL pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// A call of `banso('track', name)`, or the same from a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
}

/// A guide this user may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuideEntry {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Where to get it: `/v1/guides/<hash>`.
    pub hash: String,
    /// How it starts.
    pub start: Start,
    /// How long its conditions must have held before it starts, in milliseconds.
    #[serde(default)]
    pub delay_ms: u32,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// When it may be shown again.
    #[serde(default)]
    pub repeat: Repeat,
    /// How long Snooze puts it off, in milliseconds.
    pub snooze_ms: u32,
    /// What is left of its conditions, by place: `show`, `step/<id>`, `item/<id>`. A place not named always holds.
    #[serde(default)]
    pub conditions: Named<Condition>,
    /// For a checklist listed before it is fetched: how many items it has.
    #[serde(default)]
    pub items: u32,
    /// For a bar along the top or the bottom of the window: which. Of several only one is shown at a time.
    #[serde(default)]
    pub edge: Placement,
}

/// How a guide starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// By itself when its conditions hold.
    Auto,
    /// By its user, from the hub.
    #[default]
    Hub,
    /// By the host, `banso('show', id)`, another guide or a link.
    Api,
}

/// When a guide that was shown may be shown again by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// Never.
    Once,
    /// Until it is finished, but not after it was dismissed.
    #[default]
    UntilDone,
    /// Whenever its conditions hold.
    Always,
    /// Again this many milliseconds after it last began, at most so many times.
    Every {
        /// Milliseconds since the latest run began.
        ms: u64,
        /// Most runs; no bound without it.
        times: Option<u32>,
    },
}

/// What the collector knows of a user, for the browser to finish deciding with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Today in the workspace's zone.
    #[serde(default)]
    pub today: Day,
    /// When today ends.
    #[serde(default)]
    pub tomorrow_at: Timestamp,
    /// Uses of the features that listed conditions ask about.
    #[serde(default)]
    pub features: Named<Uses>,
    /// Progress of the listed guides and of those that listed conditions ask about.
    #[serde(default)]
    pub guides: Named<GuideProgress>,
    /// Completed items, by `list/item`.
    #[serde(default)]
    pub items: Named<ItemProgress>,
    /// Latest answers, by `survey/question`.
    #[serde(default)]
    pub answers: Named<Value>,
    /// When guides that start by themselves interrupted this user, latest last; as far back as pacing looks.
    #[serde(default)]
    pub interruptions: Vec<Timestamp>,
}

/// Uses of one feature by one user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses {
    /// In the lifetime.
    pub total: u64,
    /// By day, oldest first, as far back as any condition looks.
    #[serde(default)]
    pub days: Vec<(Day, u64)>,
}

/// How often guides may interrupt a user, all guides together. What a user starts is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pacing {
    /// Most interruptions…
    pub max: u32,
    /// …in this many milliseconds.
    pub per_ms: u64,
}

/// Privacy settings the page obeys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privacy {
    /// Names of URL parameters that may be recorded with a page.
    #[serde(default)]
    pub params: Vec<String>,
}
