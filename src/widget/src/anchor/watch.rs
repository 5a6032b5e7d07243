//! Watching the page for changes: one check a frame in which it changed, while something is waited for or pointed at.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use banso_model::target::Target;
use wasm_bindgen::JsCast;
use web_sys::MutationObserverInit;

use super::find;
use super::owned::{Frame, Listener, Observing};
use crate::browser::{Phase, window};

/// Calls back when the page changed so that a target may be found, or be in another state, than before.
pub struct Watch(Rc<Inner>);

struct Inner {
    targets: Vec<Target>,
    changed: Box<dyn Fn()>,
    frame: Cell<Option<Frame>>,
    observing: Cell<Option<Observing>>,
    /// What is observed: more of it once a path leads further, another when a frame shows another page.
    scopes: RefCell<Vec<find::Scope>>,
    listeners: Cell<Vec<Listener>>,
}

/// What besides the tree can show, hide or fill an element.
const SIGNS: [&str; 6] = [
    "load",
    "transitionend",
    "animationend",
    "toggle",
    "input",
    "change",
];

impl Watch {
    /// Watches from now on what these targets are looked for in.
    pub fn new(targets: Vec<Target>, changed: impl Fn() + 'static) -> Self {
        let inner = Rc::new(Inner {
            targets,
            changed: Box::new(changed),
            frame: Cell::default(),
            observing: Cell::default(),
            scopes: RefCell::default(),
            listeners: Cell::default(),
        });
        inner.observe();
        let mut listeners = Vec::new();
        if let Some(window) = window() {
            listeners.push(listener(&inner, &window, "resize"));
            if let Some(document) = window.document() {
                for sign in SIGNS {
                    listeners.push(listener(&inner, &document, sign));
                }
            }
        }
        inner.listeners.set(listeners);
        Self(inner)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A frame that is still to come holds only a weak reference.
        self.0.listeners.take();
        self.0.observing.take();
        self.0.frame.take();
    }
}

fn listener(inner: &Rc<Inner>, on: &web_sys::EventTarget, name: &'static str) -> Listener {
    let weak = Rc::downgrade(inner);
    Listener::new(on, name, Phase::Capture, move |_| soon(&weak))
}

/// Checks before the next painting, once.
fn soon(weak: &Weak<Inner>) {
    let Some(inner) = weak.upgrade() else {
        return;
    };
    let waiting = inner.frame.take();
    let frame = waiting.or_else(|| {
        let weak = weak.clone();
        Frame::next(move || {
            if let Some(inner) = weak.upgrade() {
                // The frame that runs now must live until it has returned.
                let running = inner.frame.take();
                inner.observe();
                (inner.changed)();
                drop(running);
            }
        })
    });
    inner.frame.set(frame);
}

impl Inner {
    /// Observes the scopes of the targets; more of them when a frame or a shadow host has come.
    fn observe(self: &Rc<Self>) {
        let mut scopes: Vec<find::Scope> = Vec::new();
        for target in &self.targets {
            for (scope, _) in find::scopes(target) {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
        }
        if scopes.is_empty()
            && let Some(document) = window().and_then(|window| window.document())
        {
            scopes.push(document.unchecked_into());
        }
        if self.scopes.try_borrow().is_ok_and(|known| *known == scopes) {
            return;
        }
        let weak = Rc::downgrade(self);
        let observing = Observing::of_changes(move || soon(&weak));
        if let Some(observing) = &observing {
            let options = MutationObserverInit::new();
            options.set_child_list(true);
            options.set_subtree(true);
            options.set_attributes(true);
            options.set_character_data(true);
            for scope in &scopes {
                observing.observe(scope, &options);
            }
        }
        self.scopes.replace(scopes);
        self.observing.set(observing);
    }
}
