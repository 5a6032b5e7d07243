//! Lines of a file as events, and events as batches.

use std::collections::HashMap;
use std::io::{BufRead, Write as _};

use banso_collector::ingest::id;
use banso_model::time::Timestamp;
use banso_model::wire::limits;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

/// Fields of a line that say whose it is.
const SENDER: [&str; 7] = [
    "device",
    "stream",
    "session",
    "user",
    "account",
    "user_traits",
    "account_traits",
];
/// Bytes that a batch is kept below, so that what surrounds its events fits too.
const ROOM: usize = limits::BODY - 64 * 1024;

/// One line: an event with its sender.
#[derive(Debug, PartialEq)]
pub struct Line {
    /// The event, with an id.
    pub event: Map<String, Value>,
}

/// Reads lines, and gives those without an id one that is the same whenever the file is read.
pub struct Reader<R> {
    file: R,
    number: u64,
    seen: HashMap<u128, u32>,
}

impl<R: BufRead> Reader<R> {
    /// A reader of a file.
    pub fn new(file: R) -> Self {
        Self {
            file,
            number: 0,
            seen: HashMap::new(),
        }
    }

    /// The next line, or what is wrong with it; `None` at the end.
    pub fn next_line(&mut self) -> anyhow::Result<Option<Result<Line, String>>> {
        loop {
            let mut text = Vec::new();
            self.number += 1;
            if self.file.read_until(b'\n', &mut text)? == 0 {
                return Ok(None);
            }
            if !text.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(self.line(&text)));
            }
        }
    }

    fn line(&mut self, text: &[u8]) -> Result<Line, String> {
        let mut event: Map<String, Value> = serde_json::from_slice(text)
            .map_err(|error| format!("line {}: {error}", self.number))?;
        if !event.contains_key("id") {
            let text = text.trim_ascii();
            // Equal lines are different events: the first, the second, …
            let nth = self.seen.entry(id::foreign(text)).or_default();
            *nth += 1;
            let seed = [text, &nth.to_be_bytes()[..]].concat();
            let at = event
                .get("at")
                .and_then(|at| serde_json::from_value(at.clone()).ok())
                .unwrap_or(Timestamp(0));
            event.insert("id".to_owned(), id::derived(at, &seed).into());
        }
        Ok(Line { event })
    }
}

/// Bodies of batches, each of events with one sender.
#[derive(Debug, PartialEq)]
pub struct Batches {
    /// The bodies.
    pub bodies: Vec<String>,
}

impl Batches {
    /// Sorts lines by sender, keeping their order within it.
    pub fn of(key: &str, lines: Vec<Line>) -> anyhow::Result<Self> {
        let mut order: Vec<(Map<String, Value>, Vec<String>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for Line { mut event } in lines {
            let mut sender = Map::new();
            for field in SENDER {
                if let Some(value) = event.remove(field) {
                    sender.insert(field.to_owned(), value);
                }
            }
            let place = *places
                .entry(serde_json::to_string(&sender)?)
                .or_insert(order.len());
            if place == order.len() {
                order.push((sender, Vec::new()));
            }
            order[place].1.push(serde_json::to_string(&event)?);
        }
        let mut bodies = Vec::new();
        for (sender, events) in order {
            let mut rest = events.as_slice();
            while !rest.is_empty() {
                let (some, left) = rest.split_at(fitting(rest));
                rest = left;
                bodies.push(body(key, &sender, some)?);
            }
        }
        Ok(Self { bodies })
    }
}

/// How many of these events fit a batch: at least one, which may then be refused alone.
fn fitting(events: &[String]) -> usize {
    let mut bytes = 0;
    events
        .iter()
        .take(limits::EVENTS)
        .take_while(|event| {
            bytes += event.len() + 1;
            bytes <= ROOM
        })
        .count()
        .max(1)
}

fn body(key: &str, sender: &Map<String, Value>, events: &[String]) -> anyhow::Result<String> {
    let mut fields = sender.clone();
    fields.insert("key".to_owned(), json!(key));
    let mut body = serde_json::to_string(&fields)?;
    body.pop();
    body.push_str(",\"events\":[");
    body.push_str(&events.join(","));
    body.push_str("]}");
    Ok(body)
}

/// Compresses a body, which the collector tells by its first bytes.
pub fn gzip(text: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Line, String>> {
        let mut reader = Reader::new(text.as_bytes());
        std::iter::from_fn(|| reader.next_line().expect("memory can be read")).collect()
    }

    #[test]
    fn ids_are_derived_from_what_a_line_says() {
        let line = r#"{"account":"a","kind":"feature","name":"x","at":"2026-01-01T00:00:00Z"}"#;
        let text = format!("{line}\n\n{line}\n{{\"id\":\"mine\"}}\nnonsense\n");
        let ids = |lines: Vec<Result<Line, String>>| -> Vec<_> {
            lines
                .into_iter()
                .map(|line| line.map(|line| line.event["id"].clone()))
                .collect()
        };
        let (once, again) = (ids(read(&text)), ids(read(&text)));
        assert_eq!(once, again);
        let [Ok(first), Ok(second), Ok(mine), Err(unreadable)] = &once[..] else {
            panic!("{once:?}");
        };
        assert_ne!(first, second);
        assert_eq!(mine, "mine");
        assert!(unreadable.starts_with("line 5: "), "{unreadable}");
    }

    #[test]
    fn batches_have_one_sender_each() {
        let lines = read(
            "{\"id\":\"1\",\"account\":\"a\"}\n{\"id\":\"2\",\"account\":\"b\",\"user\":\"u\"}\n{\"id\":\"3\",\"account\":\"a\"}\n",
        );
        let lines = lines
            .into_iter()
            .map(|line| line.expect("a line"))
            .collect();
        let batches = Batches::of("k", lines).expect("batches");
        assert_eq!(
            batches.bodies,
            [
                r#"{"account":"a","key":"k","events":[{"id":"1"},{"id":"3"}]}"#,
                r#"{"user":"u","account":"b","key":"k","events":[{"id":"2"}]}"#,
            ]
        );
        assert_eq!(fitting(&vec!["{}".to_owned(); 600]), limits::EVENTS);
        assert_eq!(fitting(&vec!["x".repeat(ROOM / 3); 9]), 2);
        assert_eq!(fitting(&["x".repeat(2 * ROOM)]), 1);
    }
}
