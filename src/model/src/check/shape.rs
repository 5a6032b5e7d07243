//! Whether a value has the shape its schema says.
//!
//! The schema is the one generated from the Rust types, so what passes here can be read into them. Unlike a general
//! validator it says of a union what was probably meant: the branch is picked by the field that tells branches apart.

use serde_json::{Map, Value};

use super::place::Place;
use super::suggest;
use super::tree::{Node, Tree};
use crate::time::Timestamp;

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
            && !fits(pattern, text)
        {
            let said = schema.get("description").and_then(Value::as_str);
            let help = said
                .filter(|_| pattern_is_named(pattern).is_none())
                .map(str::to_owned)
                .or_else(|| pattern_is_named(pattern).map(str::to_owned));
            self.say(
                place.clone(),
                format!("`{text}` is not written as it should be"),
                help,
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

    fn union(&mut self, schema: &'s Value, branches: &'s [Value], node: &Node, place: &Place) {
        let flat = self.flattened(branches);
        match &node.value {
            Tree::Object(_) => self.object_union(schema, &flat, node, place),
            Tree::Text(_) => {
                let words: Vec<&Value> = flat.iter().copied().flat_map(words).collect();
                let open: Vec<&'s Value> = of_type(&flat, node);
                match open.as_slice() {
                    [] if words.is_empty() => self.wrong_type(schema, node, place),
                    [] => self.one_of(&words, node, place),
                    _ if words.iter().any(|word| node.to_json() == **word) => {}
                    [only, ..] => self.value(only, node, place),
                }
            }
            _ => match of_type(&flat, node).as_slice() {
                [] => self.wrong_type(schema, node, place),
                open => self.best(open, node, place),
            },
        }
    }

    /// The branches of a union, those of unions in it included.
    fn flattened(&self, branches: &'s [Value]) -> Vec<&'s Value> {
        let mut flat = Vec::new();
        let mut open: Vec<&'s Value> = branches.iter().rev().collect();
        while let Some(branch) = open.pop() {
            let resolved = self.resolve(branch);
            match self::branches(resolved) {
                Some(inner) => open.extend(inner.iter().rev()),
                None => flat.push(resolved),
            }
        }
        flat
    }

    fn object_union(&mut self, schema: &'s Value, flat: &[&'s Value], node: &Node, place: &Place) {
        let objects: Vec<&'s Value> = flat
            .iter()
            .copied()
            .filter(|branch| types(branch).contains(&"object"))
            .collect();
        match objects.as_slice() {
            [] => self.wrong_type(schema, node, place),
            [only] => self.value(only, node, place),
            [first, ..] => match tag_of(first, &objects) {
                Some(tag) => self.tagged(tag, &objects, node, place),
                None => self.keyed(&objects, node, place),
            },
        }
    }

    /// A union told apart by the value of one field, such as `kind`.
    fn tagged(&mut self, tag: &str, objects: &[&'s Value], node: &Node, place: &Place) {
        let values: Vec<&Value> = objects
            .iter()
            .filter_map(|branch| branch.pointer(&format!("/properties/{tag}/const")))
            .collect();
        let Some(given) = node.field(tag) else {
            let names: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
            let near = node
                .fields()
                .iter()
                .find(|field| suggest::nearest(&field.name, [tag]).is_some());
            let help = match near {
                Some(field) => format!("did you mean it by `{}`?", field.name),
                None => format!("add `\"{tag}\"`: one of {}", suggest::listed(&names)),
            };
            self.say(
                place.clone(),
                format!("the field `{tag}` is missing"),
                Some(help),
            );
            return;
        };
        let json = given.to_json();
        match objects
            .iter()
            .find(|branch| branch.pointer(&format!("/properties/{tag}/const")) == Some(&json))
        {
            Some(branch) => self.value(branch, node, place),
            None => self.one_of(&values, given, &place.field(tag)),
        }
    }

    /// A union told apart by which field is there: the first of the required ones names the branch.
    fn keyed(&mut self, objects: &[&'s Value], node: &Node, place: &Place) {
        let keys: Vec<&str> = objects.iter().filter_map(|branch| key_of(branch)).collect();
        let named: Vec<&'s Value> = objects
            .iter()
            .copied()
            .filter(|branch| key_of(branch).is_some_and(|key| node.field(key).is_some()))
            .collect();
        if let [first, second, ..] = named.as_slice() {
            let before = self.found.len();
            self.best(&named, node, place);
            if self.found.len() > before
                && let (Some(first), Some(second)) = (key_of(first), key_of(second))
            {
                self.found.truncate(before);
                self.say(
                    place.name(second),
                    format!("both `{first}` and `{second}` say what this is"),
                    Some(if keys.contains(&"all") {
                        "join two conditions by `{\"all\": [{…}, {…}]}`".to_owned()
                    } else {
                        "keep one of them".to_owned()
                    }),
                );
            }
            return;
        }
        if let [only] = named.as_slice() {
            self.value(only, node, place);
            return;
        }
        let meant = node.fields().iter().find_map(|field| {
            suggest::nearest(&field.name, keys.iter().copied()).map(|key| (field, key))
        });
        match meant {
            Some((field, key)) => self.say(
                place.name(&field.name),
                format!("unknown field `{}`", field.name),
                Some(format!("did you mean `{key}`?")),
            ),
            None => {
                let at = node
                    .fields()
                    .first()
                    .map_or_else(|| place.clone(), |field| place.name(&field.name));
                self.say(
                    at,
                    "none of the fields says what this is".to_owned(),
                    Some(format!("use one of {}", suggest::listed(&keys))),
                );
            }
        }
    }

    /// The branch with the fewest misfits.
    fn best(&mut self, branches: &[&'s Value], node: &Node, place: &Place) {
        let mut best: Option<Vec<Misfit>> = None;
        for branch in branches {
            let mut trial = Shape {
                defs: self.defs,
                found: Vec::new(),
            };
            trial.value(branch, node, place);
            if best
                .as_ref()
                .is_none_or(|best| trial.found.len() < best.len())
            {
                best = Some(trial.found);
            }
        }
        self.found.extend(best.unwrap_or_default());
    }

    /// What a schema takes, for a message.
    fn expected(&self, schema: &'s Value) -> String {
        if let Some(named) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(type_named)
        {
            return named.to_owned();
        }
        let resolved = self.resolve(schema);
        let kinds: Vec<&str> = match branches(resolved) {
            Some(branches) => {
                let flat = self.flattened(branches);
                let words: Vec<&str> = flat
                    .iter()
                    .copied()
                    .flat_map(words)
                    .filter_map(Value::as_str)
                    .collect();
                let mut kinds: Vec<&str> = Vec::new();
                for branch in flat {
                    if words_of(branch).is_some() {
                        continue;
                    }
                    for kind in types(branch) {
                        if !kinds.contains(&kind) {
                            kinds.push(kind);
                        }
                    }
                }
                let mut said: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                said.extend(kinds.iter().map(|kind| named(kind).to_owned()));
                return joined(&said);
            }
            None => types(resolved),
        };
        joined(
            &kinds
                .iter()
                .map(|kind| named(kind).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    fn example(&self, schema: &'s Value) -> Option<String> {
        let own = first_example(schema);
        let example = own.or_else(|| first_example(self.resolve(schema)))?;
        Some(format!("for example {}", written(example)))
    }

    /// What a field is for, for one who has left it out.
    fn meaning(&self, name: &str, schema: &'s Value) -> String {
        let example = first_example(schema)
            .or_else(|| first_example(self.resolve(schema)))
            .or_else(|| schema.get("const"));
        let said = schema
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let first = said.split_once(". ").map_or(said, |(first, _)| first);
        let first = first.trim_end_matches('.');
        let words: Vec<&str> = branches(self.resolve(schema))
            .map(|branches| self.flattened(branches))
            .unwrap_or_default()
            .into_iter()
            .flat_map(words)
            .filter_map(Value::as_str)
            .collect();
        match example {
            None if !words.is_empty() => format!("add it: one of {}", suggest::listed(&words)),
            Some(example) if first.is_empty() => format!("add `\"{name}\": {}`", written(example)),
            Some(example) => {
                format!(
                    "{}: for example `\"{name}\": {}`",
                    lowered(first),
                    written(example)
                )
            }
            None => lowered(first),
        }
    }
}

fn lowered(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), text.chars().nth(1)) {
        // An acronym stays as it is.
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

fn joined(words: &[String]) -> String {
    match words {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn branches(schema: &Value) -> Option<&[Value]> {
    schema
        .get("oneOf")
        .or_else(|| schema.get("anyOf"))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
}

/// The JSON types a schema takes; all when it names none.
fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind.as_str()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec!["null", "boolean", "number", "string", "array", "object"],
    }
}

/// What people call a type that is written as an object or a text.
fn type_named(path: &str) -> Option<&'static str> {
    match path.strip_prefix("#/$defs/")? {
        "Text" => Some("a text for each language"),
        "Condition" => Some("a condition"),
        "Target" => Some("a target"),
        "Period" => Some("a length of time"),
        "Timestamp" => Some("a time"),
        _ => None,
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

fn named(kind: &str) -> &str {
    match kind {
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a text",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

/// The words of a branch that takes only words.
fn words_of(branch: &Value) -> Option<Vec<&Value>> {
    if let Some(word) = branch.get("const") {
        return Some(vec![word]);
    }
    branch
        .get("enum")
        .and_then(Value::as_array)
        .map(|words| words.iter().collect())
}

fn words(branch: &Value) -> Vec<&Value> {
    words_of(branch).unwrap_or_default()
}

/// The branches that take values of this type, not only certain words.
fn of_type<'s>(branches: &[&'s Value], node: &Node) -> Vec<&'s Value> {
    branches
        .iter()
        .copied()
        .filter(|branch| {
            words_of(branch).is_none() && types(branch).iter().any(|kind| is_type(node, kind))
        })
        .collect()
}

/// The field of which every branch fixes the value.
fn tag_of<'s>(first: &'s Value, objects: &[&Value]) -> Option<&'s str> {
    let candidates = first.get("properties")?.as_object()?;
    candidates
        .iter()
        .filter(|(_, schema)| schema.get("const").is_some_and(Value::is_string))
        .map(|(name, _)| name.as_str())
        .find(|name| {
            objects.iter().all(|branch| {
                branch
                    .pointer(&format!("/properties/{name}/const"))
                    .is_some()
            })
        })
}

fn key_of(branch: &Value) -> Option<&str> {
    branch.get("required")?.as_array()?.first()?.as_str()
}

fn first_example(schema: &Value) -> Option<&Value> {
    schema.get("examples")?.as_array()?.first()
}

fn written(value: &Value) -> String {
    value.to_string()
}

/// A value in a message: itself when it is short, else its kind.
fn shown(node: &Node) -> String {
    match &node.value {
        Tree::Text(text) if text.chars().count() <= 40 => format!("the text \"{text}\""),
        Tree::Number(number) => format!("the number {number}"),
        Tree::Bool(truth) => format!("{truth}"),
        _ => node.kind().to_owned(),
    }
}

/// What the patterns in the schema are called; each has its own small matcher, so that no regular expressions are
/// needed. A test holds that there is no other pattern.
fn pattern_is_named(pattern: &str) -> Option<&'static str> {
    PATTERNS
        .iter()
        .find(|(known, ..)| *known == pattern)
        .map(|(_, name, _)| *name)
}

fn fits(pattern: &str, text: &str) -> bool {
    PATTERNS
        .iter()
        .find(|(known, ..)| *known == pattern)
        .is_none_or(|(_, _, matches)| matches(text))
}

type Pattern = (&'static str, &'static str, fn(&str) -> bool);

/// Every pattern of the schema, its help and its meaning.
pub(super) const PATTERNS: [Pattern; 3] = [
    (
        crate::config::workspace::ID_PATTERN,
        "an id has letters, digits, `.`, `_` and `-`, and begins with a letter or a digit",
        |text| {
            text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        },
    ),
    (
        "^[0-9]+(ms|s|m|h|d|w)$",
        "a length of time is a whole number and a unit: `250ms`, `6s`, `30m`, `12h`, `28d` or `2w`",
        |text| crate::time::Period::parse(text).is_some(),
    ),
    (
        "^[1-9][0-9]{0,4}/[1-9][0-9]{0,4}$",
        "a ratio is written as `16/9`",
        |text| {
            text.split_once('/').is_some_and(|(width, height)| {
                [width, height].iter().all(|part| {
                    (1..=5).contains(&part.len())
                        && part.bytes().all(|b| b.is_ascii_digit())
                        && !part.starts_with('0')
                })
            })
        },
    ),
];
