//! Conditions that can be proved never to hold.
//!
//! Only what follows from the condition alone is claimed: contradictions among the parts of an `all`, comparisons that
//! exclude each other, lists that are empty. Where nothing is proved the condition may still never hold.

use std::collections::BTreeMap;

use crate::condition::{Condition, Op};
use crate::value::Value;

/// Why the condition can never hold, when that can be proved.
#[must_use]
pub fn reason(condition: &Condition) -> Option<String> {
    let mut parts = Vec::new();
    flatten(condition, &mut parts);
    parts
        .iter()
        .find_map(|part| alone(part))
        .or_else(|| together(&parts))
}

/// The parts of nested `all`s, all of which must hold.
fn flatten<'c>(condition: &'c Condition, parts: &mut Vec<&'c Condition>) {
    match condition {
        Condition::All(all) => {
            for part in all {
                flatten(part, parts);
            }
        }
        other => parts.push(other),
    }
}

fn alone(condition: &Condition) -> Option<String> {
    match condition {
        Condition::Any(parts) if parts.is_empty() => Some("`any` has nothing in it".to_owned()),
        Condition::Any(parts) => {
            let mut reasons = parts.iter().map(reason);
            let first = reasons.next()??;
            reasons.all(|reason| reason.is_some()).then_some(first)
        }
        Condition::Not(inner) => always(inner).then(|| "what `not` denies always holds".to_owned()),
        Condition::Stage(list)
        | Condition::Band(list)
        | Condition::Page(list)
        | Condition::Locale(list)
            if list.is_empty() =>
        {
            Some("a list of what it may be is empty".to_owned())
        }
        Condition::Device(list) if list.is_empty() => {
            Some("a list of what it may be is empty".to_owned())
        }
        Condition::Time(window) => match (window.after, window.before) {
            (Some(after), Some(before)) if after >= before => {
                Some(format!("it ends at {before}, before it begins at {after}"))
            }
            _ => None,
        },
        Condition::Health(op) => excluded(&[op], Some((0.0, 100.0))),
        Condition::Feature(uses) => excluded(&[&uses.count], Some((0.0, f64::INFINITY))),
        _ => None,
    }
}

fn always(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(always),
        Condition::Any(parts) => parts.iter().any(always),
        Condition::Not(inner) => reason(inner).is_some(),
        _ => false,
    }
}

/// Parts that exclude each other.
fn together(parts: &[&Condition]) -> Option<String> {
    let mut ops: BTreeMap<String, Vec<&Op>> = BTreeMap::new();
    let mut lists: BTreeMap<&str, Vec<&[String]>> = BTreeMap::new();
    for part in parts {
        match part {
            Condition::User(name, op) => ops
                .entry(format!("the user's `{name}`"))
                .or_default()
                .push(op),
            Condition::Account(name, op) => {
                ops.entry(format!("the account's `{name}`"))
                    .or_default()
                    .push(op);
            }
            Condition::Answer(name, op) => ops
                .entry(format!("the answer `{name}`"))
                .or_default()
                .push(op),
            Condition::Health(op) => ops.entry("the score".to_owned()).or_default().push(op),
            Condition::Feature(uses) => {
                let key = format!(
                    "the count of `{}`{}{}",
                    uses.feature,
                    uses.within
                        .map(|within| format!(" within {within}"))
                        .unwrap_or_default(),
                    match uses.by {
                        crate::condition::By::User => "",
                        crate::condition::By::Account => " by the account",
                    }
                );
                ops.entry(key).or_default().push(&uses.count);
            }
            Condition::Stage(stages) => lists.entry("stages").or_default().push(stages),
            Condition::Band(bands) => lists.entry("bands").or_default().push(bands),
            _ => {}
        }
    }
    for (what, lists) in lists {
        if disjoint(&lists) {
            return Some(format!("its parts name {what} that exclude each other"));
        }
    }
    for (what, ops) in ops {
        if let Some(reason) = excluded(&ops, None) {
            return Some(format!("{what}: {reason}"));
        }
    }
    for part in parts {
        if let Condition::Not(denied) = part
            && parts.iter().any(|other| **other == **denied)
        {
            return Some("it asks for something and for its opposite".to_owned());
        }
    }
    None
}

fn disjoint(lists: &[&[String]]) -> bool {
    match lists {
        [] | [_] => false,
        [first, rest @ ..] => !first
            .iter()
            .any(|name| rest.iter().all(|list| list.contains(name))),
    }
}

/// Why no value satisfies all of these comparisons; `range` is what the value can be at all.
fn excluded(ops: &[&Op], range: Option<(f64, f64)>) -> Option<String> {
    if ops.iter().any(|op| op.exists == Some(false)) && ops.iter().any(|op| asks_for_a_value(op)) {
        return Some("it must not exist and yet have a value".to_owned());
    }
    let (mut low, mut low_open) = (range.map_or(f64::NEG_INFINITY, |(low, _)| low), false);
    let (mut high, mut high_open) = (range.map_or(f64::INFINITY, |(_, high)| high), false);
    for op in ops {
        for (bound, open) in [(&op.gt, true), (&op.gte, false)] {
            if let Some(at) = number(bound)
                && (at > low || (at == low && open))
            {
                (low, low_open) = (at, open);
            }
        }
        for (bound, open) in [(&op.lt, true), (&op.lte, false)] {
            if let Some(at) = number(bound)
                && (at < high || (at == high && open))
            {
                (high, high_open) = (at, open);
            }
        }
    }
    if low > high || (low == high && (low_open || high_open)) {
        return Some("no number is both above the one bound and below the other".to_owned());
    }
    let outside = |value: &Value| {
        value.as_number().is_some_and(|n| {
            n < low || n > high || (n == low && low_open) || (n == high && high_open)
        })
    };
    let mut allowed: Option<Vec<&Value>> = None;
    for op in ops {
        let mut lists: Vec<Vec<&Value>> = Vec::new();
        if !op.is.is_empty() {
            lists.push(op.is.iter().collect());
        }
        if let Some(only) = &op.eq {
            lists.push(vec![only]);
        }
        for list in lists {
            allowed = Some(match allowed {
                Some(before) => before
                    .into_iter()
                    .filter(|value| list.contains(value))
                    .collect(),
                None => list,
            });
        }
    }
    let left = allowed.map(|values| {
        values
            .into_iter()
            .filter(|value| !outside(value) && !ops.iter().any(|op| op.not.contains(value)))
            .count()
    });
    (left == Some(0)).then(|| "the values it may have exclude each other".to_owned())
}

fn asks_for_a_value(op: &Op) -> bool {
    op.exists == Some(true)
        || !op.is.is_empty()
        || [&op.gt, &op.gte, &op.lt, &op.lte, &op.eq, &op.contains]
            .iter()
            .any(|bound| bound.is_some())
}

fn number(value: &Option<Value>) -> Option<f64> {
    value.as_ref().and_then(Value::as_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Option<&str>) {
        let condition = serde_json::from_str(json).expect(json);
        let reason = reason(&condition);
        assert_eq!(reason.is_some(), expected.is_some(), "{json}: {reason:?}");
        if let (Some(reason), Some(expected)) = (reason, expected) {
            assert!(reason.contains(expected), "{json}: {reason}");
        }
    }

    #[test]
    fn contradictions_are_found() {
        for (json, expected) in [
            (r#"{"any":[]}"#, Some("nothing in it")),
            (r#"{"all":[]}"#, None),
            (r#"{"not":{"all":[]}}"#, Some("always holds")),
            (r#"{"stage":[]}"#, Some("empty")),
            (r#"{"all":[{"stage":["a","b"]},{"stage":["b","c"]}]}"#, None),
            (
                r#"{"all":[{"stage":["a"]},{"all":[{"stage":["b"]}]}]}"#,
                Some("stages"),
            ),
            (r#"{"any":[{"any":[]},{"stage":["a"]}]}"#, None),
            (
                r#"{"any":[{"any":[]},{"stage":[]}]}"#,
                Some("nothing in it"),
            ),
            (r#"{"account":"seats","gte":5,"lt":5}"#, Some("no number")),
            (r#"{"account":"seats","gte":5,"lte":5}"#, None),
            (
                r#"{"all":[{"account":"seats","gt":5},{"account":"seats","lt":3}]}"#,
                Some("seats"),
            ),
            (
                r#"{"all":[{"user":"role","is":["a","b"]},{"user":"role","is":"c"}]}"#,
                Some("role"),
            ),
            (r#"{"user":"role","is":["a"],"not":["a"]}"#, Some("role")),
            (
                r#"{"user":"role","exists":false,"is":"a"}"#,
                Some("not exist"),
            ),
            (r#"{"user":"role","exists":false,"not":"a"}"#, None),
            (r#"{"feature":"x","count":{"lt":0}}"#, Some("no number")),
            (r#"{"health":{"gt":100}}"#, Some("no number")),
            (
                r#"{"all":[{"feature":"x","count":{"gte":3}},{"feature":"x","count":{"eq":0}}]}"#,
                Some("count of `x`"),
            ),
            (
                r#"{"all":[{"feature":"x","count":{"gte":3}},{"feature":"x","count":{"eq":0},"within":"7d"}]}"#,
                None,
            ),
            (
                r#"{"all":[{"segment":"paid"},{"not":{"segment":"paid"}}]}"#,
                Some("opposite"),
            ),
            (
                r#"{"time":{"after":"2026-02-01T00:00:00Z","before":"2026-01-01T00:00:00Z"}}"#,
                Some("before it begins"),
            ),
            (
                r#"{"account":"since","gte":"2026-02-01","lt":"2026-01-01"}"#,
                None,
            ),
        ] {
            check(json, expected);
        }
    }
}
