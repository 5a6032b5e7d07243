//! A batch as it is sent: read without a copy of what need not be changed, its events not yet looked into.

use std::borrow::Cow;
use std::fmt;

use banso_model::time::Timestamp;
use banso_model::value::{Value, Values};
use banso_model::wire::limits;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::Refusal;

/// Text of the body: borrowed where it has no escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// A batch of `POST /v1/events`.
#[derive(Debug, Deserialize)]
pub struct Batch<'a> {
    /// Key of the workspace.
    #[serde(borrow, default)]
    pub key: Text<'a>,
    /// The browser profile; a server may leave it out.
    #[serde(borrow, default)]
    pub device: Text<'a>,
    /// The page load; a server may leave it out.
    #[serde(borrow, default)]
    pub stream: Text<'a>,
    /// The visit; a server may leave it out.
    #[serde(borrow, default)]
    pub session: Text<'a>,
    /// The user.
    #[serde(borrow, default)]
    pub user: Option<Text<'a>>,
    /// The account.
    #[serde(borrow, default)]
    pub account: Option<Text<'a>>,
    /// Identity token.
    #[serde(borrow, default)]
    pub token: Option<Text<'a>>,
    /// The client's clock when it sent this.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
    /// Events of the stream the client gave up so far.
    #[serde(default)]
    pub dropped: u32,
    /// What a server says of the user.
    #[serde(default)]
    pub user_traits: Values,
    /// What a server says of the account.
    #[serde(default)]
    pub account_traits: Values,
    /// The events.
    #[serde(borrow)]
    pub events: Events<'a>,
}

/// The events of a batch as JSON text: as many as a batch may have, and whether there were more.
#[derive(Debug)]
pub struct Events<'a> {
    /// Each event's JSON.
    pub raw: Vec<&'a RawValue>,
    over: bool,
}

impl<'a> Events<'a> {
    /// Each event's JSON.
    ///
    /// # Errors
    /// [`Refusal::TooManyEvents`] when there were more than a batch may have.
    pub fn whole(self) -> Result<Vec<&'a RawValue>, Refusal> {
        if self.over {
            return Err(Refusal::TooManyEvents);
        }
        Ok(self.raw)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Events<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EventsVisitor;
        impl<'de> Visitor<'de> for EventsVisitor {
            type Value = Events<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of events")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut raw = Vec::new();
                let mut over = false;
                while raw.len() < limits::EVENTS {
                    match seq.next_element()? {
                        Some(event) => raw.push(event),
                        None => return Ok(Events { raw, over }),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    over = true;
                }
                Ok(Events { raw, over })
            }
        }
        deserializer.deserialize_seq(EventsVisitor)
    }
}

impl<'a> Batch<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when it is no batch, [`Refusal::TooManyEvents`] when it is too long.
    pub fn parse(body: &'a str) -> Result<Self, Refusal> {
        let batch: Self =
            serde_json::from_str(body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        if batch.events.over {
            return Err(Refusal::TooManyEvents);
        }
        batch.check_names()?;
        Ok(batch)
    }

    fn check_names(&self) -> Result<(), Refusal> {
        for (field, text) in [
            ("device", Some(&self.device)),
            ("stream", Some(&self.stream)),
            ("session", Some(&self.session)),
            ("user", self.user.as_ref()),
            ("account", self.account.as_ref()),
        ] {
            if let Some(text) = text {
                check_name(field, text)?;
            }
        }
        check_traits("user_traits", &self.user_traits)?;
        check_traits("account_traits", &self.account_traits)
    }
}

/// Whether traits may be kept: an event's props have the same limits.
///
/// # Errors
/// [`Refusal::Malformed`] when they are too large, nest too deep, or have a name that cannot be one.
pub fn check_traits(field: &str, traits: &Values) -> Result<(), Refusal> {
    for name in traits.keys() {
        check_name(&format!("a name in {field}"), name)?;
    }
    let flaw = if traits.values().map(depth).max() >= Some(limits::DEPTH) {
        format!("nests deeper than {}", limits::DEPTH)
    } else if traits
        .iter()
        .map(|(name, value)| name.len() + size(value))
        .sum::<usize>()
        > limits::EVENT
    {
        format!("is larger than {} KB", limits::EVENT / 1024)
    } else {
        return Ok(());
    };
    Err(Refusal::Malformed(format!("{field} {flaw}")))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::List(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Map(values) => 1 + values.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 0,
    }
}

/// About the bytes of its JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::List(list) => 2 + list.iter().map(|value| 1 + size(value)).sum::<usize>(),
        Value::Map(values) => {
            let each = values
                .iter()
                .map(|(name, value)| 4 + name.len() + size(value));
            2 + each.sum::<usize>()
        }
        Value::Text(text) => 2 + text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

/// Whether a name that becomes a key of the store may be one.
///
/// # Errors
/// [`Refusal::Malformed`] when it is too long or has control characters.
pub fn check_name(field: &str, text: &str) -> Result<(), Refusal> {
    if is_too_long(text) {
        return Err(Refusal::Malformed(format!(
            "{field} has more than {} characters",
            limits::NAME
        )));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::Malformed(format!(
            "{field} has a control character"
        )));
    }
    Ok(())
}

/// Whether a name has more characters than a name may have.
#[must_use]
pub fn is_too_long(text: &str) -> bool {
    text.len() > limits::NAME && text.chars().count() > limits::NAME
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Result<usize, &str>) {
        let read = Batch::parse(body).map(|batch| batch.events.raw.len());
        assert_eq!(
            read.map_err(|refusal| refusal.code()),
            expected,
            "{body:.60}"
        );
    }

    #[test]
    fn batches_and_what_is_none() {
        check(r#"{"key":"k","device":"d","events":[]}"#, Ok(0));
        check(r#"{"events":[1,{},"x"]}"#, Ok(3));
        check(r#" {"events":[{"a":[[[[]]]]}],"later":{"x":1}} "#, Ok(1));
        let many = |n: usize| format!(r#"{{"events":[{}]}}"#, vec!["0"; n].join(","));
        check(&many(500), Ok(500));
        check(&many(501), Err("too_many_events"));
        let name = |text: &str| format!(r#"{{"device":"{text}","events":[]}}"#);
        check(&name(&"é".repeat(200)), Ok(0));
        check(&name(&"é".repeat(201)), Err("malformed"));
        check(&name(r"a\u0000b"), Err("malformed"));
        let deep = format!(
            r#"{{"x":{}{},"events":[]}}"#,
            "[".repeat(5000),
            "]".repeat(5000)
        );
        check(&deep, Ok(0));
        for bad in [
            "",
            "null",
            "[]",
            "{}",
            "{\"events\":{}}",
            "{\"events\":[}",
            "{\"events\":[]",
            "{\"events\":[]} x",
            "{\"events\":[],\"events\":[]}",
            "{\"device\":1,\"events\":[]}",
            "{\"sent_at\":\"yesterday\",\"events\":[]}",
            "{\"dropped\":-1,\"events\":[]}",
            r#"{"device":"\ud800","events":[]}"#,
        ] {
            check(bad, Err("malformed"));
        }
    }
}
