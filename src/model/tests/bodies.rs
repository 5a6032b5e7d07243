//! Bodies from anyone: whatever arrives is read or refused, and never ends the reader.

use banso_model::condition::Condition;
use banso_model::guide::Guide;
use banso_model::wire::{Batch, ErrorAnswer, SessionAnswer, SessionRequest};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn batch() -> Value {
    json!({
        "key": "wk_demo", "device": "d", "stream": "s", "session": "v", "user": "u1", "account": "acme",
        "sent_at": "2026-11-21T08:30:00.250Z", "dropped": 0,
        "events": [
            { "id": "0193", "seq": 41, "kind": "feature", "name": "report.create", "at": "2026-11-21T08:30:00Z",
              "page": "/reports/new", "props": { "source": "menu", "deep": { "list": [1, 2.5, null, true, "x"] } } },
            { "id": "0194", "seq": 42, "kind": "page", "at": 1763713800250_i64 }
        ]
    })
}

fn request() -> Value {
    json!({
        "key": "wk_demo", "device": "d", "stream": "s", "session": "v", "sent_at": "2026-11-21T08:30:00Z",
        "build": "1", "user_traits": { "role": "admin" }, "account_traits": { "seats": 20 },
        "page": "https://app.example.com/reports", "locales": ["ja-JP", "en"], "etag": "x"
    })
}

fn answer() -> Value {
    json!({ "fresh": {
        "etag": "x", "refresh_after": 60, "now": "2026-11-21T08:30:00Z", "identified": true, "kind": "tour", "dismissable": true, "locale": "en",
        "words": words(),
        "features": [{ "id": "report.create", "on": { "click": { "css": "#x", "within": ["x-app"] }, "page": "/r/*" } }],
        "guides": [{ "id": "g", "kind": "tour", "hash": "0", "start": "auto", "snooze_ms": 1,
            "repeat": { "every": { "ms": 5, "times": 2 } },
            "conditions": { "show": { "all": [
                { "user": "role", "is": ["a", "b"], "not": "c" },
                { "not": { "element": { "css": "#x" }, "is": "enabled" } },
                { "feature": "f", "count": { "gte": 1 }, "within": "7d", "by": "account" },
                { "time": { "after": "2026-11-21T00:00:00Z" } }
            ] } } }],
        "facts": { "today": 20000, "tomorrow_at": 0, "features": { "f": { "total": 3, "days": [[20000, 3]] } } }
    } })
}

fn words() -> Value {
    serde_json::to_value(banso_model::words::Words::of("ja")).expect("words are JSON")
}

fn guide() -> Value {
    json!({ "id": "g", "kind": "tour", "locale": "en", "dismissable": true, "title": ["=x", "$user.name|you"],
        "content": { "steps": [{ "id": "s", "kind": "tooltip", "target": { "text": "x" }, "placement": "bottom-start",
            "backdrop": "spotlight", "interact": "target", "padding": 4, "radius": 8,
            "missing": { "wait_ms": 6000, "then": "pause" }, "esc": "close",
            "body": ["<ol 1", "<li", "<p", "=a", "$user.name|you", ">", ">", ">"],
            "media": { "src": "/a.png", "alt": "A", "ratio": "16/9" },
            "question": { "answer": "many", "options": [{ "id": "a", "label": ["=A"], "do": ["next"] }], "required": true },
            "buttons": [{ "label": [], "do": ["next", { "goto": "s" }], "primary": true }],
            "advance": [{ "on": "wait", "after": "1s" }] }] } })
}

/// What is read can be written and read again as the same.
fn read<T: DeserializeOwned + Serialize + PartialEq>(text: &str) -> Result<(), TestCaseError> {
    if let Ok(value) = serde_json::from_str::<T>(text) {
        let written = serde_json::to_string(&value);
        prop_assert!(written.is_ok(), "{text}");
        let again = serde_json::from_str::<T>(&written.unwrap_or_default());
        prop_assert!(again.is_ok_and(|again| again == value), "{text}");
    }
    Ok(())
}

fn read_all(text: &str) -> Result<(), TestCaseError> {
    read::<Batch>(text)?;
    read::<SessionRequest>(text)?;
    read::<SessionAnswer>(text)?;
    read::<ErrorAnswer>(text)?;
    read::<Guide>(text)?;
    read::<Condition>(text)
}

#[test]
fn the_bodies_themselves_are_read() {
    serde_json::from_value::<Batch>(batch()).expect("a batch");
    serde_json::from_value::<SessionRequest>(request()).expect("a request");
    serde_json::from_value::<SessionAnswer>(answer()).expect("an answer");
    serde_json::from_value::<Guide>(guide()).expect("a guide");
}

fn bodies() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(batch()),
        Just(request()),
        Just(answer()),
        Just(guide())
    ]
}

/// Puts a value in the place of the node that `which` counts to, depth first. Past the end nothing changes, and the
/// count that is left comes back.
fn replace(value: &mut Value, which: usize, with: &Value) -> Option<usize> {
    let Some(mut left) = which.checked_sub(1) else {
        *value = with.clone();
        return None;
    };
    let inner: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    };
    for node in inner {
        left = replace(node, left, with)?;
    }
    Some(left)
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        // Eighths, as the JSON reader may be a last digit off with numbers of more digits.
        (-9000..9000_i32).prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "[a-z0-9:TZ.+-]{0,24}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({ "any": [{ "not": { "all": [] } }] })),
    ]
}

proptest! {
    #[test]
    fn any_bytes(mut text in bodies().prop_map(|body| body.to_string().into_bytes()),
                 edits in prop::collection::vec((any::<usize>(), 0..3u8, any::<u8>()), 1..8)) {
        for (at, kind, byte) in edits {
            let at = at % text.len().max(1);
            match kind {
                0 if at < text.len() => { text.remove(at); }
                1 => text.insert(at, byte),
                _ if at < text.len() => text[at] = byte,
                _ => {}
            }
        }
        read_all(&String::from_utf8_lossy(&text))?;
    }

    #[test]
    fn any_values(mut body in bodies(), edits in prop::collection::vec((0..90usize, values()), 1..4)) {
        for (which, with) in &edits {
            replace(&mut body, *which, with);
        }
        read_all(&body.to_string())?;
    }

    #[test]
    fn any_depth(levels in 1..20_000usize, open in prop_oneof![Just("["), Just("{\"all\":["), Just("{\"not\":")]) {
        read_all(&open.repeat(levels))?;
    }
}
