//! One event of a batch: taken, or rejected with a code. What is wrong with it never concerns its neighbours.

use banso_model::event::Kind;
use banso_model::time::{DAY_MS, Timestamp};
use banso_model::wire::{Rejected, limits};
use banso_store::write::NewEvent;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::batch::{Text, is_too_long};
use super::id::{self, Id};
use super::meaning::{Meaning, Reader};
use super::props::{self, Flaw};
use crate::calendar::DayReader;
use crate::live::Catalog;

/// Whose word an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A page's.
    Browser,
    /// A server's: ids need not be version 7, and `props.count` may stand for several uses.
    Server,
    /// A server's about the past: any age is taken.
    History,
    /// Another vendor's client's: ids and times are in its form, and `props.count` means whatever its owner meant.
    Foreign,
}

/// What another vendor's client recorded, in our words.
#[derive(Clone, Copy, Debug)]
pub struct Translated<'a> {
    /// Its id as that client wrote it.
    pub id: &'a str,
    /// When it was recorded, which must be the same whenever it is sent again.
    pub recorded: Timestamp,
    /// When it happened, by the client's clock; without it, when it was received.
    pub at: Option<Timestamp>,
    /// What it is about.
    pub kind: Kind,
    /// Name within the kind.
    pub name: &'a str,
    /// Path of the page.
    pub page: Option<&'a str>,
    /// Props as JSON; empty for none.
    pub props: &'a str,
}

/// An event whose id, kind and size are good.
struct Draft<'a> {
    id: u128,
    recorded: Timestamp,
    at: Option<Timestamp>,
    kind: Kind,
    name: &'a str,
    page: Option<&'a str>,
    props: &'a str,
    seq: u32,
}

/// Why an event was rejected; the code is on the wire and in the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is no event: a field is missing or of the wrong kind.
    InvalidEvent,
    /// Its id is missing or, from a browser, no UUID of version 7.
    InvalidId,
    /// Its kind is none there is.
    UnknownKind,
    /// Its name is too long.
    NameTooLong,
    /// Its props are too large.
    PropsTooLarge,
    /// It is too large.
    EventTooLarge,
    /// Its JSON nests too deep.
    TooDeep,
    /// It was recorded longer ago than is taken.
    TooOld,
    /// It was recorded further in the future than a wrong clock explains.
    TooNew,
    /// In an import: when it was received is missing, cannot be read, or is yet to come.
    InvalidReceived,
    /// Whose it is was erased: nothing of them is taken any more.
    Erased,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::InvalidEvent,
        Self::InvalidId,
        Self::UnknownKind,
        Self::NameTooLong,
        Self::PropsTooLarge,
        Self::EventTooLarge,
        Self::TooDeep,
        Self::TooOld,
        Self::TooNew,
        Self::InvalidReceived,
        Self::Erased,
    ];

    /// The code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidEvent => "invalid_event",
            Self::InvalidId => "invalid_id",
            Self::UnknownKind => "unknown_kind",
            Self::NameTooLong => "name_too_long",
            Self::PropsTooLarge => "props_too_large",
            Self::EventTooLarge => "event_too_large",
            Self::TooDeep => "too_deep",
            Self::TooOld => "too_old",
            Self::TooNew => "too_new",
            Self::InvalidReceived => "invalid_received",
            Self::Erased => "erased",
        }
    }
}

/// An event that was rejected, with its id as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: Reason,
}

impl From<Rejection> for Rejected {
    fn from(rejection: Rejection) -> Self {
        Self {
            id: rejection.id,
            reason: rejection.reason.code().to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct Sent<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(default)]
    seq: u32,
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(default)]
    at: Option<Timestamp>,
    #[serde(borrow, default)]
    page: Option<Text<'a>>,
    #[serde(borrow, default)]
    props: Option<&'a RawValue>,
}

/// Judges the events of one request.
#[derive(Debug)]
pub struct Judge<'a> {
    catalog: &'a Catalog,
    days: DayReader<'a>,
    word: Word,
    received: Timestamp,
    offset_ms: i64,
}

/// What all events of a batch have in common.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// Visit they belong to.
    pub session: &'a str,
    /// Page load they were recorded in.
    pub stream: &'a str,
}

impl<'a> Judge<'a> {
    /// A judge of what was received at `received` from a client whose clock then said `sent_at`.
    #[must_use]
    pub fn new(
        catalog: &'a Catalog,
        days: DayReader<'a>,
        word: Word,
        received: Timestamp,
        sent_at: Option<Timestamp>,
    ) -> Self {
        Self {
            catalog,
            days,
            word,
            received,
            offset_ms: sent_at.map_or(0, |sent_at| received.since(sent_at)),
        }
    }

    /// Reads one event.
    ///
    /// # Errors
    /// [`Rejection`] when it will never be stored.
    pub fn judge(&mut self, raw: &RawValue, visit: Visit<'_>) -> Result<NewEvent, Rejection> {
        let json = raw.get();
        let sent: Sent<'_> = match serde_json::from_str(json) {
            Ok(sent) => sent,
            Err(_) => {
                return Err(Rejection {
                    id: readable_id(json),
                    reason: Reason::InvalidEvent,
                });
            }
        };
        self.event(json.len(), &sent, visit)
            .map_err(|reason| Rejection {
                id: sent.id.map(|id| short(&id)).unwrap_or_default(),
                reason,
            })
    }

    /// Says what the client's clock showed when it sent what is judged next.
    pub fn hear_clock(&mut self, sent_at: Option<Timestamp>) {
        self.offset_ms = sent_at.map_or(0, |sent_at| self.received.since(sent_at));
    }

    /// Whether a message of another vendor's client of so many bytes, recorded at that time, is one that is taken.
    ///
    /// # Errors
    /// Why it is not.
    pub fn takes(&self, size: usize, recorded: Timestamp) -> Result<(), Reason> {
        if size > limits::EVENT {
            return Err(Reason::EventTooLarge);
        }
        self.within_horizon(recorded)
    }

    /// Makes an event of what another vendor's client recorded; the rules for it are those for any event.
    ///
    /// # Errors
    /// Why it will never be stored.
    pub fn translated(
        &mut self,
        event: Translated<'_>,
        visit: Visit<'_>,
    ) -> Result<NewEvent, Reason> {
        let id = match id::uuid(event.id) {
            Some(Id::Timed(id, _) | Id::Uuid(id)) => id,
            None => id::foreign(event.id.as_bytes()),
        };
        self.finish(
            &Draft {
                id,
                recorded: event.recorded,
                at: event.at,
                kind: event.kind,
                name: event.name,
                page: event.page,
                props: event.props,
                seq: 0,
            },
            visit,
        )
    }

    fn event(
        &mut self,
        size: usize,
        sent: &Sent<'_>,
        visit: Visit<'_>,
    ) -> Result<NewEvent, Reason> {
        let props = match sent.props {
            Some(raw) if raw.get() != "null" => raw.get(),
            _ => "",
        };
        if props.len() > limits::EVENT {
            return Err(Reason::PropsTooLarge);
        }
        if size > limits::EVENT {
            return Err(Reason::EventTooLarge);
        }
        let (id, recorded) = self.id(sent)?;
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == &*sent.kind)
            .ok_or(Reason::UnknownKind)?;
        if is_too_long(sent.id.as_deref().unwrap_or_default()) {
            return Err(Reason::NameTooLong);
        }
        self.finish(
            &Draft {
                id,
                recorded,
                at: sent.at,
                kind,
                name: sent.name.as_deref().unwrap_or_default(),
                page: sent.page.as_deref(),
                props,
                seq: sent.seq,
            },
            visit,
        )
    }

    fn finish(&mut self, draft: &Draft<'_>, visit: Visit<'_>) -> Result<NewEvent, Reason> {
        let Draft {
            id,
            recorded,
            kind,
            name,
            page,
            props,
            ..
        } = *draft;
        if is_too_long(name) {
            return Err(Reason::NameTooLong);
        }
        if name.is_empty()
            && !matches!(
                kind,
                Kind::Page | Kind::Active | Kind::Help | Kind::Content | Kind::Error
            )
        {
            return Err(Reason::InvalidEvent);
        }
        if !props.is_empty() {
            props::check(props).map_err(|flaw| match flaw {
                Flaw::TooDeep => Reason::TooDeep,
                Flaw::Unreadable => Reason::InvalidEvent,
            })?;
        }
        let at = self.happened(draft.at)?;
        let reader = Reader {
            catalog: self.catalog,
            word: self.word,
            offset_ms: self.offset_ms,
        };
        let Meaning {
            adds,
            progress,
            props: kept,
        } = reader.meaning(kind, name, props)?;
        Ok(NewEvent {
            id,
            recorded,
            at,
            day: self.days.day(at),
            kind,
            name: name.to_owned(),
            session: visit.session.to_owned(),
            stream: visit.stream.to_owned(),
            seq: draft.seq,
            page: page.map(str::to_owned),
            props: kept.unwrap_or_else(|| props.to_owned()),
            adds,
            progress,
        })
    }

    /// The id, and when the event was recorded, which must be the same whenever it is sent again.
    fn id(&self, sent: &Sent<'_>) -> Result<(u128, Timestamp), Reason> {
        let text = sent.id.as_deref().filter(|id| !id.is_empty());
        let text = text.ok_or(Reason::InvalidId)?;
        let (id, recorded) = match (id::uuid(text), self.word) {
            (Some(Id::Timed(id, recorded)), _) => (id, recorded),
            (_, Word::Browser) => return Err(Reason::InvalidId),
            (Some(Id::Uuid(id)), _) => (id, sent.at.ok_or(Reason::InvalidEvent)?),
            (None, _) => (
                id::foreign(text.as_bytes()),
                sent.at.ok_or(Reason::InvalidEvent)?,
            ),
        };
        self.within_horizon(recorded).map(|()| (id, recorded))
    }

    fn within_horizon(&self, recorded: Timestamp) -> Result<(), Reason> {
        let age = self.received.since(recorded);
        match self.word {
            // Ids of history may have been made long before it was received, or when it was converted.
            Word::History => Ok(()),
            _ if age > limits::HORIZON_DAYS * DAY_MS => Err(Reason::TooOld),
            _ if age < -limits::HORIZON_DAYS * DAY_MS => Err(Reason::TooNew),
            Word::Browser | Word::Server | Word::Foreign => Ok(()),
        }
    }

    /// When it happened by the collector's clock: never in the future, and from a live client never further back than
    /// an event can be recorded, however wrong its clock is.
    fn happened(&self, at: Option<Timestamp>) -> Result<Timestamp, Reason> {
        let at = match (at, self.word) {
            (Some(at), _) => at,
            (None, Word::Browser) => return Err(Reason::InvalidEvent),
            (None, Word::Server | Word::History | Word::Foreign) => return Ok(self.received),
        };
        let corrected = at.plus_ms(self.offset_ms).min(self.received);
        Ok(match self.word {
            Word::History => corrected,
            Word::Browser | Word::Server | Word::Foreign => {
                corrected.max(self.received.plus_ms(-limits::HORIZON_DAYS * DAY_MS))
            }
        })
    }
}

/// The id of something that may otherwise be no event, when it has one that can be read.
#[must_use]
pub fn readable_id(json: &str) -> String {
    #[derive(Deserialize)]
    struct OnlyId<'a> {
        #[serde(borrow)]
        id: Text<'a>,
    }
    serde_json::from_str::<OnlyId<'_>>(json)
        .map(|only| short(&only.id))
        .unwrap_or_default()
}

/// The place in its stream of an event that was rejected, when it has one that can be read.
#[must_use]
pub fn readable_place(raw: &RawValue) -> Option<u32> {
    #[derive(Deserialize)]
    struct OnlyPlace {
        seq: u32,
    }
    serde_json::from_str::<OnlyPlace>(raw.get())
        .ok()
        .map(|only| only.seq)
}

/// As much of a text as a name may have.
pub(super) fn short(text: &str) -> String {
    text.chars().take(limits::NAME).collect()
}
