//! Everything there is while something is allowed.

use std::rc::Rc;

use banso_model::guide::Guide;
use banso_model::named::Named;
use banso_model::target::Target;
use banso_model::time::Timestamp;
use banso_model::value::Value;
use banso_model::wire::{Section, Session};
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::exchange::Exchange;
use super::tour::{Running, Suspended};
use super::{After, Message, post};
use crate::activity::Activity;
use crate::anchor::Watch;
use crate::api::Call;
use crate::browser::{self, Timer};
use crate::capture;
use crate::facts::Patterns;
use crate::identity::{Identity, Naming};
use crate::ids::Ids;
use crate::loader::Loader;
use crate::outbox::{self, Outbox};
use crate::overlay::Overlay;
use crate::progress::Memory;
use crate::queue::Queue;
use crate::rules::Rules;
use crate::scene::Scene;
use crate::storage::Storage;

/// How long the outbox is waited for: one that does not answer, as some browsers' never does, keeps nothing from being
/// delivered.
const PATIENCE_MS: i64 = 3_000;

/// Everything there is while something is allowed.
pub struct Live {
    pub(super) loader: Loader,
    pub(super) key: String,
    pub(super) collector: String,
    pub(super) storage: Storage,
    pub(super) ids: Ids,
    pub(super) identity: Identity,
    pub(super) locale: Option<String>,
    pub(super) visible: bool,
    /// When what is being heard was called, when that was before.
    pub(super) clock: Option<Timestamp>,

    pub(super) seq: u32,
    pub(super) spoken: String,
    pub(super) queue: Queue,
    pub(super) outbox: Option<Outbox>,
    /// Gives the outbox up when it does not answer.
    patience: Option<Timer>,
    /// Whether the outbox could not be written.
    pub(super) full: bool,
    pub(super) exchange: Exchange,
    pub(super) delivered: u32,
    pub(super) problems: Named<String>,

    pub(super) activity: Activity,
    pub(super) rules: Rules,
    pub(super) params: Vec<String>,
    pub(super) patterns: Patterns,
    pub(super) address: Address,
    pub(super) follow: super::record::Follow,

    pub(super) session: Option<Rc<Session>>,
    pub(super) overlay: Overlay,
    pub(super) memory: Memory,
    pub(super) guides: Named<Option<Rc<Guide>>>,
    pub(super) lists: Named<Vec<String>>,

    pub(super) asked: Named<Timestamp>,
    pub(super) armed: Named<Timestamp>,
    pub(super) suspended: Named<Suspended>,
    pub(super) watch: Option<(Vec<Target>, Watch)>,
    pub(super) hidden: Named<()>,
    pub(super) running: Vec<Running>,
    pub(super) runs: u32,
    pub(super) listed: Vec<String>,
    pub(super) finished: Named<()>,
    pub(super) hub_open: bool,
    pub(super) opened: super::draw::Opened,
    /// What was answered, and what of that is recorded, by `guide/step`.
    pub(super) answers: Named<Value>,
    pub(super) answered: Named<Value>,
    /// The part of the hub that is shown; none for its first.
    pub(super) section: Option<Section>,
    pub(super) help: super::help::Help,
    pub(super) again_at: Option<Timestamp>,
    pub(super) scene: Option<Scene>,

    pub(super) dirty: bool,
    pub(super) soon: Option<Timer>,
    pub(super) wake: Option<(Timestamp, Option<Timer>)>,
    pub(super) after: Vec<After>,
}

/// Where the page is.
#[derive(Debug, Default)]
pub(super) struct Address {
    /// The whole address: what conditions are asked about.
    pub(super) url: String,
    /// What of it is recorded.
    pub(super) recorded: String,
    /// Whether the page's features still wait for the rules.
    pub(super) unmatched: bool,
    /// Whether it is an earlier page's: then what the host says of pages is read as said there.
    pub(super) left: bool,
}

/// What `banso('status')` adds to what the loader knows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    queued: usize,
    delivered: u32,
    dropped: u32,
    problems: Vec<String>,
}

impl Status {
    /// Nothing is allowed.
    pub(super) fn off(consent: Option<bool>) -> Self {
        let why = if consent.is_some() {
            "consent is denied"
        } else {
            "Global Privacy Control is on: banso('consent', 'granted') says that the user agreed"
        };
        Self {
            state: Some("off"),
            problems: vec![why.to_owned()],
            ..Self::default()
        }
    }
}

impl Live {
    pub(super) fn new(loader: &Loader) -> Self {
        let now = browser::now();
        let key = loader.key();
        let storage = Storage::new(&key);
        let identity = Identity::open(&key, storage.clone(), now, Naming::default());
        Self {
            loader: loader.clone(),
            collector: loader.collector(),
            key,
            storage,
            ids: Ids::default(),
            identity,
            locale: None,
            visible: capture::is_visible(),
            clock: None,
            seq: 0,
            spoken: String::new(),
            queue: Queue::default(),
            outbox: None,
            patience: None,
            full: false,
            exchange: Exchange::default(),
            delivered: 0,
            problems: Named::default(),
            activity: Activity::default(),
            rules: Rules::default(),
            params: Vec::new(),
            patterns: Patterns::default(),
            address: Address::default(),
            follow: super::record::Follow::default(),
            session: None,
            overlay: Overlay::default(),
            memory: Memory::default(),
            guides: Named::default(),
            lists: Named::default(),
            asked: Named::default(),
            armed: Named::default(),
            suspended: Named::default(),
            watch: None,
            hidden: Named::default(),
            running: Vec::new(),
            runs: 0,
            listed: Vec::new(),
            finished: Named::default(),
            hub_open: false,
            opened: super::draw::Opened::default(),
            answers: Named::default(),
            answered: Named::default(),
            section: None,
            help: super::help::Help::default(),
            again_at: None,
            scene: None,
            dirty: false,
            soon: None,
            wake: None,
            after: Vec::new(),
        }
    }

    /// Begins to record; what the host said before is known.
    pub(super) fn begin(&mut self) {
        self.activity.visible(self.visible, browser::now());
        self.opened_page(None);
        self.match_page(None);
        self.asked_by_link();
        let key = self.key.clone();
        self.patience = Timer::after(PATIENCE_MS, || post(Message::Opened(None)));
        Outbox::open(&key, |outbox| {
            let Some(outbox) = outbox else {
                return post(Message::Opened(None));
            };
            let opened = outbox.clone();
            outbox.read(Box::new(|read| {
                post(Message::Opened(read.map(|(records, _)| (opened, records))));
            }));
        });
    }

    pub(super) fn take(&mut self, message: Message) {
        match message {
            Message::Clicked(origin) => self.clicked(&origin),
            Message::Submitted(origin) => self.submitted(&origin),
            Message::Input => {
                if !self.input() {
                    return;
                }
            }
            Message::Moved => self.moved(),
            Message::Visible(visible) => self.seen(visible),
            Message::Leaving => self.leave(),
            Message::Online => self.exchange.at_once(),
            Message::Changed => self.dirty = true,
            Message::Intent(intent) => self.intend(intent),
            Message::Opened(opened) => self.opened(opened),
            Message::Unwritten => self.unwritten(),
            Message::Fetched(hash, guide) => self.fetched(hash, guide),
            Message::Exchange(step) => self.exchanged(step),
            Message::Found(query, found) => self.found_help(query, found),
            Message::Article(article) => self.read_article(article),
            Message::Settle => return self.settle(),
            Message::Call(..) | Message::Begun => {}
        }
        self.settle_soon();
    }

    /// What follows from what happened is settled in the next task, once for all that happens in this one.
    pub(super) fn settle_soon(&mut self) {
        if self.soon.is_none() {
            self.soon = Timer::after(0, || post(Message::Settle));
        }
    }

    fn settle(&mut self) {
        self.soon = None;
        self.follow = super::record::Follow::default();
        self.write();
        self.decide();
        self.search_due(browser::now());
        self.draw();
        self.kick();
        self.set_wake();
    }

    /// Sets the one timer for whatever comes next by time alone.
    fn set_wake(&mut self) {
        let now = browser::now();
        let next = [
            self.again_at,
            self.help.search_at,
            self.exchange.next(
                now,
                self.visible,
                self.exchange.waits(!self.queue.is_empty()),
            ),
            self.running.iter().filter_map(Running::next).min(),
        ]
        .into_iter()
        .flatten()
        .min();
        if self.wake.as_ref().map(|(at, _)| *at) == next && next.is_some_and(|at| at > now) {
            return;
        }
        self.wake = next.map(|at| {
            // A little late rather than a little early, or it would be set again.
            let ms = at.since(now).max(0) + 1;
            (at, Timer::after(ms, || post(Message::Settle)))
        });
    }

    /// It can still open after it was given up: then it takes what memory has.
    fn opened(&mut self, opened: Option<(Outbox, Vec<crate::queue::Record>)>) {
        self.patience = None;
        match opened {
            Some((outbox, records)) => {
                self.recall(&records);
                self.queue.stored(records, false);
                self.outbox = Some(outbox);
                self.problems.remove("outbox");
            }
            None => {
                self.wrong(
                    "outbox",
                    "no IndexedDB: what is not delivered before this page ends is lost",
                );
            }
        }
        self.exchange.open();
    }

    /// Takes note of what is wrong, until it is right again.
    pub(super) fn wrong(&mut self, place: &str, problem: &str) {
        self.problems.insert(place.to_owned(), problem.to_owned());
    }

    /// Ends everything and forgets it.
    pub(super) fn forget(&mut self) {
        self.loader.speak(None);
        self.queue.clear();
        self.session = None;
        self.running.clear();
        self.scene = None;
        self.show_scene();
        if let Some(outbox) = &self.outbox {
            outbox.close();
        }
        self.storage.clear();
        outbox::delete(&self.key);
    }

    /// Forgets what an earlier page stored, when the host says that there is no consent.
    pub(super) fn forget_stored(key: &str, consent: Option<bool>) {
        if consent == Some(false) {
            Storage::new(key).clear();
            outbox::delete(key);
        }
    }

    pub(super) fn status(&self) -> JsValue {
        browser::to_js(&Status {
            state: None,
            queued: self.queue.len(),
            delivered: self.delivered,
            dropped: self.queue.dropped(),
            problems: self.problems.values().cloned().collect(),
        })
    }

    pub(super) fn call(&mut self, call: Call) {
        self.called(call);
        self.settle_soon();
    }
}
