//! The types of fields as the page writes them, with links to the sections that tell of them.

use serde_json::{Map, Value};

use super::branches;

/// An object of a union, by its fields: `{"goto": text}`.
pub(super) fn object(branch: &Value, fields: &Map<String, Value>) -> String {
    let required: Vec<&str> = branch
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if fields.contains_key("type") && fields.contains_key("id") {
        let kind = fields.get("type").and_then(|kind| kind.get("const"));
        return format!("`\"type\": {}`", kind.unwrap_or(&Value::Null));
    }
    let compares = fields.contains_key("exists");
    let mut parts = Vec::new();
    for (name, field) in fields {
        if compares && !required.contains(&name.as_str()) {
            continue;
        }
        let optional = if required.contains(&name.as_str()) {
            ""
        } else {
            "?"
        };
        parts.push(format!("`\"{name}\"`{optional}: {}", kind(field)));
    }
    if compares {
        parts.push(format!("{} beside it", link("Op", "comparisons")));
    }
    parts.join(", ")
}

/// The type of a field, with links to the types that have a section.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = referenced(schema) {
        return link(name, &heading(name).to_lowercase());
    }
    if let Some(only) = schema.get("const") {
        return format!("`{only}`");
    }
    if let Some(branches) = branches(schema) {
        if let [one, many] = branches
            && many.get("items") == Some(&without_description(one))
        {
            return format!("{}, or a list", kind(one));
        }
        let parts: Vec<String> = branches.iter().map(kind).collect();
        return parts.join(" or ");
    }
    if let Some(Value::Array(words)) = schema.get("enum") {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        return words.join(" or ");
    }
    match schema.get("type") {
        Some(Value::String(name)) if name == "array" => match schema.get("prefixItems") {
            Some(Value::Array(items)) => {
                let items: Vec<String> = items.iter().map(kind).collect();
                format!("[{}]", items.join(", "))
            }
            _ => format!(
                "list of {}",
                schema.get("items").map(kind).unwrap_or_default()
            ),
        },
        Some(Value::String(name)) if name == "object" => {
            match schema
                .get("additionalProperties")
                .filter(|other| other.is_object())
            {
                Some(other) => format!("{} by name", kind(other)),
                None => "object".to_owned(),
            }
        }
        Some(Value::String(name)) => named(name).to_owned(),
        Some(Value::Array(names)) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).map(named).collect();
            names.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

pub(super) fn without_description(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(object) = &mut schema {
        object.remove("description");
    }
    schema
}

pub(super) fn named(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "true or false",
        other => other,
    }
}

pub(super) fn referenced(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

pub(super) fn link(name: &str, said: &str) -> String {
    format!(
        "[{said}](#{})",
        heading(name).to_lowercase().replace(' ', "-")
    )
}

/// `StepKind` is `Step kind`.
pub(super) fn heading(name: &str) -> String {
    let mut heading = String::new();
    for (place, c) in name.chars().enumerate() {
        if c.is_uppercase() && place > 0 {
            heading.push(' ');
            heading.extend(c.to_lowercase());
        } else {
            heading.push(c);
        }
    }
    heading
}
