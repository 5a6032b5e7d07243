//! One request after the other: batches of events, and the session they add up to.
//!
//! A tab has one exchange at a time. That a session is never asked for while a batch is on its way is what lets uses be
//! counted once: facts hold exactly what was answered before they were asked for.

use banso_engine::reduce::has_part;
use banso_model::time::Timestamp;
use banso_model::time::digits;
use banso_model::wire::{SessionRequest, limits};
use wasm_bindgen::prelude::*;

use super::live::Live;
use super::{Message, post};
use crate::backoff::{Backoff, retry_after_ms};
use crate::browser::{self, joined};
use crate::http::{self, Answer};
use crate::json;
use crate::loader;
use crate::queue::{Batch, Record, Room};

/// What a batch holds at most: well under the collector's limit for a body.
const ROOM: Room = Room {
    events: limits::EVENTS,
    bytes: 250_000,
};
/// Events are collected for so long before they are sent together.
const COLLECT_MS: i64 = 500;
/// A host is asked for a token this many times less often than a collector for an answer.
const TOKEN_PATIENCE: i64 = 10;
/// Another tab is delivering; it may be done then.
const OTHER_TAB_MS: i64 = 1500;

/// When what is sent next.
#[derive(Debug, Default)]
pub struct Exchange {
    open: bool,
    busy: bool,
    /// Not before this are events sent; none when there is nothing to wait for.
    deliver_at: Option<Timestamp>,
    deliver_backoff: Backoff,
    /// Not before this does the collector want to hear of events again.
    asked_until: Timestamp,
    /// Why nothing is delivered in this page any more.
    undeliverable: bool,
    /// Nothing is delivered until the host gave a token.
    token_missing: bool,
    /// Not before this is the host asked for a token again.
    token_at: Timestamp,
    token_backoff: Backoff,
    /// When the session is asked for.
    ask_at: Option<Timestamp>,
    ask_backoff: Backoff,
    /// Counts who was here: an answer for somebody before is no answer.
    epoch: u32,
    /// Up to which event a last request was sent.
    farewell: u32,
    /// Whether the latest session request failed in a way that may pass.
    ask_failed: bool,
    /// This tab delivers, and no other.
    turn: Option<Turn>,
    /// Whether the outbox is to be looked into.
    look: bool,
}

enum Job {
    Deliver,
    Ask,
}

/// How far the exchange came.
#[derive(Debug)]
pub enum Step {
    /// It is this tab's turn to deliver, or another tab's.
    Held(Option<Turn>),
    /// What waits on this device was read, whichever tab recorded it.
    Read(Option<(Vec<Record>, bool)>),
    /// A batch was answered.
    Delivered(Batch, Answer),
    /// A session request of somebody was answered.
    Answered(Answer, u32),
}

impl Exchange {
    /// The outbox is open (or known not to be): the exchange may begin, with a session first wanted now.
    pub fn open(&mut self) {
        self.open = true;
        self.ask_at = Some(Timestamp(0));
        self.deliver_at = None;
    }

    /// Somebody else is here.
    pub fn stranger(&mut self) {
        self.epoch += 1;
        self.ask();
    }

    /// Whether a last request may be sent, with everything before `seq`. When a page goes it says so more than once.
    pub fn say_farewell(&mut self, seq: u32) -> bool {
        let fresh = std::mem::replace(&mut self.farewell, seq) != seq;
        fresh && self.may_deliver()
    }

    /// A new session is wanted now.
    pub fn ask(&mut self) {
        self.ask_at = Some(Timestamp(0));
        self.ask_backoff.reset();
    }

    /// An event was recorded: it waits a moment for others.
    pub fn collect(&mut self, now: Timestamp) {
        if self.deliver_at.is_none() {
            self.deliver_at = Some(now.plus_ms(COLLECT_MS));
        }
    }

    /// A new session is wanted in a while.
    pub fn ask_later(&mut self, now: Timestamp) {
        self.ask_at = Some(now.plus_ms(self.ask_backoff.wait_ms(js_sys::Math::random(), None)));
    }

    /// Another tab may have gone and left something.
    pub const fn look(&mut self) {
        self.look = true;
    }

    /// The network is back, or the host wants everything delivered: nothing waits any longer than the collector asked.
    pub fn at_once(&mut self) {
        self.look();
        self.deliver_at = Some(self.asked_until);
        self.deliver_backoff.reset();
        if self.ask_at.is_some() {
            self.ask();
        }
    }

    /// The host gave a token, or says that somebody else is here.
    pub fn identified(&mut self) {
        self.token_missing = false;
        self.undeliverable = false;
        self.at_once();
    }

    /// The host has no other token: what waits for one is tried again, as often as one may be asked for.
    pub fn same_token(&mut self) {
        if std::mem::take(&mut self.token_missing) {
            self.deliver_at = Some(self.token_at);
        }
    }

    /// Whether the host may be asked for a token; it counts as asked then.
    pub fn may_want_token(&mut self, now: Timestamp) -> bool {
        let may = self.token_at <= now;
        if may {
            let wait = self.token_backoff.wait_ms(js_sys::Math::random(), None);
            self.token_at = now.plus_ms(wait.saturating_mul(TOKEN_PATIENCE));
        }
        may
    }

    /// The collector is content with the token.
    pub fn token_helps(&mut self) {
        self.token_at = Timestamp(0);
        self.token_backoff.reset();
    }

    /// Whether something waits or may wait, of which this tab `knows` some.
    pub const fn waits(&self, knows: bool) -> bool {
        knows || self.look
    }

    fn may_deliver(&self) -> bool {
        self.open && !self.undeliverable && !self.token_missing
    }

    /// When there is something to do next.
    pub fn next(&self, now: Timestamp, visible: bool, waiting: bool) -> Option<Timestamp> {
        if !self.open || self.busy {
            return None;
        }
        let deliver = self
            .deliver_at
            .or(Some(now))
            .filter(|_| waiting && self.may_deliver());
        let ask = self.ask_at.filter(|_| visible);
        [deliver, ask].into_iter().flatten().min()
    }
}

impl Live {
    /// Starts the exchange, when there is something to exchange and it is not on its way already.
    pub(super) fn kick(&mut self) {
        if self.exchange.busy {
            return;
        }
        let job = self.next_job();
        self.exchange.busy = job.is_some();
        match job {
            Some(Job::Deliver) => hold(self.outbox.is_some(), &joined(&["banso:", &self.key])),
            Some(Job::Ask) => {
                let body = self.session_request(browser::now());
                let epoch = self.exchange.epoch;
                self.exchange.ask_at = None;
                http::post(
                    &joined(&[&self.collector, "/v1/session"]),
                    &body,
                    Box::new(move |answer| step(Step::Answered(answer, epoch))),
                );
            }
            None => {}
        }
    }

    /// The exchange came a step further.
    pub(super) fn exchanged(&mut self, came: Step) {
        match came {
            Step::Held(None) => {
                self.exchange.deliver_at = Some(browser::now().plus_ms(OTHER_TAB_MS));
                self.exchange.busy = false;
            }
            Step::Held(turn) => {
                self.exchange.turn = turn;
                self.exchange.look = false;
                self.write();
                match &self.outbox {
                    Some(outbox) => outbox.read(Box::new(|read| step(Step::Read(read)))),
                    None => self.send_batch(),
                }
            }
            Step::Read(read) => {
                if let Some((records, whole)) = read {
                    self.queue.stored(records, whole);
                }
                self.send_batch();
            }
            Step::Delivered(batch, answer) => {
                let go_on = self.delivered(&batch, &answer);
                if go_on && self.exchange.ask_at.is_none_or(|at| at > browser::now()) {
                    self.send_batch();
                } else {
                    self.end_delivery();
                }
            }
            Step::Answered(answer, epoch) => {
                self.answered(&answer, epoch);
                self.exchange.look();
                self.exchange.busy = false;
            }
        }
        self.kick();
    }

    fn send_batch(&mut self) {
        let batch = self
            .queue
            .batch(ROOM)
            .filter(|_| self.exchange.may_deliver());
        let Some(batch) = batch else {
            return self.end_delivery();
        };
        let body = self.body(&batch);
        self.exchange.deliver_at = None;
        http::post(
            &joined(&[&self.collector, "/v1/events"]),
            &body,
            Box::new(|answer| step(Step::Delivered(batch, answer))),
        );
    }

    fn end_delivery(&mut self) {
        self.exchange.busy = false;
        self.exchange.turn = None;
    }

    fn next_job(&mut self) -> Option<Job> {
        let now = browser::now();
        let exchange = &self.exchange;
        if !exchange.open {
            return None;
        }
        let due = |at: Option<Timestamp>| at.is_none_or(|at| at <= now);
        // What was recorded goes first, so that the session knows of it; but a session does not wait for a batch that
        // waits itself.
        let wanted =
            exchange.ask_at.is_some_and(|at| at <= now) && (self.visible || self.session.is_none());
        let collecting = exchange
            .deliver_at
            .is_some_and(|at| at.since(now) <= COLLECT_MS);
        if exchange.waits(!self.queue.is_empty())
            && exchange.may_deliver()
            && (due(exchange.deliver_at) || (wanted && collecting))
        {
            return Some(Job::Deliver);
        }
        wanted.then_some(Job::Ask)
    }

    fn session_request(&mut self, now: Timestamp) -> String {
        self.overlay.waiting(|id| self.queue.contains(id));
        self.overlay.asked();
        let (user_traits, account_traits) = self.identity.traits();
        let request = SessionRequest {
            sender: self.identity.sender(&mut self.ids, now),
            build: self.loader.build(),
            user_traits,
            account_traits,
            page: self.address.recorded.clone(),
            locales: self.locales(),
            etag: self.session.as_ref().map(|session| session.etag.clone()),
        };
        json::write(&request)
    }

    pub(super) fn body(&self, batch: &Batch) -> String {
        let own = batch.stream == self.identity.stream();
        // A token that was renewed since replaces the one of that time, as long as it is the same user's.
        let renewed = self.identity.token().map(json::write);
        let token = renewed.filter(|_| has_part(&batch.who, &self.user_member()));
        let dropped = self.queue.dropped_of(&batch.stream);
        let token = if own || batch.token.is_some() {
            token
        } else {
            None
        };
        batch.body(token.as_deref(), dropped, &browser::now().text())
    }

    /// How a batch names the user that is here.
    fn user_member(&self) -> String {
        let user = self.identity.user().map(json::write);
        user.map_or_else(
            || "\"session\"".to_owned(),
            |user| joined(&["\"user\":", &user]),
        )
    }

    /// What the collector said to a batch. Returns whether to go on.
    fn delivered(&mut self, batch: &Batch, answer: &Answer) -> bool {
        let now = browser::now();
        match answer.status {
            200..=299 => {
                let Some(read) = json::read::<banso_model::wire::BatchAnswer>(&answer.body) else {
                    return self.undelivered(
                        now,
                        answer,
                        "the collector's answer is none: is something between it and this page?",
                    );
                };
                self.delivered += read.accepted + read.duplicate;
                if let Some(first) = read.rejected.first() {
                    self.wrong(
                        "rejected",
                        &joined(&["the collector rejected an event: ", &first.reason]),
                    );
                }
                self.queue.answered(&batch.ids);
                self.remove(&batch.ids);
                self.exchange.deliver_backoff.reset();
                self.problems.remove("delivery");
                if std::mem::take(&mut self.full) {
                    self.problems.remove("outbox");
                }
                let reached = self.exchange.ask_failed;
                if read.refresh || reached {
                    self.exchange.ask();
                }
                true
            }
            0 => self.undelivered(now, answer, "the collector cannot be reached"),
            408 | 429 | 500.. => self.undelivered(now, answer, "the collector is not ready"),
            400 | 413 => {
                let gone = self.queue.refused(&batch.ids);
                self.remove(&gone);
                if !gone.is_empty() {
                    self.wrong(
                        "rejected",
                        &joined(&["the collector refused an event: ", &answer.code()]),
                    );
                }
                true
            }
            _ if has_part(&answer.code(), "token") => {
                // Without anybody to ask now, it is tried again when somebody may be asked.
                if self.want_token(&answer.code()) {
                    self.exchange.token_missing = true;
                } else {
                    self.exchange.deliver_at =
                        Some(self.exchange.token_at.max(now.plus_ms(COLLECT_MS)));
                }
                self.wrong(
                    "token",
                    &joined(&["events wait for a fresh token: ", &answer.code()]),
                );
                false
            }
            status => {
                self.exchange.undeliverable = true;
                self.wrong(
                    "delivery",
                    &joined(&[
                        "the collector refuses this page: ",
                        &digits(i64::from(status)),
                        " ",
                        &answer.code(),
                    ]),
                );
                false
            }
        }
    }

    fn undelivered(&mut self, now: Timestamp, answer: &Answer, why: &str) -> bool {
        let wait = wait_ms(&mut self.exchange.deliver_backoff, now, answer);
        let at = now.plus_ms(wait);
        self.exchange.deliver_at = Some(at);
        if answer.retry_after().is_some() {
            self.exchange.asked_until = at;
        }
        self.wrong("delivery", &joined(&[why, ": what is recorded waits"]));
        false
    }

    /// What the collector said to a session request.
    fn answered(&mut self, answer: &Answer, epoch: u32) {
        if epoch != self.exchange.epoch {
            self.overlay.failed();
            return;
        }
        let now = browser::now();
        let status = answer.status;
        if (200..300).contains(&status)
            && let Some(session) = json::read(&answer.body)
        {
            self.exchange.ask_backoff.reset();
            self.exchange.ask_failed = false;
            self.problems.remove("session");
            if self.problems.contains_key("delivery") && !self.exchange.undeliverable {
                self.exchange.deliver_at = Some(self.exchange.asked_until);
            }
            let after = self.came(session);
            // What changed meanwhile is asked about again.
            let next = now.plus_ms(i64::from(after) * 1000);
            self.exchange.ask_at.get_or_insert(next);
            return;
        }
        self.overlay.failed();
        let (why, again) = match status {
            0 => ("the collector cannot be reached", true),
            408 | 429 | 500.. => ("the collector is not ready", true),
            200..300 => ("the collector's session cannot be read", true),
            _ => ("the collector refuses this page", false),
        };
        let code = answer.code();
        self.wrong(
            "session",
            &joined(&[
                why,
                ": no guides (",
                &digits(i64::from(status)),
                " ",
                &code,
                ")",
            ]),
        );
        if has_part(&code, "token") {
            self.want_token(&code);
        }
        self.exchange.ask_failed = again;
        self.exchange.ask_at =
            again.then(|| now.plus_ms(wait_ms(&mut self.exchange.ask_backoff, now, answer)));
    }
}

fn wait_ms(backoff: &mut Backoff, now: Timestamp, answer: &Answer) -> i64 {
    let asked = answer
        .retry_after()
        .and_then(|asked| retry_after_ms(&asked, now, browser::date_ms));
    backoff.wait_ms(js_sys::Math::random(), asked)
}

fn step(came: Step) {
    post(Message::Exchange(came));
}

#[wasm_bindgen]
extern "C" {
    type Locks;

    #[wasm_bindgen(method)]
    fn request(this: &Locks, name: &str, options: &JsValue, callback: &JsValue) -> js_sys::Promise;
}

/// A tab's turn to deliver what all share: it ends when this is dropped, and when the widget failed.
#[derive(Debug)]
pub struct Turn(JsValue);

/// How the loader ends what the widget owns.
const END: &str = "close";

impl Turn {
    fn new(end: &JsValue) -> Self {
        let turn = browser::object(END, end);
        if let Some(loader) = loader::loader() {
            loader.own(&turn);
        }
        Self(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let end = browser::property(&self.0, END).dyn_into::<js_sys::Function>();
        let ended = end.and_then(|end| end.call0(&self.0));
        if let (Some(loader), Ok(_)) = (loader::loader(), ended) {
            loader.disown(&self.0);
        }
    }
}

/// Where there are no locks tabs may deliver the same event, and it is counted once.
const NO_LOCK: Turn = Turn(JsValue::NULL);

/// Lets only one tab deliver what they share.
fn hold(shared: bool, name: &str) {
    let locks = browser::window().map(|window| browser::property(&window.navigator(), "locks"));
    let Some(locks) = locks.filter(|locks| locks.is_object() && shared) else {
        return step(Step::Held(Some(NO_LOCK)));
    };
    let options = browser::object("ifAvailable", &JsValue::TRUE);
    let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() {
            step(Step::Held(None));
            return JsValue::UNDEFINED;
        }
        let mut turn = None;
        let held = js_sys::Promise::new(&mut |end, _| turn = Some(Turn::new(&end)));
        step(Step::Held(turn));
        held.into()
    });
    let request = locks
        .unchecked_into::<Locks>()
        .request(name, &options, &callback);
    let refused = |ended: Option<JsValue>| {
        if ended.is_none() {
            step(Step::Held(Some(NO_LOCK)));
        }
    };
    browser::then(&request, Box::new(refused));
}
