//! Segment's messages, which RudderStack's clients send too.

use std::borrow::Cow;

use banso_model::event::Kind;
use banso_model::time::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::foreign::{Foreign, Happened, Read, check_traits, rejected};
use super::lenient::{Fields, Raw, instant, name, path};
use crate::error::Refusal;
use crate::ingest::batch::Events;
use crate::ingest::judge::Reason;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Something was done.
    Track,
    /// Who the user is.
    Identify,
    /// A page was opened.
    Page,
    /// A screen of an app was opened.
    Screen,
    /// Which account the user is in.
    Group,
    /// Which other name the user has.
    Alias,
}

impl Call {
    /// Every call.
    pub const ALL: [Self; 6] = [
        Self::Track,
        Self::Identify,
        Self::Page,
        Self::Screen,
        Self::Group,
        Self::Alias,
    ];

    /// Its word in paths and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Identify => "identify",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }
}

/// Fields of a page's properties that describe where it is: the path is kept beside them, and the rest may be private.
const WHERE: [&str; 6] = ["path", "url", "search", "referrer", "title", "name"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    #[serde(borrow, default)]
    write_key: Raw<'a>,
    #[serde(borrow, default)]
    sent_at: Raw<'a>,
    #[serde(borrow, default)]
    batch: Option<Events<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    #[serde(borrow, default, rename = "type")]
    call: Raw<'a>,
    #[serde(borrow, default)]
    message_id: Raw<'a>,
    #[serde(borrow, default)]
    user_id: Raw<'a>,
    #[serde(borrow, default)]
    anonymous_id: Raw<'a>,
    #[serde(borrow, default)]
    previous_id: Raw<'a>,
    #[serde(borrow, default)]
    group_id: Raw<'a>,
    #[serde(borrow, default)]
    event: Raw<'a>,
    #[serde(borrow, default)]
    name: Raw<'a>,
    #[serde(borrow, default)]
    properties: Raw<'a>,
    #[serde(borrow, default)]
    traits: Raw<'a>,
    #[serde(borrow, default)]
    context: Raw<'a>,
    #[serde(borrow, default)]
    timestamp: Raw<'a>,
    #[serde(borrow, default)]
    original_timestamp: Raw<'a>,
    #[serde(borrow, default)]
    sent_at: Raw<'a>,
}

/// Reads a body: a batch, or the one message that `call` says it is. Gives the write key when the body has it.
///
/// # Errors
/// [`Refusal`] when it is neither, or has too many messages.
pub fn read(
    body: &str,
    call: Option<Call>,
) -> Result<(Option<Cow<'_, str>>, Vec<Read<'_>>), Refusal> {
    let malformed = |error: serde_json::Error| Refusal::Malformed(error.to_string());
    if !body.trim_start().starts_with('{') {
        return Err(Refusal::Malformed("it is no object".to_owned()));
    }
    let whole: Whole<'_> = serde_json::from_str(body).map_err(malformed)?;
    let sent_at = instant(whole.sent_at).unwrap_or_default();
    let messages = match (whole.batch, call) {
        (Some(batch), _) => batch
            .whole()?
            .into_iter()
            .map(|raw| message(raw, None, sent_at))
            .collect(),
        (None, Some(call)) => {
            let raw = serde_json::from_str(body).map_err(malformed)?;
            vec![message(raw, Some(call), sent_at)]
        }
        (None, None) => return Err(Refusal::Malformed("batch is missing".to_owned())),
    };
    Ok((name(whole.write_key), messages))
}

/// Translates one message; without `call` its own field `type` says what it is.
fn message(raw: &RawValue, call: Option<Call>, sent_at: Option<Timestamp>) -> Read<'_> {
    let Ok(message) = serde_json::from_str::<Message<'_>>(raw.get()) else {
        return Err(rejected("", Reason::InvalidEvent));
    };
    let id = name(message.message_id).unwrap_or_default();
    translate(&message, call, sent_at, raw.get().len(), id.clone())
        .map_err(|reason| rejected(&id, reason))
}

fn translate<'a>(
    message: &Message<'a>,
    call: Option<Call>,
    sent_at: Option<Timestamp>,
    size: usize,
    id: Cow<'a, str>,
) -> Result<Foreign<'a>, Reason> {
    let call = match (call, name(message.call)) {
        (Some(call), _) => call,
        (None, Some(word)) => Call::ALL
            .into_iter()
            .find(|call| call.word() == word)
            .ok_or(Reason::UnknownKind)?,
        (None, None) => return Err(Reason::InvalidEvent),
    };
    let unreadable = |_| Reason::InvalidEvent;
    let at = match instant(message.timestamp).map_err(unreadable)? {
        Some(at) => Some(at),
        None => instant(message.original_timestamp).map_err(unreadable)?,
    };
    let context = Fields::of(message.context);
    let ours = Fields::of(context.get("banso"));
    let mut foreign = Foreign {
        id,
        size,
        device: name(message.anonymous_id).unwrap_or_default(),
        user: name(message.user_id),
        account: name(ours.get("account")).or_else(|| name(context.get("groupId"))),
        session: name(context.get("sessionId")).unwrap_or_default(),
        token: name(ours.get("token")),
        at,
        sent_at: instant(message.sent_at).unwrap_or_default().or(sent_at),
        ..Foreign::default()
    };
    match call {
        Call::Track => {
            let event = name(message.event).ok_or(Reason::InvalidEvent)?;
            foreign.event = Some(Happened {
                kind: Kind::Track,
                name: event,
                page: page(&Fields::of(context.get("page"))),
                props: message.properties.map_or_else(String::new, text),
            });
        }
        Call::Page | Call::Screen => {
            let properties = Fields::of(message.properties);
            let place = page(&properties).or_else(|| page(&Fields::of(context.get("page"))));
            foreign.event = Some(Happened {
                kind: Kind::Page,
                name: name(message.name).unwrap_or_default(),
                page: place.filter(|_| call == Call::Page),
                props: properties.json(|field| !WHERE.contains(&field)),
            });
        }
        Call::Identify => {
            let told = message.traits.or_else(|| context.get("traits"));
            foreign.user_traits = traits(told)?;
        }
        Call::Group => {
            foreign.account = Some(name(message.group_id).ok_or(Reason::InvalidEvent)?);
            foreign.account_traits = traits(message.traits)?;
        }
        Call::Alias => {
            foreign.previous = Some(name(message.previous_id).ok_or(Reason::InvalidEvent)?);
        }
    }
    Ok(foreign)
}

fn text(raw: &RawValue) -> String {
    match raw.get() {
        "null" => String::new(),
        json => json.to_owned(),
    }
}

fn traits(raw: Raw<'_>) -> Result<banso_model::value::Values, Reason> {
    match raw {
        Some(raw) => {
            check_traits(raw.get())?;
            Ok(Fields::of(Some(raw)).values(|_| true))
        }
        None => Ok(banso_model::value::Values::new()),
    }
}

/// Where a page is, without what may be private in its address.
fn page<'a>(place: &Fields<'a>) -> Option<Cow<'a, str>> {
    let address = name(place.get("path")).or_else(|| name(place.get("url")))?;
    path(&address).map(|path| Cow::Owned(path.to_owned()))
}

#[cfg(test)]
mod tests;
