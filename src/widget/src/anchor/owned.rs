//! Listeners, frames and observers that end when they are dropped, and with the loader's signal when the widget failed.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{
    AddEventListenerOptions, Event, EventTarget, IntersectionObserver, MutationObserver,
    ResizeObserver,
};

use crate::browser::{Phase, window};
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
            loader::problem("a listener was refused by the page");
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
            loader::problem("a listener could not be removed from the page");
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
            loader::problem("a frame could not be cancelled");
        }
    }
}

/// A browser's observer, disconnected when it is dropped.
pub struct Observing<T: Disconnect> {
    observer: T,
    _callback: Closure<dyn FnMut()>,
}

/// What can be disconnected.
pub trait Disconnect: AsRef<JsValue> {
    /// Observes nothing from now on.
    fn disconnect(&self);
}

impl Disconnect for MutationObserver {
    fn disconnect(&self) {
        Self::disconnect(self);
    }
}

impl Disconnect for ResizeObserver {
    fn disconnect(&self) {
        Self::disconnect(self);
    }
}

impl Disconnect for IntersectionObserver {
    fn disconnect(&self) {
        Self::disconnect(self);
    }
}

impl<T: Disconnect> Observing<T> {
    /// An observer made with a callback that says only that there is news.
    pub fn new(
        news: impl FnMut() + 'static,
        make: impl FnOnce(&js_sys::Function) -> Result<T, JsValue>,
    ) -> Option<Self> {
        let callback = Closure::<dyn FnMut()>::new(news);
        let observer = make(callback.as_ref().unchecked_ref()).ok()?;
        if let Some(loader) = loader::loader() {
            loader.own(observer.as_ref());
        }
        Some(Self {
            observer,
            _callback: callback,
        })
    }

    /// The observer.
    pub fn observer(&self) -> &T {
        &self.observer
    }
}

impl<T: Disconnect> Drop for Observing<T> {
    fn drop(&mut self) {
        self.observer.disconnect();
        if let Some(loader) = loader::loader() {
            loader.disown(self.observer.as_ref());
        }
    }
}
