//! Whether a value has the shape its schema says.
//!
//! The schema is the one generated from the Rust types, so what passes here can be read into them. Unlike a general
//! validator it says of a union what was probably meant: the branch is picked by the field that tells branches apart.

use serde_json::{Map, Value};

use super::place::Place;
use super::suggest;
use super::tree::{Node, Tree};
use crate::time::Timestamp;
use union::branches;
use wording::{shown, written};

mod pattern;
mod union;
mod wording;

#[cfg(test)]
pub(super) use pattern::PATTERNS;

/// Something that does not fit, with the help for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Everything in which `node` does not fit `schema`.
#[must_use]
pub fn misfits(schema: &Value, node: &Node, place: &Place) -> Vec<Misfit> {
    let defs = schema.get("$defs").and_then(Value::as_object);
    let mut shape = Shape {
        defs,
        found: Vec::new(),
    };
    shape.value(schema, node, place);
    shape.found
}

struct Shape<'s> {
    defs: Option<&'s Map<String, Value>>,
    found: Vec<Misfit>,
}

impl<'s> Shape<'s> {
    fn say(&mut self, place: Place, message: String, help: Option<String>) {
        self.found.push(Misfit {
            place,
            message,
            help,
        });
    }

    /// The schema that a chain of `$ref` leads to.
    fn resolve(&self, mut schema: &'s Value) -> &'s Value {
        // No chain is longer than there are definitions.
        for _ in 0..=self.defs.map_or(0, Map::len) {
            let Some(next) = schema
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|path| path.strip_prefix("#/$defs/"))
                .and_then(|name| self.defs?.get(name))
            else {
                break;
            };
            schema = next;
        }
        schema
    }

    fn value(&mut self, schema: &'s Value, node: &Node, place: &Place) {
        let outer = schema;
        let schema = self.resolve(schema);
        if let Some(branches) = branches(schema) {
            self.union(outer, branches, node, place);
            return;
        }
        if let Some(only) = schema.get("const") {
            if node.to_json() != *only {
                self.say(
                    place.clone(),
                    format!("expected {}, got {}", written(only), shown(node)),
                    None,
                );
            }
            return;
        }
        if let Some(Value::Array(allowed)) = schema.get("enum") {
            let allowed: Vec<&Value> = allowed.iter().collect();
            self.one_of(&allowed, node, place);
            return;
        }
        if !types(schema).iter().any(|kind| is_type(node, kind)) {
            self.wrong_type(outer, node, place);
            return;
        }
        match &node.value {
            Tree::Object(_) => self.object(schema, node, place),
            Tree::List(list) => self.list(schema, list, place),
            Tree::Text(text) => self.text(schema, text, place),
            Tree::Number(number) => self.number(schema, number.as_f64().unwrap_or(f64::NAN), place),
            Tree::Null | Tree::Bool(_) => {}
        }
    }

    fn object(&mut self, schema: &'s Value, node: &Node, place: &Place) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let mut seen: Vec<&str> = Vec::new();
        for field in node.fields() {
            let name = field.name.as_str();
            if seen.contains(&name) {
                self.say(
                    place.name(name),
                    format!("the field `{name}` is given twice"),
                    Some("keep one of them".to_owned()),
                );
                continue;
            }
            seen.push(name);
            match (properties.and_then(|known| known.get(name)), others) {
                (Some(known), _) => self.value(known, &field.value, &place.field(name)),
                (None, Some(Value::Bool(false))) => self.unknown(properties, node, name, place),
                (None, Some(other @ Value::Object(_))) => {
                    self.value(other, &field.value, &place.field(name));
                }
                (None, _) => {}
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !seen.contains(&name) {
                let known = properties.and_then(|known| known.get(name));
                self.say(
                    place.clone(),
                    format!("the field `{name}` is missing"),
                    known.map(|schema| self.meaning(name, schema)),
                );
            }
        }
        let least = schema.get("minProperties").and_then(Value::as_u64);
        if least.is_some_and(|least| (seen.len() as u64) < least) && self.found.is_empty() {
            let open: Vec<&str> = properties
                .into_iter()
                .flat_map(Map::keys)
                .map(String::as_str)
                .filter(|name| !seen.contains(name))
                .collect();
            self.say(
                place.clone(),
                "a comparison is missing".to_owned(),
                Some(format!("add one of {}", suggest::listed(&open))),
            );
        }
    }

    fn unknown(
        &mut self,
        properties: Option<&Map<String, Value>>,
        node: &Node,
        name: &str,
        place: &Place,
    ) {
        let open: Vec<&str> = properties
            .into_iter()
            .flat_map(Map::keys)
            .map(String::as_str)
            .filter(|known| node.field(known).is_none() && *known != "$schema")
            .collect();
        self.say(
            place.name(name),
            format!("unknown field `{name}`"),
            Some(if open.is_empty() {
                "remove it".to_owned()
            } else {
                suggest::help(name, "other fields", open)
            }),
        );
    }

    fn list(&mut self, schema: &'s Value, list: &[Node], place: &Place) {
        let fixed = schema.get("prefixItems").and_then(Value::as_array);
        let least = schema.get("minItems").and_then(Value::as_u64);
        let most = schema.get("maxItems").and_then(Value::as_u64);
        let length = list.len() as u64;
        if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
            let wanted = match (least, most) {
                (Some(least), Some(most)) if least == most => least.to_string(),
                (Some(least), None) => format!("at least {least}"),
                (None, Some(most)) => format!("at most {most}"),
                _ => format!("{} to {}", least.unwrap_or(0), most.unwrap_or(0)),
            };
            self.say(
                place.clone(),
                format!("a list of {wanted} is expected, this has {length}"),
                self.example(schema),
            );
        }
        for (number, element) in list.iter().enumerate() {
            let schema = fixed
                .and_then(|fixed| fixed.get(number))
                .or_else(|| schema.get("items"));
            if let Some(schema @ Value::Object(_)) = schema {
                self.value(schema, element, &place.item(number));
            }
        }
    }

    fn text(&mut self, schema: &Value, text: &str, place: &Place) {
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && !pattern::fits(pattern, text)
        {
            self.say(
                place.clone(),
                format!("`{text}` is not written as it should be"),
                pattern::help(pattern).map(str::to_owned),
            );
        }
        if schema.get("format").and_then(Value::as_str) == Some("date-time")
            && Timestamp::parse(text).is_none()
        {
            self.say(
                place.clone(),
                format!("`{text}` is not a time"),
                Some("write it as `2026-11-21T08:30:00Z` or with an offset, `+09:00`".to_owned()),
            );
        }
    }

    fn number(&mut self, schema: &Value, number: f64, place: &Place) {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let message = if let Some(least) = bound("minimum").filter(|least| number < *least) {
            format!("{number} is too small, the least is {least}")
        } else if let Some(most) = bound("maximum").filter(|most| number > *most) {
            format!("{number} is too large, the most is {most}")
        } else if let Some(least) = bound("exclusiveMinimum").filter(|least| number <= *least) {
            format!("{number} is too small, it must be more than {least}")
        } else {
            return;
        };
        self.say(place.clone(), message, None);
    }

    fn wrong_type(&mut self, schema: &'s Value, node: &Node, place: &Place) {
        let expected = self.expected(schema);
        let help = if node.value == Tree::Null {
            Some("leave the field out instead".to_owned())
        } else {
            self.example(schema)
        };
        self.say(
            place.clone(),
            format!("expected {expected}, got {}", shown(node)),
            help,
        );
    }

    fn one_of(&mut self, allowed: &[&Value], node: &Node, place: &Place) {
        if allowed.iter().any(|value| node.to_json() == **value) {
            return;
        }
        let names: Vec<&str> = allowed.iter().filter_map(|value| value.as_str()).collect();
        match node.text() {
            Some(text) => {
                let meant = suggest::nearest(text, names.iter().copied());
                let message = if meant.is_some() && names.len() > 8 {
                    format!(
                        "`{text}` is none of the {} words that can stand here",
                        names.len()
                    )
                } else if let [only] = names.as_slice() {
                    format!("`{text}` is not `{only}`")
                } else {
                    format!("`{text}` is not one of {}", suggest::listed(&names))
                };
                let help = meant.map(|meant| format!("did you mean `{meant}`?"));
                self.say(place.clone(), message, help);
            }
            None => self.say(
                place.clone(),
                format!(
                    "expected one of {}, got {}",
                    suggest::listed(&names),
                    shown(node)
                ),
                None,
            ),
        }
    }
}

/// The JSON types a schema takes; all when it names none.
fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind.as_str()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec!["null", "boolean", "number", "string", "array", "object"],
    }
}

fn is_type(node: &Node, kind: &str) -> bool {
    match (&node.value, kind) {
        (Tree::Null, "null")
        | (Tree::Bool(_), "boolean")
        | (Tree::Number(_), "number")
        | (Tree::Text(_), "string")
        | (Tree::List(_), "array")
        | (Tree::Object(_), "object") => true,
        (Tree::Number(number), "integer") => number.is_u64() || number.is_i64(),
        _ => false,
    }
}
