//! PostHog's events. Names that begin with a dollar sign are PostHog's own: few of those events, and none of those
//! properties, say anything here.

use std::borrow::Cow;

use banso_model::event::Kind;
use banso_model::time::Timestamp;
use banso_model::value::{Value, Values};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::foreign::{Foreign, Happened, Read, check_traits, rejected};
use super::lenient::{Fields, Raw, instant, is_false, name, path};
use crate::error::Refusal;
use crate::ingest::batch::Events;
use crate::ingest::id::{self, Id};
use crate::ingest::judge::Reason;

/// Types of groups that are accounts, the likeliest first.
const ACCOUNTS: [&str; 6] = [
    "account",
    "company",
    "organization",
    "organisation",
    "workspace",
    "team",
];

/// Properties of an event that the client adds without a dollar sign.
const CLIENTS: [&str; 2] = ["token", "distinct_id"];

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow, default)]
    api_key: Raw<'a>,
    #[serde(borrow, default)]
    token: Raw<'a>,
    #[serde(borrow, default)]
    sent_at: Raw<'a>,
    #[serde(borrow, default)]
    batch: Option<Events<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    api_key: Raw<'a>,
    #[serde(borrow, default)]
    token: Raw<'a>,
    #[serde(borrow, default)]
    event: Raw<'a>,
    #[serde(borrow, default)]
    uuid: Raw<'a>,
    #[serde(borrow, default)]
    distinct_id: Raw<'a>,
    #[serde(borrow, default)]
    properties: Raw<'a>,
    #[serde(borrow, default)]
    timestamp: Raw<'a>,
    #[serde(borrow, default)]
    offset: Raw<'a>,
    #[serde(borrow, default, rename = "$set")]
    set: Raw<'a>,
    #[serde(borrow, default, rename = "$set_once")]
    set_once: Raw<'a>,
}

/// Reads a body: a batch, a list of events, or one event. Gives the key that the body, or the first of its events that
/// has one, names.
///
/// # Errors
/// [`Refusal`] when it is none of those, or has too many events.
pub fn read(
    body: &str,
    received: Timestamp,
) -> Result<(Option<Cow<'_, str>>, Vec<Read<'_>>), Refusal> {
    let malformed = |error: serde_json::Error| Refusal::Malformed(error.to_string());
    if body.trim_start().starts_with('[') {
        let events: Events<'_> = serde_json::from_str(body).map_err(malformed)?;
        return Ok(messages(events.whole()?, None, received));
    }
    let whole: Whole<'_> = serde_json::from_str(body).map_err(malformed)?;
    let sent_at = instant(whole.sent_at).unwrap_or_default();
    let raw = match whole.batch {
        Some(batch) => batch.whole()?,
        None => vec![serde_json::from_str(body).map_err(malformed)?],
    };
    let (key, messages) = messages(raw, sent_at, received);
    let own = name(whole.api_key).or_else(|| name(whole.token));
    Ok((own.or(key), messages))
}

fn messages(
    raw: Vec<&RawValue>,
    sent_at: Option<Timestamp>,
    received: Timestamp,
) -> (Option<Cow<'_, str>>, Vec<Read<'_>>) {
    let mut key = None;
    let messages = raw
        .into_iter()
        .map(|raw| {
            let Ok(message) = serde_json::from_str::<Message<'_>>(raw.get()) else {
                return Err(rejected("", Reason::InvalidEvent));
            };
            let properties = Fields::of(message.properties);
            if key.is_none() {
                key = [message.api_key, message.token, properties.get("token")]
                    .into_iter()
                    .find_map(name);
            }
            let id = name(message.uuid)
                .or_else(|| name(properties.get("$insert_id")))
                .unwrap_or_default();
            let mut foreign = translate(&message, &properties, sent_at, received)
                .map_err(|reason| rejected(&id, reason))?;
            foreign.id = id;
            foreign.size = raw.get().len();
            Ok(foreign)
        })
        .collect();
    (key, messages)
}

fn translate<'a>(
    message: &Message<'a>,
    properties: &Fields<'a>,
    sent_at: Option<Timestamp>,
    received: Timestamp,
) -> Result<Foreign<'a>, Reason> {
    let event = name(message.event).ok_or(Reason::InvalidEvent)?;
    let who = name(message.distinct_id)
        .or_else(|| name(properties.get("distinct_id")))
        .ok_or(Reason::InvalidEvent)?;
    let (at, recorded) = when(message, received)?;
    let (device, user) = device_and_user(who, properties);
    let groups = Fields::of(properties.get("$groups"));
    let mut foreign = Foreign {
        device,
        user,
        account: account(&groups),
        session: name(properties.get("$session_id")).unwrap_or_default(),
        token: name(properties.get("$banso_token")),
        at,
        recorded,
        sent_at,
        ..Foreign::default()
    };
    tell(&mut foreign, message, properties)?;
    match &*event {
        "$pageview" | "$screen" => {
            let address = name(properties.get("$pathname"))
                .or_else(|| name(properties.get("$current_url")))
                .filter(|_| event == "$pageview");
            foreign.event = Some(Happened {
                kind: Kind::Page,
                name: name(properties.get("$screen_name")).unwrap_or_default(),
                page: address.and_then(|address| path(&address).map(|path| path.to_owned().into())),
                props: properties.json(|name| is_own(name) && name != "title"),
            });
        }
        "$identify" => foreign.previous = name(properties.get("$anon_distinct_id")),
        "$create_alias" | "$merge_dangerously" => {
            let previous = name(properties.get("alias")).ok_or(Reason::InvalidEvent)?;
            foreign.previous = Some(previous);
        }
        "$groupidentify" => tell_of_group(&mut foreign, properties, &groups)?,
        _ if event.starts_with('$') => {}
        _ => {
            let address = name(properties.get("$pathname"));
            foreign.event = Some(Happened {
                kind: Kind::Track,
                page: address.and_then(|address| path(&address).map(|path| path.to_owned().into())),
                props: properties.json(is_own),
                name: event,
            });
        }
    }
    Ok(foreign)
}

/// When it happened by the client's clock, and when it was recorded. A client that says how long ago it was says
/// something else when it sends it again; its id then says when it was made.
fn when(
    message: &Message<'_>,
    received: Timestamp,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Reason> {
    if let Some(at) = instant(message.timestamp).map_err(|_| Reason::InvalidEvent)? {
        return Ok((Some(at), Some(at)));
    }
    let made = match name(message.uuid).as_deref().and_then(id::uuid) {
        Some(Id::Timed(_, made)) => Some(made),
        Some(Id::Uuid(_)) | None => None,
    };
    let ago = message
        .offset
        .and_then(|raw| serde_json::from_str::<f64>(raw.get()).ok())
        .filter(|ago| *ago >= 0.0);
    // A float cast saturates, so no offset can wrap round.
    Ok((ago.map(|ago| received.plus_ms(-(ago as i64))), made))
}

/// Before `identify` the distinct id is the device's.
fn device_and_user<'a>(
    who: Cow<'a, str>,
    properties: &Fields<'a>,
) -> (Cow<'a, str>, Option<Cow<'a, str>>) {
    let device = name(properties.get("$device_id"));
    let anonymous = device.as_ref() == Some(&who)
        || is_false(properties.get("$is_identified"))
        || is_false(properties.get("$process_person_profile"));
    match device {
        _ if who.starts_with('$') => (device.unwrap_or_default(), None),
        None if anonymous => (who, None),
        Some(device) if anonymous => (device, None),
        device => (device.unwrap_or_default(), Some(who)),
    }
}

/// The account among the groups: a group of another type, such as a project, is not one.
fn account<'a>(groups: &Fields<'a>) -> Option<Cow<'a, str>> {
    ACCOUNTS.iter().find_map(|kind| name(groups.get(kind)))
}

/// Whether a property is the vendor's own.
fn is_own(name: &str) -> bool {
    !name.starts_with('$') && !CLIENTS.contains(&name)
}

/// Reads what an event says of its user.
fn tell(
    foreign: &mut Foreign<'_>,
    message: &Message<'_>,
    properties: &Fields<'_>,
) -> Result<(), Reason> {
    for raw in [properties.get("$set"), message.set] {
        foreign.user_traits.extend(traits(raw)?);
    }
    for raw in [properties.get("$set_once"), message.set_once] {
        foreign.first_traits.extend(traits(raw)?);
    }
    let unset: Vec<String> = properties
        .get("$unset")
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    let unset = unset.into_iter().map(|name| (name, Value::Null));
    foreign.user_traits.extend(unset);
    Ok(())
}

/// Reads what `$groupidentify` says of a group, when that is the account.
fn tell_of_group<'a>(
    foreign: &mut Foreign<'a>,
    properties: &Fields<'a>,
    groups: &Fields<'a>,
) -> Result<(), Reason> {
    let kind = name(properties.get("$group_type")).ok_or(Reason::InvalidEvent)?;
    let key = name(properties.get("$group_key")).ok_or(Reason::InvalidEvent)?;
    let is_account = account(groups).is_none_or(|account| account == key);
    if is_account && ACCOUNTS.contains(&&*kind) {
        foreign.account = Some(key);
        foreign.account_traits = traits(properties.get("$group_set"))?;
    }
    Ok(())
}

fn traits(raw: Raw<'_>) -> Result<Values, Reason> {
    match raw {
        Some(raw) => {
            check_traits(raw.get())?;
            Ok(Fields::of(Some(raw)).values(|name| !name.starts_with('$')))
        }
        None => Ok(Values::new()),
    }
}

#[cfg(test)]
mod tests;
