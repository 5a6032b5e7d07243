//! The widget's one state and the messages that change it.
//!
//! Whatever happens (a call of the host's, a click, an answer, a timer) is posted as a [`Message`]. Messages are taken
//! one after the other, so that a host that calls back while one is being taken is heard after it and finds nothing
//! borrowed. What follows from a change is settled in the next task: what was recorded is written and delivered,
//! conditions are finished, guides are chosen, and the scene is drawn.

mod answers;
mod calls;
mod decide;
mod draw;
mod early;
mod exchange;
mod help;
mod intents;
mod live;
mod record;
mod survey;
mod tour;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use banso_model::guide::Guide;
use banso_model::wire::{Article, HelpAnswer};
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::api::{self, Call, When};
use crate::browser;
use crate::loader::{self, Loader};
use crate::outbox::Outbox;
use crate::queue::Record;
use crate::scene::Intent;
use live::Live;

/// What happened.
#[derive(Debug)]
pub enum Message {
    /// The host calls, or called before the widget could hear it.
    Call(Call, When),
    /// The user did something in the interface, or the anchor saw something.
    Intent(Intent),
    /// Something was clicked.
    Clicked(Element),
    /// A form was submitted by this element.
    Submitted(Element),
    /// The user did something.
    Input,
    /// The page's address changed.
    Moved,
    /// The page was shown or hidden.
    Visible(bool),
    /// The page goes.
    Leaving,
    /// The network is back.
    Online,
    /// The page changed in a way that conditions may ask about.
    Changed,
    /// Everything the host called before the widget was there has been called.
    Begun,
    /// The outbox is open, with what waits in it; none when there is no outbox.
    Opened(Option<(Outbox, Vec<Record>)>),
    /// The outbox could not be written.
    Unwritten,
    /// A guide came, by its hash; none when it did not.
    Fetched(String, Option<Box<Guide>>),
    /// What was searched in help was found; none when help could not be reached.
    Found(String, Option<HelpAnswer>),
    /// An article came; none when it did not.
    Article(Option<Box<Article>>),
    /// The exchange with the collector came a step further.
    Exchange(exchange::Step),
    /// It is time to settle what follows.
    Settle,
}

thread_local! {
    static MAIL: RefCell<VecDeque<Message>> = const { RefCell::new(VecDeque::new()) };
    static BUSY: Cell<bool> = const { Cell::new(false) };
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// Everything there is, and what was called while nothing is allowed.
struct State {
    loader: Loader,
    consent: Option<bool>,
    begun: bool,
    early: Vec<early::Early>,
    live: Option<Box<Live>>,
    after: Vec<After>,
}

/// So many calls are kept for when something is allowed, besides those from before the widget was there.
const EARLY: usize = 100;

/// Starts the widget. Returns why not, when it does not start.
pub fn start(loader: Loader) -> Option<String> {
    let build = option_env!("BANSO_BUILD").unwrap_or("unbuilt");
    if loader.build() != build {
        return Some(browser::joined(&[
            "the widget is of build ",
            build,
            " and the loader of build ",
            &loader.build(),
            ": reload the page",
        ]));
    }
    if !loader::keep(loader.clone()) {
        return Some("the widget was started before".to_owned());
    }
    STATE.with(|state| {
        if let Ok(mut state) = state.try_borrow_mut() {
            *state = Some(State {
                loader,
                consent: None,
                begun: false,
                early: Vec::new(),
                live: None,
                after: Vec::new(),
            });
        }
    });
    crate::capture::start();
    // The loader makes the queued calls right after this one returns.
    browser::then(
        &js_sys::Promise::resolve(&JsValue::UNDEFINED),
        Box::new(|_| post(Message::Begun)),
    );
    None
}

/// Takes a call of the host's.
pub fn call(name: &JsValue, first: &JsValue, second: &JsValue, when: When) {
    match api::read(name, first, second) {
        Ok(call) => post(Message::Call(call, when)),
        Err(misuse) => {
            if let Some(loader) = loader::loader() {
                loader.misuse(misuse);
            }
        }
    }
}

/// What `banso('status')` adds to what the loader knows.
pub fn status() -> JsValue {
    STATE
        .with(|state| {
            let state = state.try_borrow().ok()?;
            state.as_ref().map(State::status)
        })
        .unwrap_or(JsValue::UNDEFINED)
}

/// Says that something happened. Whatever was posted before is taken before.
pub fn post(message: Message) {
    MAIL.with(|mail| {
        if let Ok(mut mail) = mail.try_borrow_mut() {
            mail.push_back(message);
        }
    });
    if BUSY.replace(true) {
        return;
    }
    while let Some(message) = next() {
        let after = with(|state| state.take(message)).unwrap_or_default();
        for act in after {
            act();
        }
    }
    BUSY.set(false);
}

fn next() -> Option<Message> {
    MAIL.with(|mail| mail.try_borrow_mut().ok()?.pop_front())
}

fn with<R>(act: impl FnOnce(&mut State) -> R) -> Option<R> {
    STATE.with(|state| state.try_borrow_mut().ok()?.as_mut().map(act))
}

/// What is done once nothing is borrowed any more, since the host may call back from it.
type After = Box<dyn FnOnce()>;

impl State {
    fn take(&mut self, message: Message) -> Vec<After> {
        match message {
            Message::Call(call, when) => self.call(call, when),
            Message::Begun => {
                self.begun = true;
                self.allow();
            }
            message => match (&mut self.live, message) {
                (Some(live), message) => live.take(message),
                // It was denied before the outbox was open.
                (None, Message::Opened(Some((outbox, _)))) => outbox.close(),
                (None, _) => {}
            },
        }
        let mut after = std::mem::take(&mut self.after);
        if let Some(live) = &mut self.live {
            after.append(&mut live.after);
        }
        after
    }

    fn call(&mut self, call: Call, when: When) {
        match call {
            Call::Consent(granted) => {
                self.consent = Some(granted);
                if !granted {
                    self.early.retain(|(call, _)| !call.is_record());
                }
                self.allow();
            }
            Call::Trap if self.loader.debug() => trap(),
            call => {
                let refused = call.is_record() && self.refused();
                if let Some(live) = &mut self.live {
                    live.call(call);
                } else if !refused && (!self.begun || self.early.len() < EARLY) {
                    self.early.push((call, when));
                }
            }
        }
    }

    /// Whether nothing may be stored or recorded: the host says so, or the browser does (Global Privacy Control) and the
    /// host has no consent that says otherwise.
    fn refused(&self) -> bool {
        self.consent
            .map_or_else(privacy_control, |granted| !granted)
    }

    /// Begins or ends everything, as consent says.
    fn allow(&mut self) {
        if !self.begun {
            return;
        }
        match (self.refused(), &mut self.live) {
            (true, Some(live)) => {
                live.forget();
                self.after.append(&mut live.after);
                self.live = None;
            }
            (true, None) => Live::forget_stored(&self.loader.key(), self.consent),
            (false, None) => {
                let mut live = Box::new(Live::new(&self.loader));
                live.hear(std::mem::take(&mut self.early));
                self.live = Some(live);
            }
            (false, Some(_)) => {}
        }
    }

    fn status(&self) -> JsValue {
        match &self.live {
            Some(live) => live.status(),
            None if self.begun => browser::to_js(&live::Status::off(self.consent)),
            None => JsValue::UNDEFINED,
        }
    }
}

fn privacy_control() -> bool {
    let navigator = browser::window().map(|window| window.navigator());
    navigator
        .is_some_and(|navigator| browser::property(&navigator, "globalPrivacyControl").is_truthy())
}

/// Traps as a failure in the middle of the widget's own work would: with its state borrowed.
fn trap() {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
}
