//! JSON with the place of every value in its file.

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Map, Number, Value};

/// Deepest nesting of a file. It keeps everything that walks a value within any stack.
pub const DEPTH: usize = 32;

/// A value and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From its first byte to behind its last.
    pub span: Range<usize>,
    /// What it is.
    pub value: Tree,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object; its fields as they are written, doubles included.
    Object(Vec<Field>),
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where the name stands, quotes included.
    pub name_span: Range<usize>,
    /// Its value.
    pub value: Node,
}

/// Why a file is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where it was noticed.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<&'static str>,
}

/// Reads strict JSON: no comments, no trailing commas, nothing that `serde_json` would refuse.
///
/// # Errors
/// The first thing that is no JSON.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| syntax_error(&error, text))?;
    let Some(value) = parsed.value else {
        return Err(SyntaxError {
            span: 0..text.len().min(1),
            message: "the file is empty".to_owned(),
            help: Some("a file holds one JSON object"),
        });
    };
    node(value, 0)
}

fn syntax_error(error: &ParseError, text: &str) -> SyntaxError {
    let range = error.range();
    let start = range.start.min(text.len());
    let (message, help) = match error.kind() {
        ParseErrorKind::CommentsNotAllowed => (
            "comments are not part of JSON".to_owned(),
            Some("remove the comment; what it says may fit into a commit message"),
        ),
        ParseErrorKind::TrailingCommasNotAllowed => (
            "a comma before a closing bracket is not part of JSON".to_owned(),
            Some("remove the comma"),
        ),
        ParseErrorKind::ExpectedComma => (
            "a comma is missing".to_owned(),
            Some("put a comma after the value before this"),
        ),
        ParseErrorKind::SingleQuotedStringsNotAllowed => (
            "texts stand between double quotes".to_owned(),
            Some("use \" instead of '"),
        ),
        ParseErrorKind::ExpectedStringObjectProperty => (
            "the name of a field stands between double quotes".to_owned(),
            Some("for example `\"version\": 1`"),
        ),
        ParseErrorKind::NestingDepthExceeded => too_deep(),
        kind => (lowered(&kind.to_string()), None),
    };
    SyntaxError {
        span: start..range.end.clamp(start, text.len()),
        message,
        help,
    }
}

fn too_deep() -> (String, Option<&'static str>) {
    (
        format!("nested deeper than {DEPTH} levels"),
        Some("name parts of the condition as segments"),
    )
}

fn lowered(message: &str) -> String {
    let mut chars = message.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

fn node(value: ast::Value<'_>, depth: usize) -> Result<Node, SyntaxError> {
    let range = value.range();
    let span = range.start..range.end;
    if depth > DEPTH {
        let (message, help) = too_deep();
        return Err(SyntaxError {
            span,
            message,
            help,
        });
    }
    let value = match value {
        ast::Value::NullKeyword(_) => Tree::Null,
        ast::Value::BooleanLit(literal) => Tree::Bool(literal.value),
        ast::Value::StringLit(literal) => Tree::Text(literal.value.into_owned()),
        ast::Value::NumberLit(literal) => match serde_json::from_str(literal.value) {
            Ok(number) => Tree::Number(number),
            Err(_) => {
                return Err(SyntaxError {
                    span,
                    message: format!("`{}` is not a number", literal.value),
                    help: None,
                });
            }
        },
        ast::Value::Array(array) => Tree::List(
            array
                .elements
                .into_iter()
                .map(|element| node(element, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        ast::Value::Object(object) => Tree::Object(
            object
                .properties
                .into_iter()
                .map(|property| field(property, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
    };
    Ok(Node { span, value })
}

fn field(property: ast::ObjectProp<'_>, depth: usize) -> Result<Field, SyntaxError> {
    let range = property.name.range();
    Ok(Field {
        name: property.name.into_string(),
        name_span: range.start..range.end,
        value: node(property.value, depth)?,
    })
}

impl Node {
    /// The fields, when this is an object.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match &self.value {
            Tree::Object(fields) => fields,
            _ => &[],
        }
    }

    /// The value of a field, when this is an object that has it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields()
            .iter()
            .find(|field| field.name == name)
            .map(|field| &field.value)
    }

    /// The text, when this is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same without places. Of doubled fields the last one stays, as everywhere.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.value {
            Tree::Null => Value::Null,
            Tree::Bool(truth) => Value::Bool(*truth),
            Tree::Number(number) => Value::Number(number.clone()),
            Tree::Text(text) => Value::String(text.clone()),
            Tree::List(list) => Value::Array(list.iter().map(Self::to_json).collect()),
            Tree::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|field| (field.name.clone(), field.value.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// What it is, for a message.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.value {
            Tree::Null => "null",
            Tree::Bool(_) => "true or false",
            Tree::Number(_) => "a number",
            Tree::Text(_) => "a text",
            Tree::List(_) => "a list",
            Tree::Object(_) => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_json_is_placed() {
        for (text, span, message) in [
            ("", 0..0, "the file is empty"),
            ("{\"a\": 1,}", 7..8, "a comma before a closing bracket"),
            ("{\"a\": 1 \"b\": 2}", 7..7, "a comma is missing"),
            ("// x\n{}", 0..4, "comments are not part of JSON"),
            ("{'a': 1}", 1..2, "texts stand between double quotes"),
            ("[1", 0..2, "unterminated array"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.message.starts_with(message), "{text}: {error:?}");
            assert_eq!(error.span, span, "{text}: {error:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        for levels in [40, 600, 100_000] {
            let error = parse(&"[".repeat(levels)).expect_err("too deep or unterminated");
            assert!(!error.message.is_empty());
        }
        let error = parse(&("[".repeat(40) + &"]".repeat(40))).expect_err("too deep");
        assert_eq!(error.message, "nested deeper than 32 levels");
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_reads(text in r#"([\[\]{},:" \n0-9eE+.\-a]|"[a-z]"|null|true|\\u[0-9d]{4}|é){0,24}"#) {
            let theirs = serde_json::from_str::<Value>(&text);
            let ours = parse(&text);
            match (ours, theirs) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours.to_json(), theirs),
                (Ok(ours), Err(theirs)) => prop_assert!(false, "only here: {:?} {}", ours, theirs),
                // Doubled fields and lone surrogates are the only things on which the two may differ.
                (Err(_), _) => {}
            }
        }
    }
}
