//! Whether a condition holds, without the condition that is left: what the last place to be asked needs.

use banso_model::condition::Condition;

use super::{Facts, Known, Opened, answer, is_open};

/// Whether `condition` holds, given `facts`; none when something is left of it. Says what [`super::reduce`] says, without
/// making the smaller condition.
#[must_use]
pub fn decided<F: Facts + ?Sized>(condition: &Condition, facts: &F) -> Option<bool> {
    within(condition, facts, None)
}

fn within<F: Facts + ?Sized>(
    condition: &Condition,
    facts: &F,
    opened: Option<&Opened<'_>>,
) -> Option<bool> {
    match condition {
        Condition::All(parts) => all(&mut parts.iter().map(|part| within(part, facts, opened))),
        Condition::Any(parts) => {
            all(&mut parts.iter().map(|part| not(within(part, facts, opened)))).map(|none| !none)
        }
        Condition::Not(part) => not(within(part, facts, opened)),
        Condition::Segment(id) => match facts.segment(id) {
            Known::Is(_) if is_open(opened, id) => Some(false),
            Known::Is(rule) => {
                let opened = Opened {
                    segment: id,
                    outer: opened,
                };
                within(rule, facts, Some(&opened))
            }
            Known::Absent => Some(false),
            Known::Elsewhere => None,
        },
        Condition::Item(item, done) => {
            let truth = item_done(item, facts);
            if *done { truth } else { not(truth) }
        }
        Condition::Page(patterns) => {
            let here = |pattern: &String| facts.page(pattern).truth();
            all(&mut patterns.iter().map(|pattern| not(here(pattern)))).map(|none| !none)
        }
        _ => answer(condition, facts),
    }
}

fn item_done<F: Facts + ?Sized>(item: &str, facts: &F) -> Option<bool> {
    let Some(list) = item.strip_suffix("/*") else {
        return facts.item(item).truth();
    };
    match facts.items(list) {
        Known::Is([]) | Known::Absent => Some(false),
        Known::Is(ids) => {
            let done = |id: &String| facts.item(&[list, "/", id].concat()).truth();
            all(&mut ids.iter().map(done))
        }
        Known::Elsewhere => facts.item(item).truth(),
    }
}

fn all(parts: &mut dyn Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match part {
            Some(true) => {}
            Some(false) => return Some(false),
            None => open = true,
        }
    }
    (!open).then_some(true)
}

fn not(truth: Option<bool>) -> Option<bool> {
    truth.map(|truth| !truth)
}
