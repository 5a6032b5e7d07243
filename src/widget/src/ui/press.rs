//! Buttons.

use super::icon;
use super::tag::{Tag, tag};
use crate::scene::Intent;

/// A button with a word on it.
#[inline(never)]
pub fn button(class: &str, action: &str, press: Vec<Intent>) -> Tag {
    tag("button", "type=button")
        .set("class", class)
        .set("data-banso-action", action)
        .on(press)
}

/// A button with a sign on it, that says its name to those who do not see it, and whether what it opens is open.
#[inline(never)]
pub fn signed(class: &str, action: &str, name: &str, expanded: bool, press: Vec<Intent>) -> Tag {
    button(class, action, press)
        .set("aria-label", name)
        .set("aria-expanded", truth(expanded))
}

/// A button with a cross on it.
#[inline(never)]
pub fn close(name: &str, press: Vec<Intent>) -> Tag {
    button("close", "close", press)
        .set("aria-label", name)
        .put(icon::close())
}

/// A button of an ordinary look with a word of the widget's on it.
#[inline(never)]
pub fn worded(class: &str, action: &str, word: &str, press: Vec<Intent>) -> Tag {
    button(class, action, press).say(word)
}

/// A word of ARIA.
pub const fn truth(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}
