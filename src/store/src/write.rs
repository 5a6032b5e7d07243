//! What one accepted request adds.

use banso_model::event::{GuideAct, Kind};
use banso_model::rollup::{Metric, Source};
use banso_model::time::{Day, Timestamp};
use banso_model::value::Value;

/// Whose event it is: frozen when it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// An account.
    Account(String),
    /// A device before anyone was identified on it.
    Device(String),
}

/// One accepted request: all of it is kept, or none.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Whose it is.
    pub owner: Owner,
    /// The user; `None` before one is identified.
    pub user: Option<String>,
    /// The device it came from.
    pub device: String,
    /// When it was received: now, or what an import says.
    pub received: Timestamp,
    /// The day of `received` in the workspace's zone.
    pub received_day: Day,
    /// The events, each with what it adds to the rollups. Those seen before add nothing.
    pub events: Vec<NewEvent>,
    /// Traits of the account and of the user.
    pub traits: Vec<NewTrait>,
    /// The device becomes the account's: what it recorded before anyone was identified on it counts for the account,
    /// and for this user. Only the first such merge of a device counts.
    pub merge: bool,
    /// For the accounting of losses; `None` for what no client sends.
    pub stream: Option<StreamReport>,
}

/// An event to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Its id in 128 bits: a UUID as it is, a foreign id hashed.
    pub id: u128,
    /// When it was recorded: the UUID's time, or a foreign client's own. Never changes on a retry; `seen` is kept by its
    /// UTC day.
    pub recorded: Timestamp,
    /// When it happened, corrected for the client's clock.
    pub at: Timestamp,
    /// The day of `at` in the workspace's zone.
    pub day: Day,
    /// What it is about.
    pub kind: Kind,
    /// Name within the kind.
    pub name: String,
    /// Visit it belongs to.
    pub session: String,
    /// Page load it was recorded in.
    pub stream: String,
    /// Place in the stream.
    pub seq: u32,
    /// Path of the page.
    pub page: Option<String>,
    /// Props as JSON text; empty for none.
    pub props: String,
    /// What it adds to the sums of its day. Sessions are counted by the store, once for each `session` and owner.
    pub adds: Vec<(Metric, u64)>,
    /// What it changes in the user's progress.
    pub progress: Option<ProgressChange>,
}

/// What an event changes in its user's progress.
#[derive(Clone, Debug, PartialEq)]
pub enum ProgressChange {
    /// An act on the guide that is the event's name.
    Guide {
        /// The act.
        act: GuideAct,
        /// The step it names.
        step: Option<String>,
        /// End of a snooze.
        until: Option<Timestamp>,
        /// It began by itself and interrupted its user: pacing counts it.
        interrupts: bool,
    },
    /// The item that is the event's name was completed.
    Item,
    /// The question that is the event's name was answered with this.
    Answer(Value),
    /// Help was searched for this, and there was nothing.
    Missed(String),
}

/// A trait to keep, when it differs from what is known or comes from a better source.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTrait {
    /// Whether it is the account's; else the user's.
    pub of_account: bool,
    /// Its name.
    pub name: String,
    /// Its value; null removes it.
    pub value: Value,
    /// Who said it.
    pub source: Source,
}

/// What the accounting of losses is told of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamReport {
    /// Name of the key it was sent with; never a secret.
    pub key: String,
    /// The page load; empty when the client numbers nothing.
    pub stream: String,
    /// Events of the stream that the client had to give up so far.
    pub dropped: u32,
    /// Places of events of this request that were rejected for good.
    pub rejected: Vec<u32>,
    /// How many more were rejected whose place could not be read.
    pub unplaced: u32,
}

/// What became of a request's events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// For each event, in order, whether it was new; `false` for one seen before.
    pub new: Vec<bool>,
    /// For each event, in order, whether it was refused because whose it is was erased; empty when none was.
    pub refused: Vec<bool>,
}
