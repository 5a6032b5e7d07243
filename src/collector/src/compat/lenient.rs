//! Reads what foreign clients write in more than one way: an id may be a number, a time may have no zone, anything may
//! be null.

use std::borrow::Cow;
use std::fmt;

use banso_model::time::Timestamp;
use banso_model::value::Values;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::ingest::batch::Text;

/// A value that is looked at when it is needed.
pub type Raw<'a> = Option<&'a RawValue>;

/// An id or a name: text as it is, a number by its digits. `None` for anything else, and for an empty one.
#[must_use]
pub fn name<'a>(raw: Raw<'a>) -> Option<Cow<'a, str>> {
    let json = raw?.get();
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'a>>(json)
            .ok()
            .map(|Text(text)| text)
            .filter(|text| !text.is_empty()),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(json)),
        _ => None,
    }
}

/// An instant: `None` when it is missing or null.
///
/// # Errors
/// [`NoInstant`] when there is something that cannot be read as one.
pub fn instant(raw: Raw<'_>) -> Result<Option<Timestamp>, NoInstant> {
    let Some(json) = raw.map(RawValue::get).filter(|json| *json != "null") else {
        return Ok(None);
    };
    if let Ok(at) = serde_json::from_str(json) {
        return Ok(Some(at));
    }
    // What has no zone is in UTC.
    let text = serde_json::from_str::<Text<'_>>(json).map_err(|_| NoInstant)?;
    match Timestamp::parse(&format!("{}Z", &*text)) {
        Some(at) => Ok(Some(at)),
        None => Err(NoInstant),
    }
}

/// Something that should say when, and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoInstant;

/// Whether something is said to be false.
#[must_use]
pub fn is_false(raw: Raw<'_>) -> bool {
    raw.is_some_and(|raw| raw.get() == "false")
}

/// The fields of an object in the order they were written; none for anything else.
#[derive(Debug, Default)]
pub struct Fields<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Reads an object.
    #[must_use]
    pub fn of(raw: Raw<'a>) -> Self {
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default()
    }

    /// The value of a field; of one written twice the first.
    #[must_use]
    pub fn get(&self, name: &str) -> Raw<'a> {
        self.0
            .iter()
            .find_map(|(known, raw)| (known == name).then_some(*raw))
    }

    /// The fields that are kept, as JSON; empty when there are none.
    #[must_use]
    pub fn json(&self, keep: impl Fn(&str) -> bool) -> String {
        let mut json = String::new();
        for (name, raw) in self.0.iter().filter(|(name, _)| keep(name)) {
            json.push(if json.is_empty() { '{' } else { ',' });
            json.push_str(&serde_json::Value::from(&**name).to_string());
            json.push(':');
            json.push_str(raw.get());
        }
        if !json.is_empty() {
            json.push('}');
        }
        json
    }

    /// The fields that are kept, as values; those that cannot be read are left out.
    #[must_use]
    pub fn values(&self, keep: impl Fn(&str) -> bool) -> Values {
        self.0
            .iter()
            .filter(|(name, _)| keep(name))
            .filter_map(|(name, raw)| {
                let value = serde_json::from_str(raw.get()).ok()?;
                Some((name.clone().into_owned(), value))
            })
            .collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Text(name), raw)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    fields.push((name, raw));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// The path of an address: without scheme, host, query and fragment. A path is its own.
#[must_use]
pub fn path(address: &str) -> Option<&str> {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let address = &address[..end];
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => address,
    };
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).expect("it is JSON")
    }

    #[test]
    fn names_are_texts_and_numbers() {
        for (json, expected) in [
            (r#""u1""#, Some("u1")),
            (r#""a\u0062""#, Some("ab")),
            ("42", Some("42")),
            ("-4.5", Some("-4.5")),
            (r#""""#, None),
            ("null", None),
            ("true", None),
            ("[1]", None),
            (r#"{"id":1}"#, None),
            (r#""\ud800""#, None),
        ] {
            assert_eq!(name(Some(raw(json))).as_deref(), expected, "{json}");
        }
        assert_eq!(name(None), None);
    }

    #[test]
    fn instants_may_have_no_zone() {
        let at = Some(Timestamp(1_795_784_978_877));
        for (json, expected) in [
            (r#""2026-11-27T13:09:38.877Z""#, Ok(at)),
            (r#""2026-11-27T13:09:38.877580+00:00""#, Ok(at)),
            (r#""2026-11-27T22:09:38.877+09:00""#, Ok(at)),
            (r#""2026-11-27 13:09:38.877""#, Ok(at)),
            ("1795784978877", Ok(at)),
            ("null", Ok(None)),
            (r#""yesterday""#, Err(NoInstant)),
            (r#""""#, Err(NoInstant)),
            ("{}", Err(NoInstant)),
        ] {
            assert_eq!(instant(Some(raw(json))), expected, "{json}");
        }
    }

    #[test]
    fn fields_are_kept_as_they_were_written() {
        let fields = Fields::of(Some(raw(r#"{"a":1.50,"$b":{},"c \"d\"":[ null ]}"#)));
        assert_eq!(
            fields.json(|name| !name.starts_with('$')),
            r#"{"a":1.50,"c \"d\"":[ null ]}"#
        );
        assert_eq!(fields.json(|_| false), "");
        assert_eq!(fields.get("$b").map(RawValue::get), Some("{}"));
        assert!(Fields::of(Some(raw("[1]"))).0.is_empty());
    }

    #[test]
    fn paths_lose_what_may_be_private() {
        for (address, expected) in [
            (
                "https://app.example.com/reports/7?token=x#y",
                Some("/reports/7"),
            ),
            ("https://app.example.com", Some("/")),
            ("https://app.example.com?x=1", Some("/")),
            ("/reports?x", Some("/reports")),
            ("Home", Some("Home")),
            ("?x", None),
            ("", None),
        ] {
            assert_eq!(path(address), expected, "{address}");
        }
    }
}
