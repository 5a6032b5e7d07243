//! What happened in the page becomes events: appended to memory at once, written in the next task.

use banso_model::event::{Event, Kind};
use banso_model::time::Timestamp;
use banso_model::value::{Value, Values};
use banso_model::wire::{FeatureRule, limits};
use serde::Serialize;
use web_sys::{Element, Url};

use super::live::Live;
use crate::address;
use crate::browser::{self, joined};
use crate::capture;
use crate::http;
use crate::json::{self, object};
use crate::queue::{Record, Room, weight};
use crate::rules::{Act, Rules};

/// What browsers take from a page that goes, all requests together, less what the batch's head needs.
const FAREWELL: Room = Room {
    events: limits::EVENTS,
    bytes: 60_000,
};

const RULES: &str = "rules";

/// What a click was a use of, until the task is over: the browser's echo of it on a label's field, and the submission
/// it leads to, are the same act.
#[derive(Debug, Default)]
pub(super) struct Follow {
    features: Vec<String>,
    field: Option<Element>,
}

/// The rules of the last visit, so that a page is captured before the collector has answered.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Kept {
    features: Vec<FeatureRule>,
    params: Vec<String>,
}

object!(Kept { features, params });

impl Live {
    /// Records an event. Returns its id, or none when it is too large to be sent.
    pub(super) fn record(&mut self, kind: Kind, name: &str, props: Values) -> Option<String> {
        let now = self.now();
        let event = Event {
            id: self.ids.next(now.0, browser::random_bytes()),
            seq: self.seq,
            kind,
            name: name.to_owned(),
            at: now,
            page: Some(self.address.recorded.clone()),
            props,
        };
        let text = json::write(&event);
        if text.len() > limits::EVENT {
            self.loader
                .misuse("an event was not recorded: it is larger than 32 KB");
            return None;
        }
        self.seq += 1;
        let who = self.identity.who(&mut self.ids, now);
        self.speak(&who);
        let record = Record {
            id: event.id.clone(),
            who,
            stream: self.identity.stream().to_owned(),
            token: self.identity.token().map(json::write),
            weight: weight(kind),
            dropped: self.queue.dropped_of(self.identity.stream()),
            text,
        };
        self.queue.push(record);
        self.exchange.collect(now);
        let gone = self.queue.trim();
        self.remove(&gone);
        Some(event.id)
    }

    /// The time of what is being recorded.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(browser::now)
    }

    /// Tells the loader as whom it reports a failure.
    fn speak(&mut self, who: &str) {
        if self.spoken != who {
            who.clone_into(&mut self.spoken);
            let token = self.identity.token().map(json::write);
            let token = token.map_or_else(String::new, |token| joined(&[",\"token\":", &token]));
            self.loader.speak(Some(&joined(&["{", who, &token, "}"])));
        }
    }

    /// Records the use of a feature, counts it at once and tells the tour.
    fn used(&mut self, feature: &str) {
        if let Some(id) = self.record(Kind::Feature, feature, Values::new()) {
            self.count(&id, feature);
        }
    }

    fn count(&mut self, event: &str, feature: &str) {
        self.overlay.used(event, feature, self.now());
        self.dirty = true;
        self.feature_used(feature);
    }

    pub(super) fn clicked(&mut self, origin: &Element) {
        self.input();
        let features: Vec<String> = self
            .rules
            .acted(origin, Act::Click)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let echoed = self.follow.field.as_ref() == Some(origin);
        for feature in &features {
            if !echoed || !self.follow.features.contains(feature) {
                self.used(feature);
            }
        }
        if !features.is_empty() {
            self.follow = Follow {
                features,
                field: capture::echo(origin),
            };
        }
    }

    pub(super) fn submitted(&mut self, origin: &Element) {
        let features: Vec<String> = self
            .rules
            .acted(origin, Act::Submit)
            .into_iter()
            .map(str::to_owned)
            .collect();
        for feature in features {
            if !self.follow.features.contains(&feature) {
                self.used(&feature);
            }
        }
    }

    /// The host says that something happened.
    pub(super) fn track(&mut self, name: &str, props: Values) {
        if let Some(id) = self.record(Kind::Track, name, props) {
            let features: Vec<String> = self.rules.tracked(name).map(str::to_owned).collect();
            for feature in features {
                self.count(&id, &feature);
            }
        }
    }

    /// The user did something. Returns whether that added up to an event.
    pub(super) fn input(&mut self) -> bool {
        self.read_on();
        let worth = self.activity.input(browser::now());
        if worth {
            self.record_activity();
        }
        worth
    }

    fn record_activity(&mut self) {
        if let Some(seconds) = self.activity.take(browser::now()) {
            let props = props(&[("seconds", Value::Number(seconds as f64))]);
            self.record(Kind::Active, "", props);
        }
    }

    pub(super) fn seen(&mut self, visible: bool) {
        self.visible = visible;
        self.activity.visible(visible, browser::now());
        self.look_at_article();
        if visible {
            self.exchange.look();
            self.dirty = true;
        } else {
            self.leave();
        }
    }

    /// The page goes, perhaps for good: what was recorded is written now, and sent in a request that outlives the page.
    /// It stays in the outbox all the same, until a page that lives hears the answer; the collector counts it once.
    pub(super) fn leave(&mut self) {
        self.record_activity();
        self.record_reading();
        self.write();
        if !self.exchange.say_farewell(self.seq) {
            return;
        }
        if let Some(batch) = self.queue.farewell(self.identity.stream(), FAREWELL) {
            let body = self.body(&batch);
            http::post_and_go(&joined(&[&self.collector, "/v1/events"]), &body);
        }
    }

    /// The page's address changed.
    pub(super) fn moved(&mut self) {
        let before = std::mem::take(&mut self.address);
        self.record_activity_on(&before.recorded);
        self.opened_page(None);
        if self.address.url == before.url {
            self.address.unmatched = before.unmatched;
            return;
        }
        self.dirty = true;
        self.page_changed();
        let same = self.address.recorded == before.recorded;
        self.match_page(same.then_some(before.url.as_str()));
        self.asked_by_link();
    }

    /// Active time belongs to the page it was spent on.
    fn record_activity_on(&mut self, page: &str) {
        page.clone_into(&mut self.address.recorded);
        self.record_activity();
    }

    /// The address of this page, or what the host said of a page, here or on an earlier one.
    fn resolved(&self, given: Option<&str>) -> Option<Url> {
        let mut here = browser::window()?.location().href().ok()?;
        if self.address.left {
            here = Url::new_with_base(&self.address.url, &here).ok()?.href();
        }
        match given {
            Some(given) => Url::new_with_base(given, &here),
            None => Url::new(&here),
        }
        .ok()
    }

    /// Takes note of the page, as the address or the host says, and records it when it is another.
    pub(super) fn opened_page(&mut self, given: Option<&str>) {
        let Some(url) = self.resolved(given) else {
            self.loader.misuse("page needs a path or an address");
            return;
        };
        let recorded = address::recorded(&url.pathname(), &url.search(), &self.params);
        let another = recorded != self.address.recorded || given.is_some();
        self.address.url = url.href();
        self.address.recorded = recorded;
        if another {
            self.record(Kind::Page, "", Values::new());
        }
    }

    /// Records the features that opening this page is a use of. Without rules they wait for the session.
    pub(super) fn match_page(&mut self, before: Option<&str>) {
        if self.session.is_none() && self.rules.is_empty() {
            self.address.unmatched = true;
            return;
        }
        self.address.unmatched = false;
        let features: Vec<String> = self
            .rules
            .opened(&self.patterns, &self.address.url, before)
            .into_iter()
            .map(str::to_owned)
            .collect();
        for feature in features {
            self.used(&feature);
        }
    }

    /// Takes the rules of the last visit.
    pub(super) fn read_rules(&mut self) {
        let kept: Kept = self.storage.read(RULES).unwrap_or_default();
        self.rules = Rules::new(kept.features);
        self.params = kept.params;
    }

    /// Takes the rules that came with a session.
    pub(super) fn take_rules(&mut self, features: &[FeatureRule], params: &[String]) {
        let new = Kept {
            features: features.to_vec(),
            params: params.to_vec(),
        };
        if self.storage.read::<Kept>(RULES).as_ref() != Some(&new) {
            self.storage.write(RULES, &new);
        }
        self.rules = Rules::new(new.features);
        self.params = new.params;
    }

    /// Writes what was recorded to the outbox.
    pub(super) fn write(&mut self) {
        let Some(outbox) = self.outbox.as_ref().filter(|_| !self.full) else {
            return;
        };
        let records = self.queue.unwritten();
        if !records.is_empty() {
            outbox.write(&records);
        }
    }

    /// Nothing could be written: a disk that is full, or storage that was taken away. Memory has it still, and it is tried
    /// again when something was delivered.
    pub(super) fn unwritten(&mut self) {
        self.full = true;
        self.queue.unwrote();
        self.wrong(
            "outbox",
            "the outbox cannot be written: what is not delivered before this page ends is lost",
        );
    }

    /// Removes what was answered or given up from the outbox.
    pub(super) fn remove(&self, ids: &[String]) {
        if let Some(outbox) = self.outbox.as_ref().filter(|_| !ids.is_empty()) {
            outbox.remove(ids);
        }
    }

    /// What waited in the outbox when the page opened is in no facts yet: uses of this user count at once.
    pub(super) fn recall(&mut self, records: &[Record]) {
        for record in records {
            let whose: Option<Values> = json::read(&joined(&["{", &record.who, "}"]));
            let user = whose.and_then(|mut whose| whose.remove("user"));
            if user.as_ref().and_then(Value::as_text) != self.identity.user() {
                continue;
            }
            let Some(event) = json::read::<Event>(&record.text) else {
                continue;
            };
            let at: Timestamp = event.at;
            match event.kind {
                Kind::Feature => self.overlay.used(&event.id, &event.name, at),
                Kind::Track => {
                    for feature in self.rules.tracked(&event.name) {
                        self.overlay.used(&event.id, feature, at);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Properties of an event.
#[inline(never)]
pub(super) fn props(pairs: &[(&str, Value)]) -> Values {
    let mut props = Values::new();
    for (name, value) in pairs {
        props.insert((*name).to_owned(), value.clone());
    }
    props
}
