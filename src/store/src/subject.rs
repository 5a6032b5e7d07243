//! Whom a request to export or to erase is about, and what is told and done about them.

use std::fmt;

use banso_model::progress::GuideProgress;
use banso_model::rollup::Source;
use banso_model::time::{Day, Timestamp};
use banso_model::value::Value;
use serde::{Serialize, Serializer};

/// A person, or everyone of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An account with everyone in it.
    Account(String),
    /// A user of one account, or of every account that has a user of this id; of the latter also the device of this id.
    User {
        /// The user's id.
        user: String,
        /// The account; `None` for all.
        account: Option<String>,
    },
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => write!(f, "account {account:.200}"),
            Self::User {
                user,
                account: None,
            } => write!(f, "user {user:.200}"),
            Self::User {
                user,
                account: Some(account),
            } => write!(f, "user {user:.200} of account {account:.200}"),
        }
    }
}

/// What an erasure removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Accounts that are gone.
    pub accounts: u64,
    /// Users that are gone.
    pub users: u64,
    /// Devices whose own data are gone; their sums stay in the account they were merged into.
    pub devices: u64,
    /// Events that are gone from the log.
    pub events: u64,
}

/// What retention removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Segments of the log that are gone or were shortened.
    pub segments: u64,
    /// Events that are gone from the log.
    pub events: u64,
    /// Searches of help that found nothing and are no longer listed.
    pub searches: u64,
}

/// Whose a line of an export is; what does not apply is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Whose {
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The device, of what is kept by device: what was done before anyone was identified on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// One thing that is held about someone, as a line of an export.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// Whose it is.
    #[serde(flatten)]
    pub whose: Whose,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What is held; the name of the variant, with hyphens, is the line's `kind`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// An account.
    Account {
        /// When it was first heard of.
        first_seen: Timestamp,
        /// When an event of it last happened.
        last_seen: Option<Timestamp>,
        /// The stored score, 0 to 100.
        score: Option<f64>,
        /// Its band.
        band: Option<String>,
        /// The stage of the journey.
        stage: Option<String>,
    },
    /// A user, or a device as the user who sits before it.
    User {
        /// When they were first heard of.
        first_seen: Timestamp,
        /// When an event of theirs last happened.
        last_seen: Option<Timestamp>,
    },
    /// A device became the user's.
    Merge {
        /// The device's id; null when it never sent anything by itself, and only a hash of its id is known.
        of: Option<String>,
        /// When that was received.
        received: Timestamp,
    },
    /// A trait as it was told at some time.
    Trait {
        /// Its name.
        name: String,
        /// Its value; null removed it.
        value: Value,
        /// When it was received.
        received: Timestamp,
        /// Who said it.
        source: Source,
    },
    /// Progress in a guide.
    Guide {
        /// Its id.
        guide: String,
        /// The progress.
        progress: GuideProgress,
    },
    /// A completed item.
    Item {
        /// `list/item`.
        item: String,
        /// When.
        at: Timestamp,
    },
    /// The latest answer to a question.
    Answer {
        /// `survey/question`.
        question: String,
        /// The answer.
        value: Value,
        /// When.
        at: Timestamp,
    },
    /// When guides interrupted the user.
    Interruptions {
        /// The times, oldest first.
        times: Vec<Timestamp>,
    },
    /// A sum of a user's or a device's uses.
    Uses {
        /// What is counted: the text form of the metric.
        metric: String,
        /// The day; null for all days that are no longer kept apart.
        #[serde(serialize_with = "as_date")]
        day: Option<Day>,
        /// How often.
        sum: u64,
    },
    /// A sum of an account's or a device's.
    Sum {
        /// What is counted: the text form of the metric.
        metric: String,
        /// The day it happened.
        #[serde(serialize_with = "as_date")]
        day: Option<Day>,
        /// The day it was received.
        #[serde(serialize_with = "as_date")]
        received: Option<Day>,
        /// The sum.
        sum: u64,
    },
    /// A day on which the user was active.
    Active {
        /// The day.
        #[serde(serialize_with = "as_date")]
        day: Option<Day>,
    },
    /// A search of help that found nothing.
    Search {
        /// What was searched.
        query: String,
        /// How often.
        count: u64,
        /// When last.
        last: Timestamp,
    },
    /// An event of the log.
    Event {
        /// Its id.
        #[serde(serialize_with = "as_uuid")]
        id: u128,
        /// What it is about.
        event: &'static str,
        /// Name within that.
        name: String,
        /// When it happened.
        at: Timestamp,
        /// When it was recorded.
        recorded: Timestamp,
        /// When it was received.
        received: Timestamp,
        /// The device it came from.
        from: String,
        /// The visit it belongs to.
        session: String,
        /// The page load it was recorded in.
        stream: String,
        /// Path of the page.
        page: Option<String>,
        /// Its props as they were sent.
        props: Option<Box<serde_json::value::RawValue>>,
    },
    /// Traits and a merge that a request told, as the log has them.
    Told {
        /// When it was received.
        received: Timestamp,
        /// The device it came from.
        from: String,
        /// Whether the device became the user's.
        merge: bool,
        /// Names and values of the traits.
        traits: Vec<(String, Value)>,
    },
}

fn as_uuid<S: Serializer>(id: &u128, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&crate::codec::Label::Uuid(*id))
}

fn as_date<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => to.collect_str(day),
        None => to.serialize_none(),
    }
}
