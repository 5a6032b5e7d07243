//! The journey: that accounts can pass through it, and the planned mix of touch.

use super::condition::{self, Asked};
use super::context::Context;
use super::place::Place;
use super::texts::{self, Form};
use super::workspace;
use crate::condition::Condition;
use crate::config::workspace::{Stage, Touch};

pub(super) fn check(cx: &mut Context<'_>, place: &Place, journey: &[Stage]) {
    if let Some(planned) = journey.iter().position(|stage| stage.touch.is_some()) {
        cx.warn(
            &place.item(planned).name("touch"),
            "the planned mix of touch is checked but not compared with what happens yet",
            None,
        );
    }
    workspace::unique(
        cx,
        place,
        "stage",
        journey.iter().map(|stage| stage.id.as_str()),
    );
    for (number, stage) in journey.iter().enumerate() {
        let at = place.item(number);
        texts::check_some(cx, &at, "name", stage.name.as_ref(), Form::Line);
        match &stage.done {
            Some(done) => condition::check(cx, &at.field("done"), done, Asked::OfAccount),
            None if number + 1 < journey.len() => cx.error(
                &at,
                format!(
                    "no account leaves the stage `{}`, so none comes to those after it",
                    stage.id
                ),
                Some("add `done`: when the account has passed it".to_owned()),
            ),
            None => {}
        }
        if let Some(touch) = &stage.touch {
            check_touch(cx, &at.field("touch"), touch);
        }
    }
}

fn check_touch(cx: &mut Context<'_>, place: &Place, touch: &Touch) {
    check_mix(cx, place, touch.human, touch.digital);
    for (number, choice) in touch.choices.iter().enumerate() {
        let at = place.field("choices").item(number);
        check_mix(cx, &at, choice.human, choice.digital);
        condition::check(cx, &at.field("when"), &choice.when, Asked::OfAccount);
        if let Some(name) = asks_for_size(&choice.when) {
            cx.warn(
                &at.field("when"),
                format!("the mix of touch is chosen by `{name}`, a size"),
                Some(
                    "choose it by plan, by a paid option or by what the customer has asked for"
                        .to_owned(),
                ),
            );
        }
    }
}

fn check_mix(cx: &mut Context<'_>, place: &Place, human: u8, digital: u8) {
    let sum = u16::from(human) + u16::from(digital);
    if sum != 100 {
        cx.error(
            place,
            format!("human {human} and digital {digital} are {sum} percent"),
            Some("let them sum to 100".to_owned()),
        );
    }
}

fn asks_for_size(condition: &Condition) -> Option<&str> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().find_map(asks_for_size),
        Condition::Not(part) => asks_for_size(part),
        Condition::Account(name, _) => ["seats", "size", "employees", "headcount"]
            .contains(&name.as_str())
            .then_some(name.as_str()),
        _ => None,
    }
}
