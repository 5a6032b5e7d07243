//! Listeners, frames and observers that end when they are dropped, and with the loader's signal when the widget failed.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Event, EventTarget, Window};

use crate::browser::{Phase, property, window};
use crate::loader;

/// A listener on an object of the host's, removed when it is dropped.
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    phase: Phase,
    handler: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens from now on.
    pub fn new(
        target: &EventTarget,
        name: &'static str,
        phase: Phase,
        handler: impl FnMut(Event) + 'static,
    ) -> Self {
        let handler = Closure::<dyn FnMut(Event)>::new(handler);
        let options = AddEventListenerOptions::new();
        options.set_capture(phase == Phase::Capture);
        if let Some(loader) = loader::loader() {
            options.set_signal(&loader.signal());
        }
        let added = target.add_event_listener_with_callback_and_add_event_listener_options(
            name,
            handler.as_ref().unchecked_ref(),
            &options,
        );
        if added.is_err() {
            loader::refused();
        }
        Self {
            target: target.clone(),
            name,
            phase,
            handler,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let removed = self.target.remove_event_listener_with_callback_and_bool(
            self.name,
            self.handler.as_ref().unchecked_ref(),
            self.phase == Phase::Capture,
        );
        if removed.is_err() {
            loader::refused();
        }
    }
}

/// Something to do in the next frame, unless it is dropped first.
pub struct Frame {
    id: Cell<i32>,
    _act: Closure<dyn FnMut()>,
}

impl Frame {
    /// Does `act` before the page is next painted.
    pub fn next(act: impl FnOnce() + 'static) -> Option<Self> {
        let act = Closure::once(act);
        let id = window()?
            .request_animation_frame(act.as_ref().unchecked_ref())
            .ok()?;
        Some(Self {
            id: Cell::new(id),
            _act: act,
        })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        let cancelled =
            window().is_none_or(|window| window.cancel_animation_frame(self.id.get()).is_ok());
        if !cancelled {
            loader::refused();
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// A mutation, resize or intersection observer; what one of them takes less than another, it does not look at.
    type Observer;

    #[wasm_bindgen(method, structural, catch)]
    fn observe(this: &Observer, node: &JsValue, options: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, structural)]
    fn disconnect(this: &Observer);
}

/// An observer, disconnected when it is dropped. It says only that there is news.
pub struct Observing {
    observer: Observer,
    _callback: Closure<dyn FnMut()>,
}

impl Observing {
    /// An observer of that class of a window's; none when the window has none.
    pub fn new(
        view: &Window,
        class: &str,
        settings: &JsValue,
        news: impl FnMut() + 'static,
    ) -> Option<Self> {
        Self::with(view, class, settings, Closure::<dyn FnMut()>::new(news))
    }

    /// An observer of changes of the page's tree.
    pub fn of_changes(news: impl FnMut() + 'static) -> Option<Self> {
        Self::new(&window()?, "MutationObserver", &JsValue::UNDEFINED, news)
    }

    fn with(
        view: &Window,
        class: &str,
        settings: &JsValue,
        callback: Closure<dyn FnMut()>,
    ) -> Option<Self> {
        let given = js_sys::Array::of2(callback.as_ref(), settings);
        let observer: Observer = js_sys::Reflect::construct(
            property(view, class).unchecked_ref::<js_sys::Function>(),
            &given,
        )
        .ok()?
        .unchecked_into();
        if let Some(loader) = loader::loader() {
            loader.own(observer.as_ref());
        }
        Some(Self {
            observer,
            _callback: callback,
        })
    }

    /// Observes a node too.
    pub fn observe(&self, node: &JsValue, options: &JsValue) {
        if self.observer.observe(node, options).is_err() {
            loader::refused();
        }
    }
}

impl Drop for Observing {
    fn drop(&mut self) {
        self.observer.disconnect();
        if let Some(loader) = loader::loader() {
            loader.disown(self.observer.as_ref());
        }
    }
}
