//! Whatever arrives, a batch is read or refused, and each of its events is taken or rejected: nothing panics.

use banso_model::time::Timestamp;
use banso_model::wire::limits;
use proptest::prelude::*;

use super::batch::Batch;
use super::judge::{Judge, Visit, Word};
use crate::calendar::Calendar;
use crate::live::Catalog;

const RECEIVED: Timestamp = Timestamp(1_795_000_000_000);

/// A batch with one event of every kind that has something to read in it.
const GOOD: &str = r#"{"key":"wk","device":"d","stream":"s","session":"v","user":"u","account":"a","token":"t","sent_at":"2026-11-18T12:26:40.000Z","dropped":3,"events":[
{"id":"01a1ed93-f200-7000-8000-000000000001","seq":1,"kind":"feature","name":"x","at":"2026-11-18T12:26:40Z","page":"/a","props":{"count":2}},
{"id":"01a1ed93-f200-7000-8000-000000000002","seq":2,"kind":"active","at":1795000000000,"props":{"seconds":30.5}},
{"id":"01a1ed93-f200-7000-8000-000000000003","seq":3,"kind":"guide","name":"g","at":"2026-11-18T12:26:40Z","props":{"act":"snoozed","until":"2026-11-19T12:26:40Z"}},
{"id":"01a1ed93-f200-7000-8000-000000000004","seq":4,"kind":"answer","name":"s/q","at":"2026-11-18T12:26:40Z","props":{"value":[1,{"deep":"\u3042"}]}}]}"#;

/// Reads and judges a body in every way there is; tells how many events were taken each time.
fn swallow(body: &str) -> Vec<usize> {
    let Ok(batch) = Batch::parse(body) else {
        return Vec::new();
    };
    let (catalog, calendar) = (
        Catalog::default(),
        Calendar::of("Asia/Tokyo").expect("a zone"),
    );
    let visit = Visit {
        session: &batch.session,
        stream: &batch.stream,
    };
    let ways = [Word::Browser, Word::Server, Word::History].map(|word| {
        let mut judge = Judge::new(&catalog, calendar.reader(), word, RECEIVED, batch.sent_at);
        let judged = batch.events.raw.iter().map(|raw| judge.judge(raw, visit));
        judged
            .filter_map(|judged| match judged {
                Ok(event) => {
                    assert!(
                        event.at <= RECEIVED,
                        "nothing happens in the future: {event:?}"
                    );
                    let kept = serde_json::from_str::<serde_json::Value>(&event.props);
                    assert!(event.props.is_empty() || kept.is_ok(), "{}", event.props);
                    Some(event)
                }
                Err(rejection) => {
                    assert!(rejection.id.chars().count() <= limits::NAME);
                    None
                }
            })
            .count()
    });
    ways.to_vec()
}

#[test]
fn the_batch_they_are_made_of_is_good() {
    assert_eq!(swallow(GOOD), [4, 4, 4]);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        prop_assert!(swallow(&text).len() <= 3);
    }

    #[test]
    fn a_changed_batch_is_read_or_refused(
        changes in prop::collection::vec((0..GOOD.len(), prop::option::of("[\\PC\\n\\\\\"{}\\[\\]0-9:,-]{1,3}")), 1..6),
    ) {
        let mut body: Vec<char> = GOOD.chars().collect();
        for (at, change) in changes {
            let at = at % body.len();
            match change {
                Some(text) => { body.splice(at..=at, text.chars()); }
                None => { body.remove(at); }
            }
        }
        let body: String = body.into_iter().collect();
        prop_assert!(swallow(&body).iter().all(|taken| *taken <= limits::EVENTS));
    }

    #[test]
    fn numbers_of_any_size_are_read_or_refused(at in any::<i64>(), sent in any::<i64>(), seconds in any::<f64>(), seq in any::<i64>()) {
        let body = format!(
            r#"{{"sent_at":{sent},"events":[{{"id":"01a1ed93-f200-7000-8000-000000000001","seq":{seq},"kind":"active","at":{at},"props":{{"seconds":{seconds:?}}}}}]}}"#
        );
        prop_assert!(swallow(&body).iter().all(|taken| *taken <= 1));
    }
}
