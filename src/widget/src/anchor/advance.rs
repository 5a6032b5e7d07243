//! What a user does on the page that moves a tour on: a click, a field filled in, an element that comes.

use std::rc::Rc;

use banso_model::guide::{Advance, AdvanceOn, Step};
use banso_model::target::{ElementState, Target};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, Window};

use super::measure::view_of;
use super::owned::Listener;
use super::watch::Watch;
use super::{find, is};
use crate::browser::{Phase, property, window};

/// Watches for what moves one step on, until it is dropped.
pub struct Advances {
    _listeners: Vec<Listener>,
    _watch: Option<Watch>,
}

impl Advances {
    /// Watches for a step's clicks, fields and elements, in the page and in the frame that its target is in; `happened` is
    /// called when one of them happens.
    pub fn new(step: &Step, at: Option<&Element>, happened: &Rc<dyn Fn()>) -> Self {
        let page = window();
        let frame = at
            .and_then(view_of)
            .filter(|view| Some(view) != page.as_ref());
        let views: Vec<Window> = page.into_iter().chain(frame).collect();
        let mut listeners = Vec::new();
        let mut awaited = Vec::new();
        for advance in &step.advance {
            let Some(target) = advance.target.as_ref().or(step.target.as_ref()) else {
                continue;
            };
            match advance.on {
                AdvanceOn::Click | AdvanceOn::Input => {
                    for view in &views {
                        listeners.extend(match advance.on {
                            AdvanceOn::Click => Some(on_click(view, target, happened)),
                            _ => on_input(view, target, advance, happened),
                        });
                    }
                }
                AdvanceOn::Element => {
                    awaited.push((target.clone(), advance.is.unwrap_or(ElementState::Visible)));
                }
                AdvanceOn::Next | AdvanceOn::Page | AdvanceOn::Feature | AdvanceOn::Wait => {}
            }
        }
        Self {
            _listeners: listeners,
            _watch: on_element(awaited, happened),
        }
    }
}

fn on_click(view: &Window, target: &Target, happened: &Rc<dyn Fn()>) -> Listener {
    let (target, happened) = (target.clone(), Rc::clone(happened));
    Listener::new(view, "click", Phase::Capture, move |event| {
        if hits(&event, &target) {
            happened();
        }
    })
}

/// A field counts once it is filled in and left; with `matches`, as soon as its value does.
fn on_input(
    view: &Window,
    target: &Target,
    advance: &Advance,
    happened: &Rc<dyn Fn()>,
) -> Option<Listener> {
    let (target, happened) = (target.clone(), Rc::clone(happened));
    let pattern = match &advance.matches {
        Some(pattern) => Some(regular_expression(pattern)?),
        None => None,
    };
    let name = if pattern.is_some() { "input" } else { "change" };
    Some(Listener::new(view, name, Phase::Capture, move |event| {
        let Some(field) = field(&event).filter(|_| hits(&event, &target)) else {
            return;
        };
        let matching = match &pattern {
            Some(pattern) => property(&field, "value")
                .as_string()
                .is_some_and(|value| pattern.test(&value)),
            None => super::find::is_filled(&field),
        };
        if matching {
            happened();
        }
    }))
}

fn on_element(awaited: Vec<(Target, ElementState)>, happened: &Rc<dyn Fn()>) -> Option<Watch> {
    if awaited.is_empty() {
        return None;
    }
    let happened = Rc::clone(happened);
    let targets = awaited.iter().map(|(target, _)| target.clone()).collect();
    let check = move || {
        if awaited.iter().any(|(target, state)| is(target, *state)) {
            happened();
        }
    };
    check();
    Some(Watch::new(targets, check))
}

/// Whether an event happened on a target or in it.
fn hits(event: &Event, target: &Target) -> bool {
    find(target).is_some_and(|element| event.composed_path().includes(&element, 0))
}

fn field(event: &Event) -> Option<Element> {
    let innermost = event.composed_path().get(0);
    innermost.is_object().then(|| innermost.unchecked_into())
}

/// A pattern that is no regular expression matches nothing, which `check` refuses beforehand.
fn regular_expression(pattern: &str) -> Option<js_sys::RegExp> {
    let window = window()?;
    let made = js_sys::Reflect::construct(
        property(&window, "RegExp").unchecked_ref::<js_sys::Function>(),
        &js_sys::Array::of2(&pattern.into(), &"u".into()),
    );
    match made {
        Ok(expression) => Some(expression.unchecked_into()),
        Err(_) => {
            crate::loader::refused();
            None
        }
    }
}
