//! Where the focus is, where it goes, and where it goes back to.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use super::quiet::{KEYDOWN, original};
use crate::anchor::Listener;
use crate::browser::{Phase, property, window};

const FOCUSABLE: &str = "a[href],area[href],button:not(:disabled),input:not(:disabled):not([type=hidden]),\
    select:not(:disabled),textarea:not(:disabled),summary,iframe,audio[controls],video[controls],\
    [contenteditable]:not([contenteditable=false]),[tabindex]:not([tabindex^='-'])";

/// The element of the page (through open shadow roots) that has the focus; none when that is the page itself.
#[must_use]
pub fn active() -> Option<HtmlElement> {
    let mut active = window()?.document()?.active_element()?;
    while let Some(inner) = active
        .shadow_root()
        .and_then(|shadow| shadow.active_element())
    {
        active = inner;
    }
    (!matches!(active.local_name().as_str(), "body" | "html")).then(|| active.unchecked_into())
}

/// Whether the user is typing there: focus is not taken from a field.
#[must_use]
pub fn is_typing(element: &HtmlElement) -> bool {
    element.is_content_editable()
        || element.matches(
            "textarea,select,input:not(:is([type=button],[type=submit],[type=reset],[type=checkbox],[type=radio],[type=image],[type=file]))",
        ) == Ok(true)
}

/// Gives the focus, without scrolling. Returns whether it was taken.
pub fn focus(element: &HtmlElement) -> bool {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    element.focus_with_options(&options).is_ok()
}

/// Gives the focus back to what had it, if that is still there.
pub fn restore(to: Option<HtmlElement>) {
    if let Some(to) = to.filter(|to| to.is_connected()) {
        focus(&to);
    }
}

fn focusables(within: &Element) -> Vec<HtmlElement> {
    let Ok(found) = within.query_selector_all(FOCUSABLE) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.get(at))
        .map(JsCast::unchecked_into)
        .filter(|element: &HtmlElement| element.get_client_rects().length() > 0)
        .collect()
}

/// The first element in `within`, itself included, that can have the focus.
#[must_use]
pub fn first_focusable(within: &Element) -> Option<HtmlElement> {
    if within.matches(FOCUSABLE) == Ok(true) {
        return Some(within.clone().unchecked_into());
    }
    focusables(within).into_iter().next()
}

/// The Tab order of a card: in a modal it goes round; else the card comes just before its target.
pub struct Tabs {
    _in_card: Listener,
    _in_target: Option<Listener>,
}

impl Tabs {
    /// Keeps the focus in a modal card.
    #[must_use]
    pub fn round(card: &HtmlElement) -> Self {
        let own = card.clone();
        let in_card = Listener::new(card, KEYDOWN, Phase::Bubble, move |event| {
            let event = original(&event);
            let Some(backwards) = tab(&event) else {
                return;
            };
            let stops = focusables(&own);
            let (first, last) = (stops.first(), stops.last());
            let at = active();
            let leaves = at.as_ref() == if backwards { first } else { last }
                || at.as_ref() == Some(&own) && backwards
                || stops.is_empty();
            if leaves {
                event.prevent_default();
                let to = if backwards { last } else { first };
                focus(to.unwrap_or(&own));
            }
        });
        Self {
            _in_card: in_card,
            _in_target: None,
        }
    }

    /// Puts a card into the page's order before its target: Tab after its last button goes to the target, Shift+Tab
    /// from there comes back.
    #[must_use]
    pub fn before(card: &HtmlElement, target: &Element) -> Self {
        let (own, to) = (card.clone(), target.clone());
        let in_card = Listener::new(card, KEYDOWN, Phase::Bubble, move |event| {
            let event = original(&event);
            if tab(&event) != Some(false) {
                return;
            }
            let stops = focusables(&own);
            let at = active();
            if (stops.is_empty() || at.as_ref() == stops.last())
                && let Some(target) = first_focusable(&to)
            {
                event.prevent_default();
                focus(&target);
            }
        });
        let (own, from) = (card.clone(), target.clone());
        let in_target = Listener::new(target, "keydown", Phase::Capture, move |event| {
            if tab(&event) == Some(true) && first_focusable(&from) == active() {
                event.prevent_default();
                focus(focusables(&own).last().unwrap_or(&own));
            }
        });
        Self {
            _in_card: in_card,
            _in_target: Some(in_target),
        }
    }
}

/// Whether an event is Tab, and if it is, whether it goes backwards.
fn tab(event: &Event) -> Option<bool> {
    // With Shift, its key has no name in WebKitGTK; its code is the same everywhere.
    (property(event, "keyCode") == 9).then(|| property(event, "shiftKey").is_truthy())
}
