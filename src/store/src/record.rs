//! One request's writes as bytes: what the log keeps and everything else is rebuilt from.
//!
//! A record holds only the events that were new. Records follow each other, each with its length before it, and are
//! compressed together.

mod decode;
mod encode;

pub use decode::decode;
pub use encode::encode;

use banso_model::event::Kind;
use banso_model::rollup::Metric;
use banso_model::time::{Day, Timestamp};

use crate::codec::{Bytes, Label, Malformed};
use crate::write::{NewEvent, NewTrait, Owner, ProgressChange, StreamReport, Write};

/// The version of the form; the first byte of what is compressed together.
pub const VERSION: u8 = 1;

/// A [`Write`] read in place.
#[derive(Debug)]
pub struct Record<'a> {
    /// Whether the owner is an account; else it is a device.
    pub of_account: bool,
    /// The owner's id.
    pub owner: Label<'a>,
    /// The user.
    pub user: Option<&'a str>,
    /// The device.
    pub device: Label<'a>,
    /// When it was received.
    pub received: Timestamp,
    /// The day of that in the workspace's zone.
    pub received_day: Day,
    /// Whether the device becomes the account's.
    pub merge: bool,
    /// Traits told.
    pub traits: Vec<NewTrait>,
    /// For the accounting of losses.
    pub stream: Option<StreamReport>,
    /// Events of the request that were there before; 0 when nobody accounts for them.
    pub duplicates: u64,
    /// The events that were new.
    pub events: Vec<Event<'a>>,
}

/// A [`NewEvent`] read in place.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is that of `NewEvent`")]
pub struct Event<'a> {
    pub id: u128,
    pub recorded: Timestamp,
    pub at: Timestamp,
    pub day: Day,
    pub kind: Kind,
    pub name: &'a str,
    pub session: Label<'a>,
    pub stream: Label<'a>,
    pub seq: u32,
    pub page: Option<&'a str>,
    pub props: &'a str,
    pub adds: Vec<(Added<'a>, u64)>,
    pub progress: Option<ProgressChange>,
}

/// A [`Metric`] read in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is that of `Metric`")]
pub enum Added<'a> {
    Feature(&'a str),
    Sessions,
    ActiveSeconds,
    Guide(&'a str, &'a str),
    Item(&'a str),
    Help(&'a str),
    ContentSeconds,
}

impl Added<'_> {
    /// Appends the text form, which is that of [`Metric::key`].
    pub fn write_key(self, out: &mut String) {
        let parts: &[&str] = match self {
            Self::Feature(feature) => &["f:", feature],
            Self::Sessions => &["s"],
            Self::ActiveSeconds => &["a"],
            Self::Guide(guide, act) => &["g:", act, ":", guide],
            Self::Item(item) => &["i:", item],
            Self::Help(act) => &["h:", act],
            Self::ContentSeconds => &["c"],
        };
        out.extend(parts.iter().copied());
    }

    /// The metric by itself.
    #[must_use]
    pub fn metric(self) -> Metric {
        match self {
            Self::Feature(feature) => Metric::Feature(feature.to_owned()),
            Self::Sessions => Metric::Sessions,
            Self::ActiveSeconds => Metric::ActiveSeconds,
            Self::Guide(guide, act) => Metric::Guide(guide.to_owned(), act.to_owned()),
            Self::Item(item) => Metric::Item(item.to_owned()),
            Self::Help(act) => Metric::Help(act.to_owned()),
            Self::ContentSeconds => Metric::ContentSeconds,
        }
    }
}

const OF_ACCOUNT: u8 = 1;
const HAS_USER: u8 = 2;
const MERGES: u8 = 4;
const HAS_STREAM: u8 = 8;

const RECORDED_APART: u8 = 1;
const SAME_SESSION: u8 = 2;
const SAME_STREAM: u8 = 4;
const SAME_PAGE: u8 = 8;
const OTHER_PAGE: u8 = 16;
const HAS_PROGRESS: u8 = 32;
const OTHER_DAY: u8 = 64;
const SAME_NAME: u8 = 128;

const TRUSTED: u8 = 2;

/// The time in a UUIDv7, in milliseconds.
#[must_use]
pub const fn uuid_time(id: u128) -> i64 {
    (id >> 80) as i64
}

/// The records that follow each other in `bytes`, each still as bytes.
///
/// # Errors
/// [`Malformed`] when one is cut.
pub fn split(bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], Malformed>> + '_ {
    let mut rest = Bytes(bytes);
    std::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            let record = rest.take(4).and_then(|length| {
                let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
                rest.take(length as usize)
            });
            if record.is_err() {
                rest = Bytes(&[]);
            }
            record
        })
    })
}

impl Record<'_> {
    /// The write it was made from, without the events that were duplicates.
    #[must_use]
    pub fn to_write(&self) -> Write {
        let owner = self.owner.to_string();
        Write {
            owner: if self.of_account {
                Owner::Account(owner)
            } else {
                Owner::Device(owner)
            },
            user: self.user.map(str::to_owned),
            device: self.device.to_string(),
            received: self.received,
            received_day: self.received_day,
            events: self.events.iter().map(Event::to_new).collect(),
            traits: self.traits.clone(),
            merge: self.merge,
            stream: self.stream.clone(),
        }
    }
}

impl Event<'_> {
    fn to_new(&self) -> NewEvent {
        NewEvent {
            id: self.id,
            recorded: self.recorded,
            at: self.at,
            day: self.day,
            kind: self.kind,
            name: self.name.to_owned(),
            session: self.session.to_string(),
            stream: self.stream.to_string(),
            seq: self.seq,
            page: self.page.map(str::to_owned),
            props: self.props.to_owned(),
            adds: self
                .adds
                .iter()
                .map(|(metric, sum)| (metric.metric(), *sum))
                .collect(),
            progress: self.progress.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
