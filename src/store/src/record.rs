//! One request's writes as bytes: what the log keeps and everything else is rebuilt from.
//!
//! A record holds only the events that were new. Records follow each other, each with its length before it, and are
//! compressed together.

use banso_model::event::{GuideAct, Kind};
use banso_model::rollup::{Metric, Source};
use banso_model::time::{Day, Timestamp};
use banso_model::value::Value;

use crate::codec::{Bytes, Label, Malformed, Put};
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
    /// What the client says of its stream.
    pub stream: Option<StreamReport>,
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

/// Appends the record of `write` with those of its events for which `new` is true.
pub fn encode(write: &Write, new: &[bool], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let (of_account, owner) = match &write.owner {
        Owner::Account(id) => (OF_ACCOUNT, id),
        Owner::Device(id) => (0, id),
    };
    out.push(
        of_account
            | if write.user.is_some() { HAS_USER } else { 0 }
            | if write.merge { MERGES } else { 0 }
            | if write.stream.is_some() {
                HAS_STREAM
            } else {
                0
            },
    );
    out.put_label(Label::of(owner));
    if let Some(user) = &write.user {
        out.put_text(user);
    }
    out.put_label(Label::of(&write.device));
    out.put_signed(write.received.0);
    out.put_signed(write.received_day.0.into());
    out.put_number(write.traits.len() as u64);
    for told in &write.traits {
        encode_trait(told, out);
    }
    if let Some(report) = &write.stream {
        // A retry of a request that was kept already brings the same rejections once more.
        let again = !write.events.is_empty() && !new.contains(&true);
        out.put_label(Label::of(&report.stream));
        out.put_number(report.dropped.into());
        out.put_number(if again { 0 } else { report.rejected.into() });
    }
    out.put_number(new.iter().filter(|new| **new).count() as u64);
    let mut before: Option<&NewEvent> = None;
    for (event, _) in write.events.iter().zip(new).filter(|(_, new)| **new) {
        encode_event(event, before, write, out);
        before = Some(event);
    }
    let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

fn encode_trait(told: &NewTrait, out: &mut Vec<u8>) {
    out.push(
        u8::from(told.of_account)
            | if told.source == Source::Trusted {
                TRUSTED
            } else {
                0
            },
    );
    out.put_text(&told.name);
    encode_value(&told.value, out);
}

fn encode_event(event: &NewEvent, before: Option<&NewEvent>, write: &Write, out: &mut Vec<u8>) {
    let mut flags = 0;
    let mut flag = |set: bool, flag: u8| {
        flags |= if set { flag } else { 0 };
        set
    };
    let apart = flag(event.recorded.0 != uuid_time(event.id), RECORDED_APART);
    let other_day = flag(event.day != write.received_day, OTHER_DAY);
    let same_name = flag(before.is_some_and(|b| b.name == event.name), SAME_NAME);
    let same_session = flag(
        before.is_some_and(|b| b.session == event.session),
        SAME_SESSION,
    );
    let same_stream = flag(
        before.is_some_and(|b| b.stream == event.stream),
        SAME_STREAM,
    );
    let same_page = flag(
        event.page.is_some() && before.is_some_and(|b| b.page == event.page),
        SAME_PAGE,
    );
    let other_page = flag(event.page.is_some() && !same_page, OTHER_PAGE);
    flag(event.progress.is_some(), HAS_PROGRESS);
    out.push(flags);
    out.push(event.kind as u8);
    out.extend_from_slice(&event.id.to_be_bytes());
    if apart {
        out.put_signed(event.recorded.0);
    }
    out.put_signed(event.at.since(event.recorded));
    if other_day {
        out.put_signed(i64::from(event.day.0) - i64::from(write.received_day.0));
    }
    if !same_name {
        out.put_text(&event.name);
    }
    if !same_session {
        out.put_label(Label::of(&event.session));
    }
    if !same_stream {
        out.put_label(Label::of(&event.stream));
    }
    out.put_signed(i64::from(event.seq) - before.map_or(0, |b| i64::from(b.seq) + 1));
    if let (true, Some(page)) = (other_page, &event.page) {
        out.put_text(page);
    }
    out.put_text(&event.props);
    out.put_number(event.adds.len() as u64);
    for (metric, sum) in &event.adds {
        encode_metric(metric, &event.name, out);
        out.put_number(*sum);
    }
    if let Some(change) = &event.progress {
        encode_progress(change, out);
    }
}

fn encode_metric(metric: &Metric, name: &str, out: &mut Vec<u8>) {
    match metric {
        Metric::Feature(feature) if feature == name => out.push(0),
        Metric::Feature(feature) => {
            out.push(1);
            out.put_text(feature);
        }
        Metric::Sessions => out.push(2),
        Metric::ActiveSeconds => out.push(3),
        Metric::Guide(guide, act) if guide == name => {
            out.push(4);
            out.put_text(act);
        }
        Metric::Guide(guide, act) => {
            out.push(5);
            out.put_text(guide);
            out.put_text(act);
        }
        Metric::Item(item) if item == name => out.push(6),
        Metric::Item(item) => {
            out.push(7);
            out.put_text(item);
        }
    }
}

fn encode_progress(change: &ProgressChange, out: &mut Vec<u8>) {
    match change {
        ProgressChange::Guide {
            act,
            step,
            until,
            interrupts,
        } => {
            out.push(
                u8::from(*interrupts)
                    | u8::from(step.is_some()) << 1
                    | u8::from(until.is_some()) << 2,
            );
            out.put_text(act.as_str());
            if let Some(step) = step {
                out.put_text(step);
            }
            if let Some(until) = until {
                out.put_signed(until.0);
            }
        }
        ProgressChange::Item => out.push(16),
        ProgressChange::Answer(value) => {
            out.push(17);
            encode_value(value, out);
        }
    }
}

fn encode_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0),
        Value::Bool(false) => out.push(1),
        Value::Bool(true) => out.push(2),
        Value::Number(number) => {
            out.push(3);
            out.extend_from_slice(&number.to_bits().to_be_bytes());
        }
        Value::Text(text) => {
            out.push(4);
            out.put_text(text);
        }
        Value::List(list) => {
            out.push(5);
            out.put_number(list.len() as u64);
            for value in list {
                encode_value(value, out);
            }
        }
        Value::Map(values) => {
            out.push(6);
            out.put_number(values.len() as u64);
            for (name, value) in values {
                out.put_text(name);
                encode_value(value, out);
            }
        }
    }
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

/// Reads one record.
///
/// # Errors
/// [`Malformed`] when it is cut or of a later version.
pub fn decode(bytes: &[u8]) -> Result<Record<'_>, Malformed> {
    let mut from = Bytes(bytes);
    let flags = from.byte()?;
    let owner = from.label()?;
    let user = (flags & HAS_USER != 0).then(|| from.text()).transpose()?;
    let device = from.label()?;
    let received = Timestamp(from.signed()?);
    let received_day = Day(from.signed()? as i32);
    let count = from.length()?;
    let traits = (0..count)
        .map(|_| decode_trait(&mut from))
        .collect::<Result<_, _>>()?;
    let stream = (flags & HAS_STREAM != 0)
        .then(|| {
            Ok(StreamReport {
                stream: from.label()?.to_string(),
                dropped: from.small()?,
                rejected: from.small()?,
            })
        })
        .transpose()?;
    let count = from.length()?;
    let mut events: Vec<Event<'_>> = Vec::with_capacity(count);
    for _ in 0..count {
        let event = decode_event(&mut from, events.last(), received_day)?;
        events.push(event);
    }
    Ok(Record {
        of_account: flags & OF_ACCOUNT != 0,
        owner,
        user,
        device,
        received,
        received_day,
        merge: flags & MERGES != 0,
        traits,
        stream,
        events,
    })
}

fn decode_trait(from: &mut Bytes<'_>) -> Result<NewTrait, Malformed> {
    let flags = from.byte()?;
    Ok(NewTrait {
        of_account: flags & 1 != 0,
        source: if flags & TRUSTED != 0 {
            Source::Trusted
        } else {
            Source::Browser
        },
        name: from.text()?.to_owned(),
        value: decode_value(from, 0)?,
    })
}

fn decode_event<'a>(
    from: &mut Bytes<'a>,
    before: Option<&Event<'a>>,
    received_day: Day,
) -> Result<Event<'a>, Malformed> {
    let flags = from.byte()?;
    let kind = from.byte()?;
    let kind = *Kind::ALL
        .get(usize::from(kind))
        .ok_or(Malformed::Tag(kind))?;
    let same = || before.ok_or(Malformed::Tag(flags));
    let id = from.bits()?;
    let recorded = Timestamp(if flags & RECORDED_APART != 0 {
        from.signed()?
    } else {
        uuid_time(id)
    });
    let at = recorded.plus_ms(from.signed()?);
    let day = if flags & OTHER_DAY != 0 {
        Day(i64::from(received_day.0).wrapping_add(from.signed()?) as i32)
    } else {
        received_day
    };
    let name = if flags & SAME_NAME != 0 {
        same()?.name
    } else {
        from.text()?
    };
    let session = if flags & SAME_SESSION != 0 {
        same()?.session
    } else {
        from.label()?
    };
    let stream = if flags & SAME_STREAM != 0 {
        same()?.stream
    } else {
        from.label()?
    };
    let expected = before.map_or(0, |b| i64::from(b.seq) + 1);
    let seq = expected.wrapping_add(from.signed()?) as u32;
    let page = match flags & (SAME_PAGE | OTHER_PAGE) {
        0 => None,
        SAME_PAGE => same()?.page,
        _ => Some(from.text()?),
    };
    let props = from.text()?;
    let count = from.length()?;
    let adds = (0..count)
        .map(|_| Ok((decode_metric(from, name)?, from.number()?)))
        .collect::<Result<_, Malformed>>()?;
    let progress = (flags & HAS_PROGRESS != 0)
        .then(|| decode_progress(from))
        .transpose()?;
    Ok(Event {
        id,
        recorded,
        at,
        day,
        kind,
        name,
        session,
        stream,
        seq,
        page,
        props,
        adds,
        progress,
    })
}

fn decode_metric<'a>(from: &mut Bytes<'a>, name: &'a str) -> Result<Added<'a>, Malformed> {
    Ok(match from.byte()? {
        0 => Added::Feature(name),
        1 => Added::Feature(from.text()?),
        2 => Added::Sessions,
        3 => Added::ActiveSeconds,
        4 => Added::Guide(name, from.text()?),
        5 => Added::Guide(from.text()?, from.text()?),
        6 => Added::Item(name),
        7 => Added::Item(from.text()?),
        tag => return Err(Malformed::Tag(tag)),
    })
}

fn decode_progress(from: &mut Bytes<'_>) -> Result<ProgressChange, Malformed> {
    Ok(match from.byte()? {
        flags @ 0..=7 => ProgressChange::Guide {
            interrupts: flags & 1 != 0,
            act: GuideAct::parse(from.text()?).ok_or(Malformed::Tag(flags))?,
            step: (flags & 2 != 0)
                .then(|| from.text().map(str::to_owned))
                .transpose()?,
            until: (flags & 4 != 0)
                .then(|| from.signed().map(Timestamp))
                .transpose()?,
        },
        16 => ProgressChange::Item,
        17 => ProgressChange::Answer(decode_value(from, 0)?),
        tag => return Err(Malformed::Tag(tag)),
    })
}

/// Values are nested at most this deep; the wire allows less.
const DEEPEST: u8 = 64;

fn decode_value(from: &mut Bytes<'_>, depth: u8) -> Result<Value, Malformed> {
    Ok(match from.byte()? {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => {
            let bits = from.take(8)?;
            Value::Number(f64::from_bits(
                bits.iter()
                    .fold(0, |bits, byte| bits << 8 | u64::from(*byte)),
            ))
        }
        4 => Value::Text(from.text()?.to_owned()),
        tag @ 5..=6 if depth == DEEPEST => return Err(Malformed::Tag(tag)),
        5 => {
            let count = from.length()?;
            Value::List(
                (0..count)
                    .map(|_| decode_value(from, depth + 1))
                    .collect::<Result<_, _>>()?,
            )
        }
        6 => {
            let count = from.length()?;
            Value::Map(
                (0..count)
                    .map(|_| Ok((from.text()?.to_owned(), decode_value(from, depth + 1)?)))
                    .collect::<Result<_, Malformed>>()?,
            )
        }
        tag => return Err(Malformed::Tag(tag)),
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
