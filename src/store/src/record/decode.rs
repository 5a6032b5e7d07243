//! From bytes to a record, in place.

use banso_model::event::{GuideAct, Kind};
use banso_model::rollup::Source;
use banso_model::time::{Day, Timestamp};
use banso_model::value::Value;

use super::{
    Added, Event, HAS_PROGRESS, HAS_STREAM, HAS_USER, MERGES, OF_ACCOUNT, OTHER_DAY, OTHER_PAGE,
    RECORDED_APART, Record, SAME_NAME, SAME_PAGE, SAME_SESSION, SAME_STREAM, TRUSTED, uuid_time,
};
use crate::codec::{Bytes, Malformed};
use crate::write::{NewTrait, ProgressChange, StreamReport};

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
        .then(|| decode_report(&mut from))
        .transpose()?;
    let duplicates = match stream {
        Some(_) => from.number()?,
        None => 0,
    };
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
        duplicates,
        events,
    })
}

fn decode_report(from: &mut Bytes<'_>) -> Result<StreamReport, Malformed> {
    let key = from.text()?.to_owned();
    let stream = from.label()?.to_string();
    let (dropped, unplaced) = (from.small()?, from.small()?);
    let count = from.length()?;
    let rejected = (0..count).map(|_| from.small()).collect::<Result<_, _>>()?;
    Ok(StreamReport {
        key,
        stream,
        dropped,
        rejected,
        unplaced,
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

pub(super) fn decode_metric<'a>(
    from: &mut Bytes<'a>,
    name: &'a str,
) -> Result<Added<'a>, Malformed> {
    Ok(match from.byte()? {
        0 => Added::Feature(name),
        1 => Added::Feature(from.text()?),
        2 => Added::Sessions,
        3 => Added::ActiveSeconds,
        4 => Added::Guide(name, from.text()?),
        5 => Added::Guide(from.text()?, from.text()?),
        6 => Added::Item(name),
        7 => Added::Item(from.text()?),
        8 => Added::Help(from.text()?),
        9 => Added::ContentSeconds,
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
        18 => ProgressChange::Missed(from.text()?.to_owned()),
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
