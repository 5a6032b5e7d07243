//! How schemas and values are named in messages.

use serde_json::Value;

use super::super::suggest;
use super::super::tree::{Node, Tree};
use super::union::{branches, words, words_of};
use super::{Shape, types};

impl<'s> Shape<'s> {
    /// What a schema takes, for a message.
    pub(super) fn expected(&self, schema: &'s Value) -> String {
        if let Some(named) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(type_named)
        {
            return named.to_owned();
        }
        let resolved = self.resolve(schema);
        let flat = branches(resolved).map_or_else(|| vec![resolved], |inner| self.flattened(inner));
        let mut said: Vec<String> = flat
            .iter()
            .copied()
            .flat_map(words)
            .map(|word| {
                word.as_str()
                    .map_or_else(|| word.to_string(), |word| format!("`{word}`"))
            })
            .collect();
        for branch in flat.into_iter().filter(|branch| words_of(branch).is_none()) {
            for kind in types(branch) {
                let kind = named(kind).to_owned();
                if !said.contains(&kind) {
                    said.push(kind);
                }
            }
        }
        joined(&said)
    }

    /// An example of what a schema takes, when it has one.
    pub(super) fn example(&self, schema: &'s Value) -> Option<String> {
        let own = first_example(schema);
        let example = own.or_else(|| first_example(self.resolve(schema)))?;
        Some(format!("for example {}", written(example)))
    }

    /// What a field is for, for one who has left it out.
    pub(super) fn meaning(&self, name: &str, schema: &'s Value) -> String {
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

pub(super) fn first_example(schema: &Value) -> Option<&Value> {
    schema.get("examples")?.as_array()?.first()
}

pub(super) fn written(value: &Value) -> String {
    value.to_string()
}

/// A value in a message: itself when it is short, else its kind.
pub(super) fn shown(node: &Node) -> String {
    match &node.value {
        Tree::Text(text) if text.chars().count() <= 40 => format!("the text \"{text}\""),
        Tree::Number(number) => format!("the number {number}"),
        Tree::Bool(truth) => format!("{truth}"),
        _ => node.kind().to_owned(),
    }
}
