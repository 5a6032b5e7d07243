//! What happens in a guide stays in it: no hotkey and no outside-click handler of the host's hears it.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget, HtmlElement};

use crate::anchor::Listener;
use crate::browser::{Phase, listen, property, window};

/// Events that end at the root on their way up.
const BUBBLING: [&str; 36] = [
    "click",
    "dblclick",
    "auxclick",
    "contextmenu",
    "mousedown",
    "mouseup",
    "mousemove",
    "mouseover",
    "mouseout",
    "pointerdown",
    "pointerup",
    "pointermove",
    "pointerover",
    "pointerout",
    "pointercancel",
    "touchstart",
    "touchmove",
    "touchend",
    "touchcancel",
    "wheel",
    "keydown",
    "keyup",
    "keypress",
    "beforeinput",
    "input",
    "change",
    "compositionstart",
    "compositionupdate",
    "compositionend",
    "copy",
    "cut",
    "paste",
    "dragstart",
    "drop",
    "submit",
    "select",
];

/// Events that never come down to it: focus locks listen for these on the document before anyone else.
const FOCUS: [&str; 4] = ["focusin", "focusout", "focus", "blur"];

/// Keeps events that start in the root there, for as long as it lives.
pub fn keep(root: &HtmlElement) {
    // The listeners are on our own element and go with it.
    let stop = Closure::<dyn FnMut(Event)>::new(|event: Event| event.stop_propagation());
    let stop = stop.into_js_value();
    for name in BUBBLING {
        let added = root.add_event_listener_with_callback(name, stop.unchecked_ref());
        if added.is_err() {
            crate::loader::problem("an event could not be kept from the page");
        }
    }
}

/// Keeps focus events of the root from coming down to the page's own listeners, for as long as the widget lives.
pub fn keep_focus(root: &HtmlElement) {
    let Some(window) = window() else {
        return;
    };
    for name in FOCUS {
        let root = root.clone();
        listen(&window, name, Phase::Capture, move |event| {
            if event
                .target()
                .is_some_and(|target| js_sys::Object::is(&target, &root))
            {
                event.stop_propagation();
            }
        });
    }
}

/// Hears Escape in a card, and on the page when the host did not use it. `act` is told which, and says whether it used it.
pub fn on_escape(card: &HtmlElement, act: Rc<dyn Fn(bool) -> bool>) -> Vec<Listener> {
    let mut listeners = vec![hear(card, true, Rc::clone(&act))];
    if let Some(window) = window() {
        listeners.push(hear(&window, false, act));
    }
    listeners
}

fn hear(on: &EventTarget, in_card: bool, act: Rc<dyn Fn(bool) -> bool>) -> Listener {
    Listener::new(on, "keydown", Phase::Bubble, move |event| {
        let key = property(&event, "key").as_string();
        if key.as_deref() == Some("Escape") && !event.default_prevented() && act(in_card) {
            // Else it would close the dialog of the host's that the card is in.
            event.prevent_default();
        }
    })
}
