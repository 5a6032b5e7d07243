//! What waits for delivery: order, batches, bounds.
//!
//! Pure: the outbox keeps it in IndexedDB, the delivery sends what it says.

use banso_model::event::Kind;
use banso_model::named::Named;
use banso_model::time::digits;
use serde::Serialize;

/// Most events that wait.
pub const MOST_EVENTS: usize = 10_000;
/// Most bytes of events that wait.
pub const MOST_BYTES: usize = 5_000_000;

/// An event that waits, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The event's id; ids ascend with time.
    pub id: String,
    /// Who recorded it: the members of a batch that were frozen with the event, as JSON without the braces.
    pub who: String,
    /// The page load it belongs to.
    pub stream: String,
    /// The identity token of that time, as a JSON string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// How much it matters when something must go; see [`weight`].
    pub weight: u8,
    /// How many events of the page load are known to have been given up: a later page says so for it.
    pub dropped: u32,
    /// The event as JSON.
    pub text: String,
}

/// How much an event of a kind matters: what cannot be had again matters most.
#[must_use]
pub const fn weight(kind: Kind) -> u8 {
    match kind {
        Kind::Active => 0,
        Kind::Page => 1,
        Kind::Help | Kind::Content => 2,
        Kind::Track | Kind::Feature => 3,
        Kind::Guide | Kind::Item | Kind::Answer | Kind::Error => 4,
    }
}

/// How large a batch may be.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Most events.
    pub events: usize,
    /// Most bytes of their JSON.
    pub bytes: usize,
}

/// Some events of one sender, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The sender's members, as JSON without the braces.
    pub who: String,
    /// The page load.
    pub stream: String,
    /// The sender's latest token, as a JSON string.
    pub token: Option<String>,
    /// Ids of the events.
    pub ids: Vec<String>,
    /// The events, as JSON separated by commas.
    pub events: String,
}

impl Batch {
    /// The body of the request. `token` replaces the one that was recorded; `sent_at` is RFC 3339.
    #[must_use]
    pub fn body(&self, token: Option<&str>, dropped: u32, sent_at: &str) -> String {
        let mut body = String::with_capacity(self.events.len() + self.who.len() + 256);
        body.push('{');
        body.push_str(&self.who);
        if let Some(token) = token.or(self.token.as_deref()) {
            body.push_str(",\"token\":");
            body.push_str(token);
        }
        body.push_str(",\"sent_at\":\"");
        body.push_str(sent_at);
        body.push_str("\",\"dropped\":");
        body.push_str(&digits(i64::from(dropped)));
        body.push_str(",\"events\":[");
        body.push_str(&self.events);
        body.push_str("]}");
        body
    }
}

/// Everything that waits, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    records: Named<(Record, Place)>,
    bytes: usize,
    dropped: Named<u32>,
    /// After a batch was refused as a whole, batches are this small at most, to find the event that is wrong.
    narrow: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Not written yet.
    Memory,
    /// In the outbox.
    Outbox,
}

impl Queue {
    /// How many events wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether an event waits.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.records.contains_key(id)
    }

    /// Events given up, of all streams of which something waits or waited in this page load.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        self.dropped.values().sum()
    }

    /// Events of a stream given up so far.
    #[must_use]
    pub fn dropped_of(&self, stream: &str) -> u32 {
        self.dropped.get(stream).copied().unwrap_or(0)
    }

    /// Everything that waits, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.values().map(|(record, _)| record)
    }

    /// Adds an event that was just recorded.
    pub fn push(&mut self, record: Record) {
        self.add(record, Place::Memory);
    }

    /// Takes note of what the outbox holds. `whole` says whether that is all of it: then what is missing from it was
    /// answered to another tab.
    pub fn stored(&mut self, records: Vec<Record>, whole: bool) {
        if whole {
            let there = sorted(records.iter().map(|record| record.id.as_str()).collect());
            let gone =
                |id: &str, place| place == Place::Outbox && there.binary_search(&id).is_err();
            let bytes = &mut self.bytes;
            self.records
                .retain(|id, (record, place)| keep(!gone(id, *place), record, bytes));
        }
        for record in records {
            self.add(record, Place::Outbox);
        }
    }

    /// Events to be written to the outbox now; they count as written.
    pub fn unwritten(&mut self) -> Vec<Record> {
        let unwritten = self
            .records
            .values_mut()
            .filter(|(_, place)| *place == Place::Memory);
        unwritten
            .map(|(record, place)| {
                *place = Place::Outbox;
                record.clone()
            })
            .collect()
    }

    /// Something could not be written, so it is not known what is: what is written twice is one record still.
    pub fn unwrote(&mut self) {
        for (_, place) in self.records.values_mut() {
            *place = Place::Memory;
        }
    }

    /// Gives up events until the rest is within bounds, the oldest of the least important first. Returns their ids.
    pub fn trim(&mut self) -> Vec<String> {
        let mut gone = Vec::new();
        while self.records.len() > MOST_EVENTS || self.bytes > MOST_BYTES {
            let least = self
                .records
                .values()
                .min_by_key(|(record, _)| record.weight);
            let Some(id) = least.map(|(record, _)| record.id.clone()) else {
                break;
            };
            self.give_up(&id);
            gone.push(id);
        }
        gone
    }

    /// The next batch: the oldest event and what follows it from the same sender.
    #[must_use]
    pub fn batch(&self, room: Room) -> Option<Batch> {
        let (first, _) = self.records.values().next()?;
        self.batch_of(&first.who, room)
    }

    /// The batch of a stream's latest sender: what is most worth sending when the page goes.
    #[must_use]
    pub fn farewell(&self, stream: &str, room: Room) -> Option<Batch> {
        let last = self
            .iter()
            .filter(|record| record.stream == stream)
            .last()?;
        self.batch_of(&last.who, room)
    }

    fn batch_of(&self, who: &str, room: Room) -> Option<Batch> {
        let most = self.narrow.unwrap_or(room.events).min(room.events);
        let mut batch = Batch::default();
        for record in self.iter().filter(|record| record.who == who).take(most) {
            let larger = batch.events.len() + record.text.len() + 1;
            if !batch.ids.is_empty() {
                if larger > room.bytes {
                    break;
                }
                batch.events.push(',');
            }
            batch.who.clone_from(&record.who);
            batch.stream.clone_from(&record.stream);
            if record.token.is_some() {
                batch.token.clone_from(&record.token);
            }
            batch.ids.push(record.id.clone());
            batch.events.push_str(&record.text);
        }
        (!batch.ids.is_empty()).then_some(batch)
    }

    /// The collector answered for these events: they are stored, or never will be.
    pub fn answered(&mut self, ids: &[String]) {
        let ids = sorted(ids.iter().map(String::as_str).collect());
        let bytes = &mut self.bytes;
        self.records.retain(|id, (record, _)| {
            keep(ids.binary_search(&id.as_str()).is_err(), record, bytes)
        });
        self.narrow = self
            .narrow
            .map(|most| most * 2)
            .filter(|most| *most < banso_model::wire::limits::EVENTS);
    }

    /// The collector refused these events as a whole (400, 413): smaller batches find the one that is wrong, which is
    /// given up. Returns the ids of what was given up.
    pub fn refused(&mut self, ids: &[String]) -> Vec<String> {
        match ids {
            [] => Vec::new(),
            [one] => {
                self.give_up(one);
                vec![one.clone()]
            }
            several => {
                self.narrow = Some(several.len() / 2);
                Vec::new()
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.records.clear();
        self.bytes = 0;
    }

    fn add(&mut self, record: Record, place: Place) {
        if !self.records.contains_key(&record.id) {
            if record.dropped > self.dropped_of(&record.stream) {
                self.dropped.insert(record.stream.clone(), record.dropped);
            }
            self.bytes += record.text.len();
            self.records.insert(record.id.clone(), (record, place));
        }
    }

    fn remove(&mut self, id: &str) -> Option<Record> {
        let (record, _) = self.records.remove(id)?;
        self.bytes = self.bytes.saturating_sub(record.text.len());
        Some(record)
    }

    fn give_up(&mut self, id: &str) {
        if let Some(Record { stream, .. }) = self.remove(id) {
            let dropped = self.dropped_of(&stream) + 1;
            // The latest that is left of the stream is written again, to tell whoever delivers it.
            let left = self.records.values_mut();
            if let Some((record, place)) = left.filter(|(left, _)| left.stream == stream).last() {
                record.dropped = dropped;
                *place = Place::Memory;
            }
            self.dropped.insert(stream, dropped);
        }
    }
}

/// Ids to be searched in.
#[inline(never)]
fn sorted(mut ids: Vec<&str>) -> Vec<&str> {
    ids.sort_unstable();
    ids
}

/// Counts the bytes of what is not kept.
fn keep(kept: bool, record: &Record, bytes: &mut usize) -> bool {
    if !kept {
        *bytes = bytes.saturating_sub(record.text.len());
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        events: 500,
        bytes: 60_000,
    };

    fn record(id: &str, who: &str, weight: u8, bytes: usize) -> Record {
        Record {
            id: id.into(),
            who: format!("\"device\":\"{who}\""),
            stream: who.into(),
            token: None,
            weight,
            dropped: 0,
            text: "x".repeat(bytes),
        }
    }

    fn queue(records: &[(&str, &str)]) -> Queue {
        let mut queue = Queue::default();
        for (id, who) in records {
            queue.push(record(id, who, 3, 10));
        }
        queue
    }

    #[track_caller]
    fn check(queue: &Queue, room: Room, ids: &[&str]) {
        let batch = queue.batch(room).unwrap_or_default();
        assert_eq!(batch.ids, ids);
    }

    #[test]
    fn a_batch_has_one_sender_and_keeps_the_order() {
        let two = queue(&[("3", "a"), ("1", "a"), ("2", "b"), ("4", "a")]);
        check(&two, ROOM, &["1", "3", "4"]);
        check(&two, Room { events: 2, ..ROOM }, &["1", "3"]);
        check(&two, Room { bytes: 21, ..ROOM }, &["1", "3"]);
        check(&two, Room { bytes: 20, ..ROOM }, &["1"]);
        check(&two, Room { bytes: 1, ..ROOM }, &["1"]);
        check(&Queue::default(), ROOM, &[]);
        assert_eq!(
            two.farewell("b", ROOM).map(|b| b.ids),
            Some(vec!["2".to_owned()])
        );
        assert_eq!(two.farewell("c", ROOM), None);
    }

    #[test]
    fn an_answer_takes_events_away_and_a_failure_does_not() {
        let mut waiting = queue(&[("1", "a"), ("2", "a")]);
        check(&waiting, ROOM, &["1", "2"]);
        check(&waiting, ROOM, &["1", "2"]);
        waiting.answered(&["1".into(), "9".into()]);
        check(&waiting, ROOM, &["2"]);
        assert_eq!((waiting.len(), waiting.dropped()), (1, 0));
    }

    #[test]
    fn a_refused_batch_is_split_until_the_wrong_event_is_found() {
        let ids: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        for wrong in &ids {
            let mut waiting = Queue::default();
            for id in &ids {
                waiting.push(record(id, "a", 3, 10));
            }
            let mut stored = 0;
            for _ in 0..40 {
                let Some(batch) = waiting.batch(ROOM) else {
                    break;
                };
                if batch.ids.contains(wrong) {
                    waiting.refused(&batch.ids);
                } else {
                    stored += batch.ids.len();
                    waiting.answered(&batch.ids);
                }
            }
            assert_eq!((stored, waiting.len()), (8, 0), "{wrong}");
            assert_eq!((waiting.dropped(), waiting.dropped_of("a")), (1, 1));
        }
    }

    #[test]
    fn the_oldest_of_the_least_important_go_first() {
        let mut full = Queue::default();
        for n in 0..MOST_EVENTS {
            let kind = if n == 5 || n == 7 { 0 } else { 3 };
            full.push(record(&format!("{n:05}"), "a", kind, 1));
        }
        assert_eq!(full.trim(), Vec::<String>::new());
        for n in 0..3 {
            full.push(record(&format!("9999{n}"), "a", 4, 1));
        }
        assert_eq!(full.trim(), ["00005", "00007", "00000"]);
        assert_eq!((full.len(), full.dropped()), (MOST_EVENTS, 3));
        full.push(record("a", "a", 4, MOST_BYTES - 1));
        full.trim();
        assert_eq!(full.len(), 2);
    }

    #[test]
    fn what_another_tab_delivered_is_gone() {
        let mut here = queue(&[("1", "a"), ("2", "a")]);
        assert_eq!(here.unwritten().len(), 2);
        assert_eq!(here.unwritten().len(), 0);
        here.push(record("3", "a", 3, 10));
        here.stored(
            vec![record("2", "a", 3, 10), record("0", "b", 3, 10)],
            false,
        );
        assert_eq!(here.len(), 4);
        here.stored(vec![record("2", "a", 3, 10)], true);
        check(&here, ROOM, &["2", "3"]);
        assert_eq!(here.unwritten().len(), 1);
    }

    #[test]
    fn a_body_is_what_the_collector_reads() {
        let mut one = Queue::default();
        one.push(Record {
            id: "018f0000-0000-7000-8000-000000000000".into(),
            who: r#""key":"k","device":"d","stream":"t","session":"s""#.into(),
            stream: "t".into(),
            token: Some("\"old\"".into()),
            weight: 3,
            dropped: 0,
            text: r#"{"id":"018f0000-0000-7000-8000-000000000000","seq":0,"kind":"feature","name":"f","at":"2026-11-21T08:30:00.000Z"}"#.into(),
        });
        for (token, sent) in [(None, "old"), (Some("\"new\""), "new")] {
            let body = one
                .batch(ROOM)
                .map(|batch| batch.body(token, 7, "2026-11-21T08:30:01.000Z"));
            let read: banso_model::wire::Batch =
                serde_json::from_str(&body.unwrap_or_default()).expect("a batch");
            assert_eq!(read.sender.token.as_deref(), Some(sent));
            assert_eq!((read.dropped, read.events.len()), (7, 1));
            assert_eq!(read.sender.sent_at.to_string(), "2026-11-21T08:30:01.000Z");
        }
    }
}
