//! What happens in a guide stays in it: no hotkey and no outside-click handler of the host's hears it, and none of them can
//! keep it from the guide.
//!
//! Events that begin in the root end at the window, on their way down, before the host's own listeners on the document; what
//! the interface listens for is told to it there, as an event of another name that never leaves the root.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{CustomEvent, CustomEventInit, Element, Event, EventTarget, HtmlElement};

use crate::anchor::Listener;
use crate::browser::{Phase, joined, listen, property, window};
use crate::cut::pieces;

/// Events that are kept, on their way down and on their way up.
const KEPT: &str = "click dblclick auxclick contextmenu mousedown mouseup pointerdown pointerup touchstart touchend keydown \
    keyup keypress beforeinput input compositionstart compositionupdate compositionend copy cut paste dragstart drop focusin \
    focusout focus blur";
/// Events that come with every movement: kept on their way up only.
const KEPT_UP: &str = "mousemove mouseover mouseout pointermove pointerover pointerout pointercancel touchmove touchcancel \
    wheel";

/// A press in the interface, as the interface hears it; the browser's own event is its `detail`.
pub const CLICK: &str = "banso-click";
/// Something typed or chosen in the interface.
pub const INPUT: &str = "banso-input";
/// A key pressed in the interface.
pub const KEYDOWN: &str = "banso-keydown";

/// The browser's own event, of one that the interface hears.
pub fn original(event: &Event) -> Event {
    property(event, "detail").unchecked_into()
}

/// Whether an input method is putting a text together.
pub fn is_composing(event: &Event) -> bool {
    property(event, "isComposing").is_truthy()
}

/// Stops what comes up to a root.
pub fn keep(root: &HtmlElement) {
    // The listeners are on our own element and go with it.
    let stop = Closure::<dyn FnMut(Event)>::new(|event: Event| event.stop_propagation());
    let stop = stop.into_js_value();
    for name in pieces(KEPT, b' ').chain(pieces(KEPT_UP, b' ')) {
        let added = root.add_event_listener_with_callback(name, stop.unchecked_ref());
        if added.is_err() {
            crate::loader::refused();
        }
    }
}

/// Keeps what begins in any root from the page's listeners, for as long as the widget lives.
pub fn keep_all() {
    if let Some(window) = window() {
        for name in pieces(KEPT, b' ') {
            listen(&window, name, Phase::Capture, |event| quieten(&event));
        }
    }
}

fn quieten(event: &Event) {
    let path = event.composed_path();
    let inner = path.get(0);
    if !path.some(&mut |node| is_root(&node)) {
        // A focus lock that hears of the focus going to a guide takes it back.
        let leaves_lock = is_root(&property(event, "relatedTarget"))
            && inner
                .unchecked_ref::<Element>()
                .closest("[role$=dialog],[aria-modal=true]")
                != Ok(None);
        if leaves_lock {
            event.stop_immediate_propagation();
        }
        return;
    }
    // The controls of a video are the browser's own, and hear no event that was stopped.
    if property(&inner, "localName") == "video" {
        return;
    }
    event.stop_immediate_propagation();
    let mut name = joined(&["banso-", &event.type_()]);
    // What an input method put together is there now; Chromium says so by no other event.
    if name == "banso-compositionend" {
        INPUT.clone_into(&mut name);
    }
    if ![CLICK, INPUT, KEYDOWN].contains(&&*name) {
        return;
    }
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_detail(event);
    let told = CustomEvent::new_with_event_init_dict(&name, &init)
        .and_then(|heard| inner.unchecked_ref::<EventTarget>().dispatch_event(&heard));
    if told.is_err() {
        crate::loader::refused();
    }
}

fn is_root(node: &JsValue) -> bool {
    property(node, "localName") == "banso-root"
}

/// Hears Escape in a card, and on the page when the host did not use it. `act` is told which, and says whether it used it.
pub fn on_escape(card: &HtmlElement, act: Rc<dyn Fn(bool) -> bool>) -> Vec<Listener> {
    let mut listeners = vec![hear(card, KEYDOWN, Rc::clone(&act))];
    if let Some(window) = window() {
        listeners.push(hear(&window, "keydown", act));
    }
    listeners
}

fn hear(on: &EventTarget, name: &'static str, act: Rc<dyn Fn(bool) -> bool>) -> Listener {
    let in_card = name == KEYDOWN;
    Listener::new(on, name, Phase::Bubble, move |event| {
        let event = if in_card { original(&event) } else { event };
        let key = property(&event, "key").as_string();
        // An input method's own Escape gives up what it puts together.
        let typing = is_composing(&event);
        if key.as_deref() == Some("Escape") && !typing && !event.default_prevented() && act(in_card)
        {
            // Else it would close the dialog of the host's that the card is in.
            event.prevent_default();
        }
    })
}
