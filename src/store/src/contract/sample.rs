//! Writes to try a store with, each built from what its case is about.

use banso_model::event::{GuideAct, Kind};
use banso_model::rollup::{Metric, Source};
use banso_model::time::{DAY_MS, Day, Timestamp};
use banso_model::value::Value;

use crate::write::{NewEvent, NewTrait, Owner, ProgressChange, StreamReport, Write};

/// A day on which samples happen: the 20th of October 2026, and days after it.
#[must_use]
pub const fn day(after: i32) -> Day {
    Day(20_746 + after)
}

/// Noon of a [`day`] and some milliseconds.
#[must_use]
pub const fn noon(after: i32, ms: i64) -> Timestamp {
    Timestamp(day(after).0 as i64 * DAY_MS + DAY_MS / 2 + ms)
}

/// The day that holds an instant.
#[must_use]
pub fn day_of(at: Timestamp) -> Day {
    at.utc_day()
}

/// A UUIDv7 of that time; `n` tells those of one time apart.
#[must_use]
pub const fn event_id(at: Timestamp, n: u64) -> u128 {
    (at.0 as u128) << 80 | 7 << 76 | 2 << 62 | n as u128
}

/// A write in the making.
#[derive(Clone, Debug)]
pub struct Sample(pub Write);

impl Sample {
    /// What an account's user did.
    #[must_use]
    pub fn of(account: &str, user: &str) -> Self {
        Self::new(Owner::Account(account.to_owned()), Some(user), "device-1")
    }

    /// What was done on a device before anyone was identified on it.
    #[must_use]
    pub fn on(device: &str) -> Self {
        Self::new(Owner::Device(device.to_owned()), None, device)
    }

    fn new(owner: Owner, user: Option<&str>, device: &str) -> Self {
        Self(Write {
            owner,
            user: user.map(str::to_owned),
            device: device.to_owned(),
            received: noon(0, 0),
            received_day: day(0),
            events: Vec::new(),
            traits: Vec::new(),
            merge: false,
            stream: None,
        })
    }

    /// From this device.
    #[must_use]
    pub fn from(mut self, device: &str) -> Self {
        device.clone_into(&mut self.0.device);
        self
    }

    /// Received so many days later.
    #[must_use]
    pub fn received(mut self, after: i32) -> Self {
        self.0.received = noon(after, 0);
        self.0.received_day = day(after);
        self
    }

    /// The device becomes the account's.
    #[must_use]
    pub fn merging(mut self) -> Self {
        self.0.merge = true;
        self
    }

    /// With a use of a feature: the `n`-th event of the store, so many days after the first day.
    #[must_use]
    pub fn uses(self, feature: &str, n: u64, after: i32) -> Self {
        let adds = vec![(Metric::Feature(feature.to_owned()), 1)];
        self.event(Kind::Feature, feature, n, after, adds, None)
    }

    /// With active seconds.
    #[must_use]
    pub fn active(self, seconds: u64, n: u64, after: i32) -> Self {
        let adds = vec![(Metric::ActiveSeconds, seconds)];
        self.event(Kind::Active, "", n, after, adds, None)
    }

    /// With an act on a guide.
    #[must_use]
    pub fn acts(self, guide: &str, act: GuideAct, n: u64) -> Self {
        let change = ProgressChange::Guide {
            act,
            step: Some(format!("step-{n}")),
            until: (act == GuideAct::Snoozed).then(|| noon(9, 0)),
            interrupts: act == GuideAct::Seen,
        };
        let adds = vec![(Metric::Guide(guide.to_owned(), act.as_str().to_owned()), 1)];
        self.event(Kind::Guide, guide, n, 0, adds, Some(change))
    }

    /// With an item completed.
    #[must_use]
    pub fn completes(self, item: &str, n: u64) -> Self {
        let adds = vec![(Metric::Item(item.to_owned()), 1)];
        self.event(Kind::Item, item, n, 0, adds, Some(ProgressChange::Item))
    }

    /// With a question answered.
    #[must_use]
    pub fn answers(self, question: &str, value: impl Into<Value>, n: u64) -> Self {
        let change = ProgressChange::Answer(value.into());
        self.event(Kind::Answer, question, n, 0, Vec::new(), Some(change))
    }

    /// With a search of help that found nothing.
    #[must_use]
    pub fn misses(self, query: &str, n: u64) -> Self {
        let adds = vec![(Metric::Help("missed".to_owned()), 1)];
        let change = ProgressChange::Missed(query.to_owned());
        self.event(Kind::Help, "search", n, 0, adds, Some(change))
    }

    /// With content looked at.
    #[must_use]
    pub fn reads(self, article: &str, seconds: u64, n: u64) -> Self {
        let adds = vec![(Metric::ContentSeconds, seconds)];
        self.event(Kind::Content, article, n, 0, adds, None)
    }

    /// With a trait of the account.
    #[must_use]
    pub fn account_trait(self, name: &str, value: impl Into<Value>, source: Source) -> Self {
        self.told(true, name, value.into(), source)
    }

    /// With a trait of the user.
    #[must_use]
    pub fn user_trait(self, name: &str, value: impl Into<Value>, source: Source) -> Self {
        self.told(false, name, value.into(), source)
    }

    fn told(mut self, of_account: bool, name: &str, value: Value, source: Source) -> Self {
        self.0.traits.push(NewTrait {
            of_account,
            name: name.to_owned(),
            value,
            source,
        });
        self
    }

    /// Sent with this key.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.report().key);
        self
    }

    /// With what the client says of its stream: how many it gave up, and the places of those that were rejected.
    #[must_use]
    pub fn reports(mut self, stream: &str, dropped: u32, rejected: &[u32]) -> Self {
        let report = self.report();
        stream.clone_into(&mut report.stream);
        report.dropped = dropped;
        report.rejected = rejected.to_vec();
        self
    }

    fn report(&mut self) -> &mut StreamReport {
        self.0.stream.get_or_insert_default()
    }

    /// The events so far belong to this session.
    #[must_use]
    pub fn in_session(mut self, session: &str) -> Self {
        for event in &mut self.0.events {
            session.clone_into(&mut event.session);
        }
        self
    }

    /// The events so far are those of a stream, from this place on.
    #[must_use]
    pub fn in_stream(mut self, stream: &str, from: u32) -> Self {
        for (seq, event) in (from..).zip(&mut self.0.events) {
            stream.clone_into(&mut event.stream);
            event.seq = seq;
        }
        self
    }

    fn event(
        mut self,
        kind: Kind,
        name: &str,
        n: u64,
        after: i32,
        adds: Vec<(Metric, u64)>,
        progress: Option<ProgressChange>,
    ) -> Self {
        let at = noon(after, n as i64);
        self.0.events.push(NewEvent {
            id: event_id(at, n),
            recorded: at,
            at,
            day: day(after),
            kind,
            name: name.to_owned(),
            session: String::new(),
            stream: String::new(),
            seq: 0,
            page: Some("/reports/new".to_owned()),
            props: String::new(),
            adds,
            progress,
        });
        self
    }
}

/// One account's use of a feature now, as a page would send it: for tests that stream writes.
#[must_use]
pub fn event_write(account: &str, at: Timestamp, n: u64) -> Write {
    let mut write = Sample::of(account, "u1").uses("report.create", n, 0).0;
    for event in &mut write.events {
        event.id = event_id(at, n);
        event.recorded = at;
        event.at = at;
        event.day = day_of(at);
    }
    write.received = at;
    write.received_day = day_of(at);
    write
}
