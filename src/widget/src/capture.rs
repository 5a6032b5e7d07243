//! Where the page is listened to: one listener a kind of event on the window, in the capture phase, all ended by the
//! loader's signal. What they see becomes messages to the runtime.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlLabelElement, PageTransitionEvent, SubmitEvent};

use crate::browser::{self, Phase, listen};
use crate::loader;
use crate::navigate;
use crate::runtime::{self, Message};

/// Starts to listen.
pub fn start() {
    let Some(window) = browser::window() else {
        return;
    };
    listen(&window, "click", Phase::Capture, |event| clicked(&event));
    listen(&window, "submit", Phase::Capture, |event| submitted(&event));
    for name in ["pointerdown", "keydown", "wheel", "scroll"] {
        listen(&window, name, Phase::Capture, |_| {
            runtime::post(Message::Input);
        });
    }
    listen(&window, "pagehide", Phase::Capture, |_| {
        runtime::post(Message::Leaving);
    });
    listen(&window, "pageshow", Phase::Capture, |event| {
        if event
            .dyn_ref::<PageTransitionEvent>()
            .is_some_and(PageTransitionEvent::persisted)
        {
            runtime::post(Message::Visible(is_visible()));
        }
    });
    listen(&window, "online", Phase::Capture, |_| {
        runtime::post(Message::Online);
    });
    listen(&window, "resize", Phase::Capture, |_| {
        runtime::post(Message::Changed);
    });
    if let Some(document) = window.document() {
        listen(&document, "visibilitychange", Phase::Capture, |_| {
            runtime::post(Message::Visible(is_visible()));
        });
    }
    if let Some(loader) = loader::loader() {
        let moved = Closure::<dyn FnMut()>::new(|| runtime::post(Message::Moved));
        loader.watch(&moved.into_js_value());
    }
}

/// Whether the page is seen.
pub fn is_visible() -> bool {
    let document = browser::window().and_then(|window| window.document());
    document
        .is_some_and(|document| document.visibility_state() == web_sys::VisibilityState::Visible)
}

fn clicked(event: &Event) {
    if navigate::is_clicking() {
        return;
    }
    if let Some(origin) = origin(event) {
        runtime::post(Message::Clicked(origin));
    }
}

fn submitted(event: &Event) {
    let submitter = event
        .dyn_ref::<SubmitEvent>()
        .and_then(SubmitEvent::submitter);
    let form = origin(event);
    if let Some(origin) = submitter.map(JsCast::unchecked_into).or(form) {
        runtime::post(Message::Submitted(origin));
    }
}

/// The innermost element an event happened in, as far as its shadow trees are open.
fn origin(event: &Event) -> Option<Element> {
    event.composed_path().get(0).dyn_into().ok()
}

/// The field that a click on a label is passed on to: the browser clicks it once more.
pub fn echo(origin: &Element) -> Option<Element> {
    let label: HtmlLabelElement = origin.closest("label").ok()??.dyn_into().ok()?;
    let field: Element = label.control()?.into();
    (&field != origin).then_some(field)
}
