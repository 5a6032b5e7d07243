//! What a fuzzer may feed with anything: each function panics when a promise does not hold. The workspace's tests feed
//! them the corpus: `tests/http/corpus.rs` and `src/engine/tests/corpus.rs` take these files in.

use std::time::Duration;

use banso_collector::body::{Budget, Room, Sizes, unpack};
use banso_collector::calendar::Calendar;
use banso_collector::compat::foreign::Foreign;
use banso_collector::compat::posthog;
use banso_collector::compat::segment::{self, Call};
use banso_collector::ingest::batch::Batch;
use banso_collector::ingest::judge::{Judge, Translated, Visit, Word};
use banso_collector::live::{Catalog, Live};
use banso_model::config::folder::{File, Folder};
use banso_model::time::Timestamp;
use banso_model::value::Value;
use banso_model::wire::limits;
use banso_store::write::NewEvent;

const RECEIVED: Timestamp = Timestamp(1_795_000_000_000);

/// The body of `POST /v1/events`: it is refused as a whole, or each event is taken or rejected, and what is taken is
/// within every limit.
pub fn body(data: &[u8]) {
    let budget = Budget::new(
        Room {
            bytes: 64_000_000,
            bodies: 16,
        },
        Duration::from_secs(1),
    );
    let Ok(text) = unpack(data.to_vec(), Sizes::WIRE.text, &budget, None) else {
        return;
    };
    assert!(text.len() <= Sizes::WIRE.text.max(data.len()));
    let Ok(batch) = Batch::parse(&text) else {
        return;
    };
    assert!(batch.events.raw.len() <= limits::EVENTS);
    let calendar = Calendar::of("Asia/Tokyo").expect("there is such a zone");
    let catalog = Catalog::default();
    let visit = Visit {
        session: &batch.session,
        stream: &batch.stream,
    };
    for word in [Word::Browser, Word::Server, Word::History] {
        let mut judge = Judge::new(&catalog, calendar.reader(), word, RECEIVED, batch.sent_at);
        for raw in &batch.events.raw {
            match judge.judge(raw, visit) {
                Ok(event) => kept(&event),
                Err(rejection) => assert!(rejection.id.chars().count() <= limits::NAME),
            }
        }
    }
}

/// The body that another vendor's client posts, in every way there is to read it: each message is rejected, or translated
/// to an event that is taken or rejected.
pub fn foreign(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let calls = Call::ALL.into_iter().map(Some).chain([None]);
    let segment = calls.map(|call| segment::read(text, call));
    for read in segment.chain([posthog::read(text, RECEIVED)]) {
        let Ok((_, messages)) = read else { continue };
        assert!(messages.len() <= limits::EVENTS);
        for message in messages {
            match message {
                Ok(message) => translated(&message),
                Err(rejection) => assert!(rejection.id.chars().count() <= limits::NAME),
            }
        }
    }
}

fn translated(message: &Foreign<'_>) {
    let Some(event) = message
        .event
        .as_ref()
        .filter(|_| message.check_names().is_ok())
    else {
        return;
    };
    let calendar = Calendar::of("Asia/Tokyo").expect("there is such a zone");
    let catalog = Catalog::default();
    let mut judge = Judge::new(&catalog, calendar.reader(), Word::Foreign, RECEIVED, None);
    judge.hear_clock(message.sent_at);
    let event = Translated {
        id: &message.id,
        recorded: message.recorded.unwrap_or(RECEIVED),
        at: message.at,
        kind: event.kind,
        name: &event.name,
        page: event.page.as_deref(),
        props: &event.props,
    };
    let visit = Visit {
        session: &message.session,
        stream: "",
    };
    if let Ok(event) = judge.translated(event, visit) {
        kept(&event);
    }
}

fn kept(event: &NewEvent) {
    assert!(event.at <= RECEIVED, "nothing happens in the future");
    assert!(event.name.chars().count() <= limits::NAME);
    assert!(event.props.len() <= limits::EVENT);
    let read = serde_json::from_str::<Value>(&event.props);
    assert!(event.props.is_empty() || read.is_ok(), "{}", event.props);
}

/// Files of a configuration: the first is `banso.json`, and a line `=== guides/x.json` begins each other. What is checked
/// without an error can be served; every problem is printed.
pub fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut files = vec![("banso.json".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(path) => files.push((path.trim().to_owned(), String::new())),
            None => files.last_mut().expect("there is one").1.push_str(line),
        }
    }
    let folder = Folder {
        files: files
            .into_iter()
            .map(|(path, text)| File::new(path, text))
            .collect(),
        strays: Vec::new(),
    };
    match folder.check() {
        Ok(checked) => {
            Live::new(&checked).expect("what was checked can be served");
        }
        Err(report) => assert!(!report.to_string().is_empty()),
    }
}
