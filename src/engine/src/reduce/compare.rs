//! Comparisons of one value.

use std::cmp::Ordering;

use banso_model::condition::Op;
use banso_model::value::Value;

/// Whether a value (none when it is unknown; null is none) satisfies every comparison of `op`.
///
/// Numbers compare as numbers and texts by their characters; a comparison between kinds does not hold. An unknown value
/// satisfies only `not` and `exists: false`.
#[must_use]
pub fn holds(op: &Op, value: Option<&Value>) -> bool {
    let value = value.filter(|value| **value != Value::Null);
    let Some(value) = value else {
        return op.is.is_empty()
            && op.gt.is_none()
            && op.gte.is_none()
            && op.lt.is_none()
            && op.lte.is_none()
            && op.eq.is_none()
            && op.contains.is_none()
            && op.exists != Some(true);
    };
    let ordered = |bound: &Option<Value>, wanted: fn(Ordering) -> bool| {
        bound
            .as_ref()
            .is_none_or(|bound| order(value, bound).is_some_and(wanted))
    };
    (op.is.is_empty() || op.is.contains(value))
        && !op.not.contains(value)
        && ordered(&op.gt, Ordering::is_gt)
        && ordered(&op.gte, Ordering::is_ge)
        && ordered(&op.lt, Ordering::is_lt)
        && ordered(&op.lte, Ordering::is_le)
        && op.eq.as_ref().is_none_or(|other| other == value)
        && op
            .contains
            .as_ref()
            .is_none_or(|part| contains(value, part))
        && op.exists != Some(false)
}

fn order(value: &Value, bound: &Value) -> Option<Ordering> {
    match (value, bound) {
        (Value::Number(value), Value::Number(bound)) => value.partial_cmp(bound),
        (Value::Text(value), Value::Text(bound)) => Some(value.cmp(bound)),
        _ => None,
    }
}

fn contains(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Text(text), Value::Text(part)) => has_part(text, part),
        (Value::List(list), part) => list.contains(part),
        _ => false,
    }
}

/// Whether `part` is in `text`. What the standard library does faster for long texts, at two kilobytes of the widget.
#[must_use]
pub fn has_part(text: &str, part: &str) -> bool {
    // A part of text is a part of its bytes: no character's bytes begin within another's.
    part.is_empty()
        || text
            .as_bytes()
            .windows(part.len())
            .any(|window| window == part.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(op: &str, value: &str, expected: bool) {
        let op: Op = serde_json::from_str(op).expect(op);
        let value: Value = serde_json::from_str(value).expect(value);
        assert_eq!(holds(&op, Some(&value)), expected, "{op:?} {value:?}");
    }

    #[test]
    fn values_compare_within_their_kind() {
        for (op, value, expected) in [
            (r#"{"is":"admin"}"#, r#""admin""#, true),
            (r#"{"is":["admin","editor"]}"#, r#""editor""#, true),
            (r#"{"is":["admin","editor"]}"#, r#""viewer""#, false),
            (r#"{"is":1}"#, "1.0", true),
            (r#"{"is":1}"#, r#""1""#, false),
            (r#"{"is":true}"#, "true", true),
            (r#"{"not":"admin"}"#, r#""viewer""#, true),
            (r#"{"not":"admin"}"#, r#""admin""#, false),
            (r#"{"gte":20}"#, "20", true),
            (r#"{"gt":20}"#, "20", false),
            (r#"{"gte":5,"lt":10}"#, "9.5", true),
            (r#"{"gte":5,"lt":10}"#, "10", false),
            (r#"{"gte":5}"#, r#""9""#, false),
            (r#"{"lt":5}"#, "true", false),
            (r#"{"gte":"2026-11-01"}"#, r#""2026-11-21""#, true),
            (r#"{"lte":"2026-11-01"}"#, r#""2026-11-21""#, false),
            (r#"{"eq":0}"#, "0", true),
            (r#"{"contains":"@example"}"#, r#""a@example.com""#, true),
            (r#"{"contains":"beta"}"#, r#"["alpha","beta"]"#, true),
            (r#"{"contains":"bet"}"#, r#"["alpha","beta"]"#, false),
            (r#"{"contains":"ート"}"#, r#""レポート""#, true),
            (r#"{"contains":"レポート"}"#, r#""ポート""#, false),
            (r#"{"contains":""}"#, r#""a""#, true),
            (r#"{"contains":2}"#, "2", false),
            (r#"{"exists":true}"#, "false", true),
            (r#"{"exists":false}"#, "0", false),
        ] {
            check(op, value, expected);
        }
    }

    #[test]
    fn what_is_unknown_satisfies_only_not_and_exists_false() {
        for (op, expected) in [
            (r#"{"is":"admin"}"#, false),
            (r#"{"not":"admin"}"#, true),
            (r#"{"gt":1}"#, false),
            (r#"{"gte":1}"#, false),
            (r#"{"lt":1}"#, false),
            (r#"{"lte":1}"#, false),
            (r#"{"eq":1}"#, false),
            (r#"{"contains":"a"}"#, false),
            (r#"{"exists":true}"#, false),
            (r#"{"exists":false}"#, true),
            (r#"{"not":"admin","exists":true}"#, false),
        ] {
            check(op, "null", expected);
            let op: Op = serde_json::from_str(op).expect(op);
            assert_eq!(holds(&op, None), expected, "{op:?}");
        }
    }
}
