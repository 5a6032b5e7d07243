//! An event's props: JSON that is kept as it was sent, once it is known to be readable.

use std::fmt;

use banso_model::wire::limits;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// What is wrong with props.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// They nest deeper than JSON of an event may.
    TooDeep,
    /// They are no object, or JSON that cannot be read back.
    Unreadable,
}

/// Walks through an object without keeping anything of it. The event itself is the first level.
pub fn check(json: &str) -> Result<(), Flaw> {
    if !json.starts_with('{') {
        return Err(Flaw::Unreadable);
    }
    match serde_json::from_str::<Walked>(json) {
        Ok(walked) if walked.depth < limits::DEPTH => Ok(()),
        Ok(_) => Err(Flaw::TooDeep),
        // serde_json itself stops at 128 levels.
        Err(error) if error.to_string().starts_with("recursion limit") => Err(Flaw::TooDeep),
        Err(_) => Err(Flaw::Unreadable),
    }
}

struct Walked {
    depth: usize,
}

impl<'de> Deserialize<'de> for Walked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Walked;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_unit<E: Error>(self) -> Result<Walked, E> {
                Ok(Walked { depth: 0 })
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Walked, E> {
                self.visit_unit()
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Walked, E> {
                self.visit_unit()
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Walked, E> {
                self.visit_unit()
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Walked, E> {
                self.visit_unit()
            }
            fn visit_str<E: Error>(self, _: &str) -> Result<Walked, E> {
                self.visit_unit()
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Walked, A::Error> {
                let mut deepest = 0;
                while let Some(Walked { depth }) = seq.next_element()? {
                    deepest = deepest.max(depth);
                }
                Ok(Walked { depth: deepest + 1 })
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Walked, A::Error> {
                let mut deepest = 0;
                while let Some((_, Walked { depth })) = map.next_entry::<Walked, Walked>()? {
                    deepest = deepest.max(depth);
                }
                Ok(Walked { depth: deepest + 1 })
            }
        }
        deserializer.deserialize_any(Walk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn props_are_readable_objects() {
        let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        for (json, expected) in [
            ("{}", Ok(())),
            (r#"{"a":1,"b":[true,null,"x\n",-1.5e3]}"#, Ok(())),
            (&nested(15), Ok(())),
            (&nested(16), Err(Flaw::TooDeep)),
            (&nested(200), Err(Flaw::TooDeep)),
            (
                &format!("{{\"a\":{}{}}}", "[".repeat(14), "]".repeat(14)),
                Ok(()),
            ),
            (
                &format!("{{\"a\":{}{}}}", "[".repeat(15), "]".repeat(15)),
                Err(Flaw::TooDeep),
            ),
            ("[]", Err(Flaw::Unreadable)),
            ("1", Err(Flaw::Unreadable)),
            (r#"{"a":"\ud800"}"#, Err(Flaw::Unreadable)),
            (r#"{"a":1e999}"#, Err(Flaw::Unreadable)),
            (r#"{"a":"#, Err(Flaw::Unreadable)),
        ] {
            assert_eq!(check(json), expected, "{json:.60}");
        }
    }
}
