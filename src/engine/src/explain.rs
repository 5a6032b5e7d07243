//! Why a condition holds or does not, clause by clause, for `banso explain` and the console.

use std::fmt::Write;

use banso_model::condition::{By, Condition, FeatureUse, GuideState, Op, TimeWindow};
use banso_model::target::{ElementState, Target};
use banso_model::value::Value;

use crate::reduce::{Facts, Known, Opened, Reduced, is_open, within};

/// What a clause comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// It is decided elsewhere: what is left of it goes to the browser.
    Open,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Open => "open",
        }
    }
}

/// One clause of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Where it is in the condition: `/all/0/not`; a segment's rule is below its id, `/all/1/paid`.
    pub path: String,
    /// What it asks, in words.
    pub text: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// What is known of what it asks about: the attribute's value, the number of uses.
    pub value: Option<String>,
}

/// Every clause of a condition, each before the clauses it is made of.
#[must_use]
pub fn explain<F: Facts + ?Sized>(condition: &Condition, facts: &F) -> Vec<Clause> {
    let mut clauses = Vec::new();
    walk(condition, facts, "", None, &mut clauses);
    clauses
}

fn walk<F: Facts + ?Sized>(
    condition: &Condition,
    facts: &F,
    path: &str,
    opened: Option<&Opened<'_>>,
    clauses: &mut Vec<Clause>,
) {
    clauses.push(Clause {
        path: path.to_owned(),
        text: words(condition),
        outcome: match within(condition, facts, opened) {
            Reduced::True => Outcome::Holds,
            Reduced::False => Outcome::Fails,
            Reduced::Rest(_) => Outcome::Open,
        },
        value: value(condition, facts),
    });
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            let name = if matches!(condition, Condition::All(_)) {
                "all"
            } else {
                "any"
            };
            for (at, part) in parts.iter().enumerate() {
                walk(part, facts, &format!("{path}/{name}/{at}"), opened, clauses);
            }
        }
        Condition::Not(part) => walk(part, facts, &format!("{path}/not"), opened, clauses),
        Condition::Segment(id) => {
            if let Known::Is(rule) = facts.segment(id)
                && !is_open(opened, id)
            {
                let opened = Opened {
                    segment: id,
                    outer: opened,
                };
                walk(rule, facts, &format!("{path}/{id}"), Some(&opened), clauses);
            }
        }
        _ => {}
    }
}

/// What is known of what a clause asks about.
fn value<F: Facts + ?Sized>(condition: &Condition, facts: &F) -> Option<String> {
    let attribute = |known: Known<&Value>| match known {
        Known::Is(value) => Some(written(value)),
        Known::Absent => Some("unknown".to_owned()),
        Known::Elsewhere => None,
    };
    let text = |known: Known<&str>| match known {
        Known::Is(text) => Some(text.to_owned()),
        Known::Absent => Some("none".to_owned()),
        Known::Elsewhere => None,
    };
    match condition {
        Condition::User(name, _) => attribute(facts.user(name)),
        Condition::Account(name, _) => attribute(facts.account(name)),
        Condition::Answer(question, _) => attribute(facts.answer(question)),
        Condition::Stage(_) => text(facts.stage()),
        Condition::Band(_) => text(facts.band()),
        Condition::Locale(_) => text(facts.locale()),
        Condition::Health(_) => match facts.health() {
            Known::Is(score) => Some(written(&Value::Number(score))),
            Known::Absent => Some("not enough data".to_owned()),
            Known::Elsewhere => None,
        },
        Condition::Feature(uses) => match facts.feature(uses) {
            Known::Is(count) => Some(count.to_string()),
            Known::Absent => Some("0".to_owned()),
            Known::Elsewhere => None,
        },
        Condition::Time(_) => match facts.now() {
            Known::Is(now) => Some(now.to_string()),
            Known::Absent | Known::Elsewhere => None,
        },
        _ => None,
    }
}

/// What a clause asks, in words.
#[must_use]
pub fn words(condition: &Condition) -> String {
    match condition {
        Condition::All(parts) if parts.is_empty() => "always".to_owned(),
        Condition::All(_) => "every one of".to_owned(),
        Condition::Any(parts) if parts.is_empty() => "never".to_owned(),
        Condition::Any(_) => "at least one of".to_owned(),
        Condition::Not(_) => "not".to_owned(),
        Condition::User(name, op) => format!("the user's {name} {}", comparisons(op)),
        Condition::Account(name, op) => format!("the account's {name} {}", comparisons(op)),
        Condition::Segment(id) => format!("the user is in the segment {id}"),
        Condition::Stage(stages) => format!("the account is in the stage {}", either(stages)),
        Condition::Health(op) => format!("the account's health {}", comparisons(op)),
        Condition::Band(bands) => format!("the account's band is {}", either(bands)),
        Condition::Feature(uses) => feature(uses),
        Condition::Guide(guide, state) => format!("the guide {guide} {}", guide_state(*state)),
        Condition::Item(item, done) => {
            let what = match item.strip_suffix("/*") {
                Some(list) => format!("every item of {list}"),
                None => format!("the item {item}"),
            };
            format!("{what} is {}done", if *done { "" } else { "not " })
        }
        Condition::Assignment(assignment, state) => {
            format!(
                "the assignment {assignment} is {}",
                format!("{state:?}").to_lowercase()
            )
        }
        Condition::Answer(question, op) => format!("the answer to {question} {}", comparisons(op)),
        Condition::Page(patterns) => format!("the page matches {}", either(patterns)),
        Condition::Element(target, state) => {
            format!("{} {}", element(target), element_state(*state))
        }
        Condition::Device(devices) => {
            let names: Vec<_> = devices
                .iter()
                .map(|device| format!("{device:?}").to_lowercase())
                .collect();
            format!("the device is a {}", either(&names))
        }
        Condition::Locale(locales) => format!("the user's locale is {}", either(locales)),
        Condition::Time(window) => time(window),
    }
}

fn feature(uses: &FeatureUse) -> String {
    let who = match uses.by {
        By::User => "the user",
        By::Account => "the account",
    };
    let within = uses
        .within
        .map(|within| format!(" within {within}"))
        .unwrap_or_default();
    let count = comparisons(&uses.count);
    format!("how often {who} used {}{within} {count}", uses.feature)
}

const fn guide_state(state: GuideState) -> &'static str {
    match state {
        GuideState::Seen => "was seen",
        GuideState::Done => "was finished",
        GuideState::Dismissed => "was dismissed",
        GuideState::Open => "is open",
    }
}

const fn element_state(state: ElementState) -> &'static str {
    match state {
        ElementState::Visible => "is visible",
        ElementState::Present => "is on the page",
        ElementState::Enabled => "is enabled",
        ElementState::Filled => "is filled",
    }
}

fn element(target: &Target) -> String {
    let by = target
        .css
        .first()
        .or_else(|| target.text.first())
        .or_else(|| target.name.first())
        .or(target.role.as_ref());
    match by {
        Some(by) => format!("the element {by:?}"),
        None => "an element".to_owned(),
    }
}

fn time(window: &TimeWindow) -> String {
    match (window.after, window.before) {
        (Some(after), Some(before)) => format!("the time is from {after} until before {before}"),
        (Some(after), None) => format!("the time is {after} or later"),
        (None, Some(before)) => format!("the time is before {before}"),
        (None, None) => "always".to_owned(),
    }
}

fn comparisons(op: &Op) -> String {
    let mut parts = Vec::new();
    let list = |values: &[Value]| either(&values.iter().map(written).collect::<Vec<_>>());
    if !op.is.is_empty() {
        parts.push(format!("is {}", list(&op.is)));
    }
    if !op.not.is_empty() {
        parts.push(format!("is not {}", list(&op.not)));
    }
    for (word, bound) in [
        ("is greater than", &op.gt),
        ("is at least", &op.gte),
        ("is less than", &op.lt),
        ("is at most", &op.lte),
        ("equals", &op.eq),
        ("contains", &op.contains),
    ] {
        if let Some(bound) = bound {
            parts.push(format!("{word} {}", written(bound)));
        }
    }
    match op.exists {
        Some(true) => parts.push("is known".to_owned()),
        Some(false) => parts.push("is unknown".to_owned()),
        None => {}
    }
    parts.join(" and ")
}

fn either(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} or {last}", start.join(", ")),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(list) => {
            let parts: Vec<_> = list.iter().map(written).collect();
            format!("[{}]", parts.join(", "))
        }
        Value::Map(values) => {
            let mut text = "{".to_owned();
            for (at, (name, value)) in values.iter().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                // Writing to a string does not fail.
                if write!(text, "{comma}{name}: {}", written(value)).is_err() {
                    break;
                }
            }
            text.push('}');
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    struct Someone {
        role: Value,
        segments: BTreeMap<String, Condition>,
    }

    impl Facts for Someone {
        fn user(&self, name: &str) -> Known<&Value> {
            if name == "role" {
                Known::Is(&self.role)
            } else {
                Known::Absent
            }
        }
        fn segment(&self, id: &str) -> Known<&Condition> {
            Known::from_option(self.segments.get(id))
        }
        fn feature(&self, _: &FeatureUse) -> Known<u64> {
            Known::Is(3)
        }
        fn stage(&self) -> Known<&str> {
            Known::Is("setup")
        }
    }

    fn condition(json: &str) -> Condition {
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    fn check(json: &str, expected: &[&str]) {
        let someone = Someone {
            role: "viewer".into(),
            segments: BTreeMap::from([
                (
                    "admins".to_owned(),
                    condition(r#"{"user":"role","is":"admin"}"#),
                ),
                (
                    "loop".to_owned(),
                    condition(r#"{"any":[{"segment":"loop"},{"page":"/x"}]}"#),
                ),
            ]),
        };
        let lines: Vec<_> = explain(&condition(json), &someone)
            .iter()
            .map(
                |Clause {
                     path,
                     text,
                     outcome,
                     value,
                 }| {
                    let value = value.as_deref().unwrap_or("-");
                    format!("{path} | {text} | {} | {value}", outcome.as_str())
                },
            )
            .collect();
        assert_eq!(lines, expected, "{json}");
    }

    #[test]
    fn each_clause_says_what_it_came_to() {
        check(
            r#"{"all":[{"page":"/reports/*"},{"user":"role","is":["admin","editor"]},{"not":{"user":"team","exists":true}},
               {"feature":"report.create","count":{"gte":1,"lt":5},"within":"7d","by":"account"},{"stage":["setup","daily"]}]}"#,
            &[
                " | every one of | fails | -",
                "/all/0 | the page matches /reports/* | open | -",
                r#"/all/1 | the user's role is "admin" or "editor" | fails | "viewer""#,
                "/all/2 | not | holds | -",
                "/all/2/not | the user's team is known | fails | unknown",
                "/all/3 | how often the account used report.create within 7d is at least 1 and is less than 5 | holds | 3",
                "/all/4 | the account is in the stage setup or daily | holds | setup",
            ],
        );
        check(
            r#"{"any":[{"segment":"admins"},{"segment":"nobody"}]}"#,
            &[
                " | at least one of | fails | -",
                "/any/0 | the user is in the segment admins | fails | -",
                r#"/any/0/admins | the user's role is "admin" | fails | "viewer""#,
                "/any/1 | the user is in the segment nobody | fails | -",
            ],
        );
        check(
            r#"{"segment":"loop"}"#,
            &[
                " | the user is in the segment loop | open | -",
                "/loop | at least one of | open | -",
                "/loop/any/0 | the user is in the segment loop | fails | -",
                "/loop/any/1 | the page matches /x | open | -",
            ],
        );
    }

    #[test]
    fn every_kind_has_words() {
        for (json, expected) in [
            (r#"{"all":[]}"#, "always"),
            (r#"{"any":[]}"#, "never"),
            (
                r#"{"account":"seats","gt":10}"#,
                "the account's seats is greater than 10",
            ),
            (
                r#"{"health":{"lt":40.5}}"#,
                "the account's health is less than 40.5",
            ),
            (r#"{"band":["red"]}"#, "the account's band is red"),
            (r#"{"guide":"g","state":"open"}"#, "the guide g is open"),
            (
                r#"{"item":"l/*","done":false}"#,
                "every item of l is not done",
            ),
            (
                r#"{"assignment":"a","state":"overdue"}"#,
                "the assignment a is overdue",
            ),
            (
                r#"{"answer":"nps/score","lte":6}"#,
                "the answer to nps/score is at most 6",
            ),
            (
                r##"{"element":{"css":"#x"},"is":"filled"}"##,
                r##"the element "#x" is filled"##,
            ),
            (
                r#"{"device":["phone","tablet"]}"#,
                "the device is a phone or tablet",
            ),
            (r#"{"locale":"ja"}"#, "the user's locale is ja"),
            (
                r#"{"time":{"after":"2026-11-21T00:00:00.000Z"}}"#,
                "the time is 2026-11-21T00:00:00.000Z or later",
            ),
        ] {
            assert_eq!(words(&condition(json)), expected);
        }
    }
}
