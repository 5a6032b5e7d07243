//! The browser's clock, chance, timers, listeners and JSON, with nothing of the widget in them.

use std::cell::Cell;
use std::rc::Rc;

use banso_model::time::Timestamp;
use serde::Serialize;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Event, EventTarget, Window};

use crate::ids::RANDOM;
use crate::json;
use crate::loader;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = self)]
    static WINDOW: Option<Window>;
}

/// The window; none outside of one.
pub fn window() -> Option<Window> {
    WINDOW.with(Clone::clone)
}

/// The time by the user's clock.
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// A day as it is written in a locale.
pub fn date(at: Timestamp, locale: &str) -> String {
    let date = js_sys::Date::new(&(at.0 as f64).into());
    let style = object("dateStyle", &"long".into());
    date.to_locale_date_string(locale, &style).into()
}

/// What an HTTP date says, in milliseconds since the epoch.
pub fn date_ms(text: &str) -> Option<i64> {
    let ms = js_sys::Date::parse(text);
    ms.is_finite().then_some(ms as i64)
}

/// Random bytes for an id.
pub fn random_bytes() -> [u8; RANDOM] {
    let mut bytes = [0; RANDOM];
    let filled = window()
        .and_then(|window| window.crypto().ok())
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok());
    if filled.is_none() {
        bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    bytes
}

/// How a listener listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before the page's own listeners, never to be waited for.
    Capture,
    /// After them.
    Bubble,
}

/// Listens for as long as the widget lives.
pub fn listen(
    target: &EventTarget,
    name: &str,
    phase: Phase,
    handler: impl FnMut(Event) + 'static,
) {
    let Some(loader) = loader::loader() else {
        return;
    };
    let options = AddEventListenerOptions::new();
    options.set_capture(phase == Phase::Capture);
    // Only a key's default is ever prevented, so that no scrolling waits for this.
    options.set_passive(name != "keydown");
    options.set_signal(&loader.signal());
    let handler = Closure::<dyn FnMut(Event)>::new(handler).into_js_value();
    let added = target.add_event_listener_with_callback_and_add_event_listener_options(
        name,
        handler.unchecked_ref(),
        &options,
    );
    if added.is_err() {
        loader::refused();
    }
}

/// Runs something once, later, unless it is dropped first.
#[derive(Debug)]
pub struct Timer {
    id: Cell<i32>,
    _act: Closure<dyn FnMut()>,
}

impl Timer {
    /// Runs `act` after `ms` milliseconds.
    pub fn after(ms: i64, act: impl FnOnce() + 'static) -> Option<Self> {
        let act = Closure::once(act);
        // A browser's timer counts in 31 bits; whoever waits longer looks again then.
        let ms = i32::try_from(ms.max(0)).unwrap_or(i32::MAX);
        let id = window()?
            .set_timeout_with_callback_and_timeout_and_arguments_0(act.as_ref().unchecked_ref(), ms)
            .ok()?;
        Some(Self {
            id: Cell::new(id),
            _act: act,
        })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.clear_timeout_with_handle(self.id.get());
        }
    }
}

#[wasm_bindgen]
extern "C" {
    type Thenable;
    #[wasm_bindgen(method)]
    fn then(this: &Thenable, kept: &JsValue, broken: &JsValue);
}

/// What is done with what comes later; nothing came when it failed.
pub type Later = Box<dyn FnOnce(Option<JsValue>)>;

/// Two functions for the host's side, of which one is called: with what came, or because nothing will.
pub fn either(done: Later) -> (JsValue, JsValue) {
    let done = Rc::new(Cell::new(Some(done)));
    let other = Rc::clone(&done);
    let kept = move |value: JsValue| {
        if let Some(done) = done.take() {
            done(Some(value));
        }
    };
    let broken = move |_: JsValue| {
        if let Some(done) = other.take() {
            done(None);
        }
    };
    (
        Closure::<dyn FnMut(JsValue)>::new(kept).into_js_value(),
        Closure::<dyn FnMut(JsValue)>::new(broken).into_js_value(),
    )
}

/// Does something with what a promise comes to.
pub fn then(promise: &JsValue, done: Later) {
    let (kept, broken) = either(done);
    promise.unchecked_ref::<Thenable>().then(&kept, &broken);
}

/// Writes a value as a JavaScript one.
pub fn to_js(value: &(impl Serialize + ?Sized)) -> JsValue {
    js_sys::JSON::parse(&json::write(value)).unwrap_or(JsValue::UNDEFINED)
}

/// Texts put together.
#[inline(never)]
pub fn joined(parts: &[&str]) -> String {
    parts.concat()
}

/// A new object with one property.
pub fn object(name: &str, value: &JsValue) -> JsValue {
    let object = js_sys::Object::new();
    set(&object, name, value);
    object.into()
}

/// Sets a property of an object of ours, which takes it.
pub fn set(of: &JsValue, name: &str, value: &JsValue) {
    let taken = js_sys::Reflect::set(of, &JsValue::from_str(name), value);
    debug_assert!(taken.is_ok(), "an object of ours takes every property");
}

/// A property of an object; undefined when there is none.
pub fn property(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}
