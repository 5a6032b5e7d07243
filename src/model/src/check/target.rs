//! Whether a target can find anything.

use super::context::Context;
use super::place::Place;
use super::selector;
use crate::target::Target;

pub(super) fn check(cx: &mut Context<'_>, place: &Place, target: &Target) {
    let named = target.role.is_some() || !target.name.is_empty();
    if target.css.is_empty() && target.text.is_empty() && !named {
        cx.error(
            place,
            "the target names no element",
            Some("give it `css`, `text`, or `role` and `name`".to_owned()),
        );
    }
    for (field, selectors) in [("css", &target.css), ("within", &target.within)] {
        for (number, css) in selectors.iter().enumerate() {
            if let Err(reason) = selector::check(css) {
                let at = cx.one_of_many(&place.field(field), number);
                cx.error(
                    &at,
                    format!("`{css}` is not a CSS selector: {reason}"),
                    Some("for example `#new-report` or `[data-tour=new-report]`".to_owned()),
                );
            }
        }
    }
    for (field, texts) in [("text", &target.text), ("name", &target.name)] {
        for (number, text) in texts.iter().enumerate() {
            if text.trim().is_empty() {
                let at = cx.one_of_many(&place.field(field), number);
                cx.error(&at, "an empty text fits no element", None);
            }
        }
    }
    if target.css.is_empty()
        && target.text.is_empty()
        && target.role.is_some()
        && target.name.is_empty()
    {
        cx.warn(
            &place.field("role"),
            "a role alone rarely names one element",
            Some("add `name`: the accessible name it has".to_owned()),
        );
    }
}
