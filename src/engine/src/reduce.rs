//! What a condition comes to, given what is known here: true, false, or the smaller condition that is left.
//!
//! The collector reduces with what only it may know and sends what is left; the browser finishes. Reducing in two steps
//! equals reducing in one, whichever way the facts are split.

mod compare;
mod decided;
mod facts;

use banso_model::condition::{Condition, Op};
use banso_model::value::Value;

pub use compare::{has_part, holds};
pub use decided::decided;
pub use facts::{Both, Facts, Known};

use crate::locale;

/// What a condition comes to.
#[allow(
    clippy::large_enum_variant,
    reason = "it is taken apart where it is made, and a box for each would be one more thing to download"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Reduced {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// This is left: no part of it can be decided by the facts it was reduced with.
    Rest(Condition),
}

impl Reduced {
    /// Whether it holds; what is left undecided does not.
    #[must_use]
    pub fn holds(&self) -> bool {
        *self == Self::True
    }

    /// The condition that says the same.
    #[must_use]
    pub fn into_condition(self) -> Condition {
        match self {
            Self::True => Condition::always(),
            Self::False => Condition::never(),
            Self::Rest(condition) => condition,
        }
    }

    fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Rest(Condition::Not(condition)) => Self::Rest(*condition),
            Self::Rest(condition) => Self::Rest(Condition::Not(Box::new(condition))),
        }
    }

    fn of(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

/// What `condition` comes to, given `facts`.
///
/// An unknown attribute satisfies only the comparisons `not` and `exists: false`. A segment whose rule asks about
/// itself does not hold.
#[must_use]
pub fn reduce<F: Facts + ?Sized>(condition: &Condition, facts: &F) -> Reduced {
    within(condition, facts, None)
}

/// The segments whose rules are being reduced, innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Opened<'a> {
    pub(crate) segment: &'a str,
    pub(crate) outer: Option<&'a Opened<'a>>,
}

pub(crate) fn is_open(opened: Option<&Opened<'_>>, segment: &str) -> bool {
    std::iter::successors(opened, |inner| inner.outer).any(|inner| inner.segment == segment)
}

pub(crate) fn within<F: Facts + ?Sized>(
    condition: &Condition,
    facts: &F,
    opened: Option<&Opened<'_>>,
) -> Reduced {
    match condition {
        Condition::All(parts) => all(parts.iter().map(|part| within(part, facts, opened))),
        Condition::Any(parts) => any(parts.iter().map(|part| within(part, facts, opened))),
        Condition::Not(part) => within(part, facts, opened).negated(),
        Condition::Segment(id) => match facts.segment(id) {
            Known::Is(_) if is_open(opened, id) => Reduced::False,
            Known::Is(rule) => {
                let opened = Opened {
                    segment: id,
                    outer: opened,
                };
                within(rule, facts, Some(&opened))
            }
            Known::Absent => Reduced::False,
            Known::Elsewhere => Reduced::Rest(condition.clone()),
        },
        Condition::Item(item, done) => {
            let reduced = item_done(item, facts);
            if *done { reduced } else { reduced.negated() }
        }
        Condition::Page(patterns) => {
            let mut open = Vec::new();
            for pattern in patterns {
                match facts.page(pattern) {
                    Known::Is(true) => return Reduced::True,
                    Known::Is(false) | Known::Absent => {}
                    Known::Elsewhere => open.push(pattern.clone()),
                }
            }
            if open.is_empty() {
                Reduced::False
            } else {
                Reduced::Rest(Condition::Page(open))
            }
        }
        _ => match answer(condition, facts) {
            Some(truth) => Reduced::of(truth),
            None => Reduced::Rest(condition.clone()),
        },
    }
}

/// The answer to a question that is decided whole or not at all.
fn answer<F: Facts + ?Sized>(condition: &Condition, facts: &F) -> Option<bool> {
    match condition {
        Condition::User(name, op) => value(facts.user(name), op),
        Condition::Account(name, op) => value(facts.account(name), op),
        Condition::Answer(question, op) => value(facts.answer(question), op),
        Condition::Health(op) => match facts.health() {
            Known::Is(score) => Some(holds(op, Some(&Value::Number(score)))),
            Known::Absent => Some(holds(op, None)),
            Known::Elsewhere => None,
        },
        Condition::Feature(uses) => match facts.feature(uses) {
            // Counts stay far below 2^53, where every whole number is a double.
            Known::Is(count) => Some(holds(&uses.count, Some(&Value::Number(count as f64)))),
            Known::Absent => Some(holds(&uses.count, Some(&Value::Number(0.0)))),
            Known::Elsewhere => None,
        },
        Condition::Stage(stages) => facts.stage().one_of(stages),
        Condition::Band(bands) => facts.band().one_of(bands),
        Condition::Guide(guide, state) => facts.guide(guide, *state).truth(),
        Condition::Assignment(assignment, state) => facts.assignment(assignment, *state).truth(),
        Condition::Element(target, state) => facts.element(target, *state).truth(),
        Condition::Device(devices) => match facts.device() {
            Known::Is(device) => Some(devices.contains(&device)),
            Known::Absent => Some(false),
            Known::Elsewhere => None,
        },
        Condition::Locale(wanted) => match facts.locale() {
            Known::Is(have) => Some(wanted.iter().any(|tag| locale::means(tag, have))),
            Known::Absent => Some(false),
            Known::Elsewhere => None,
        },
        Condition::Time(window) => match facts.now() {
            Known::Is(now) => Some(
                window.after.is_none_or(|after| now >= after)
                    && window.before.is_none_or(|before| now < before),
            ),
            Known::Absent => Some(false),
            Known::Elsewhere => None,
        },
        Condition::All(_)
        | Condition::Any(_)
        | Condition::Not(_)
        | Condition::Segment(_)
        | Condition::Item(..)
        | Condition::Page(_) => None,
    }
}

fn value(known: Known<&Value>, op: &Op) -> Option<bool> {
    match known {
        Known::Is(value) => Some(holds(op, Some(value))),
        Known::Absent => Some(holds(op, None)),
        Known::Elsewhere => None,
    }
}

/// Whether an item, or every item of `list/*`, is done.
fn item_done<F: Facts + ?Sized>(item: &str, facts: &F) -> Reduced {
    if let Some(list) = item.strip_suffix("/*") {
        match facts.items(list) {
            Known::Is([]) | Known::Absent => return Reduced::False,
            Known::Is(ids) => {
                return all(ids
                    .iter()
                    .map(|id| item_done(&format!("{list}/{id}"), facts)));
            }
            Known::Elsewhere => {}
        }
    }
    match facts.item(item).truth() {
        Some(truth) => Reduced::of(truth),
        None => Reduced::Rest(Condition::Item(item.to_owned(), true)),
    }
}

fn all(parts: impl Iterator<Item = Reduced>) -> Reduced {
    let mut left = Vec::new();
    for part in parts {
        match part {
            Reduced::True => {}
            Reduced::False => return Reduced::False,
            Reduced::Rest(Condition::All(inner)) => left.extend(inner),
            Reduced::Rest(condition) => left.push(condition),
        }
    }
    match left.len() {
        0 => Reduced::True,
        1 => left.pop().map_or(Reduced::True, Reduced::Rest),
        _ => Reduced::Rest(Condition::All(left)),
    }
}

fn any(parts: impl Iterator<Item = Reduced>) -> Reduced {
    let mut left = Vec::new();
    for part in parts {
        match part {
            Reduced::False => {}
            Reduced::True => return Reduced::True,
            Reduced::Rest(Condition::Any(inner)) => left.extend(inner),
            Reduced::Rest(condition) => left.push(condition),
        }
    }
    match left.len() {
        0 => Reduced::False,
        1 => left.pop().map_or(Reduced::False, Reduced::Rest),
        _ => Reduced::Rest(Condition::Any(left)),
    }
}

#[cfg(test)]
mod tests;
