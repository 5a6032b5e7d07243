//! One bad message never rejects its neighbours, and each is told why.

use anyhow::Result;
use banso_tests::house::{House, KEY, NOW, SERVER_KEY, at, id, token};
use serde_json::{Value, json};

use super::{page, server};

const DAY: i64 = 86_400_000;

/// A use of acme's u1 with this id, with other fields.
fn message(nth: u32, fields: &Value) -> Value {
    let mut message = json!({
        "type": "track", "event": "x", "userId": "u1", "messageId": format!("m{nth}"), "timestamp": NOW,
        "context": { "groupId": "acme" },
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        message[name] = value.clone();
    }
    message
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }))
}

fn days(days: i64, ms: i64) -> Value {
    at(NOW).plus_ms(days * DAY + ms).to_string().into()
}

/// Messages, and why each is rejected.
fn messages() -> Vec<(Value, Option<&'static str>)> {
    let large = |length: usize| json!({ "properties": { "text": "x".repeat(length) } });
    let cases = [
        (json!({}), None),
        (json!({ "userId": 7 }), None),
        (json!({ "type": "rocket" }), Some("unknown_kind")),
        (json!({ "type": null }), Some("invalid_event")),
        (json!({ "event": null }), Some("invalid_event")),
        (json!({ "event": "é".repeat(200) }), None),
        (json!({ "event": "é".repeat(201) }), Some("name_too_long")),
        (json!({ "userId": "u".repeat(201) }), Some("name_too_long")),
        (json!({ "userId": "a\u{1}b" }), Some("invalid_event")),
        (json!({ "anonymousId": "\u{1}u1" }), Some("invalid_event")),
        (json!({ "timestamp": "yesterday" }), Some("invalid_event")),
        (json!({ "timestamp": days(-35, 0) }), None),
        (json!({ "timestamp": days(-35, -1) }), Some("too_old")),
        (json!({ "timestamp": days(36, 0) }), Some("too_new")),
        (json!({ "timestamp": days(5, 0) }), None),
        (large(32_000), None),
        (large(33_000), Some("event_too_large")),
        (json!({ "properties": nested(15) }), None),
        (json!({ "properties": nested(16) }), Some("too_deep")),
        (json!({ "properties": [1] }), Some("invalid_event")),
        (json!({ "properties": null }), None),
        (json!({ "properties": { "count": 0 } }), None),
        (
            json!({ "type": "group", "groupId": null }),
            Some("invalid_event"),
        ),
        (json!({ "type": "alias" }), Some("invalid_event")),
        (
            json!({ "type": "identify", "traits": nested(16) }),
            Some("too_deep"),
        ),
        (
            json!({ "type": "identify", "traits": "x" }),
            Some("invalid_event"),
        ),
        (
            json!({ "type": "identify", "traits": { "late": true }, "timestamp": days(-36, 0) }),
            Some("too_old"),
        ),
        (
            json!({ "userId": null, "context": {} }),
            Some("invalid_event"),
        ),
        (json!({ "type": "page", "name": "Reports" }), None),
        (
            json!({ "type": "screen", "timestamp": null, "originalTimestamp": NOW }),
            None,
        ),
    ];
    (1..)
        .zip(cases)
        .map(|(nth, (fields, reason))| (message(nth, &fields), reason))
        .collect()
}

#[tokio::test]
async fn each_message_is_judged_alone() -> Result<()> {
    let house = House::open()?;
    let cases = messages();
    let batch: Vec<&Value> = cases.iter().map(|(message, _)| message).collect();
    let body = json!({ "batch": batch, "sentAt": NOW });
    let rejected: Vec<Value> = cases
        .iter()
        .filter_map(|(message, reason)| {
            reason.map(|reason| json!({ "id": message["messageId"], "reason": reason }))
        })
        .collect();
    let good = cases.iter().filter(|(_, reason)| reason.is_none()).count();
    for (accepted, duplicate) in [(good, 0), (0, good)] {
        let answer = server(&house, "/segment/v1/batch", &body).await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        // What cannot be read is told before what is judged.
        let mut told = answer.body["rejected"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        told.sort_by_key(|one| {
            one["id"].as_str().unwrap_or_default()[1..]
                .parse()
                .unwrap_or(0)
        });
        assert_eq!(told, rejected);
        assert_eq!(
            (&answer.body["accepted"], &answer.body["duplicate"]),
            (&json!(accepted), &json!(duplicate))
        );
    }
    let metrics = house.get("/metrics").await?.body;
    let metrics = metrics.as_str().unwrap_or_default();
    let bad = 2 * rejected.len();
    for line in [
        format!(
            "banso_sent_events{{key=\"server\",day=\"2026-11-21\",result=\"received\"}} {good}"
        ),
        format!("banso_sent_events{{key=\"server\",day=\"2026-11-21\",result=\"rejected\"}} {bad}"),
        format!("banso_duplicate_events{{key=\"server\",day=\"2026-11-21\"}} {good}"),
    ] {
        assert!(metrics.contains(&line), "{line} is not in\n{metrics}");
    }
    let account = house.admin("accounts/acme").await?.body;
    assert_eq!(
        account["users"][0]["traits"],
        json!({}),
        "what is too old tells nothing"
    );
    house.close().await
}

#[tokio::test]
async fn unreadable_messages_leave_their_neighbours() -> Result<()> {
    let house = House::open()?;
    let good = message(1, &json!({})).to_string();
    let event = r#"{"event":"x","distinct_id":"u1","properties":{"$groups":{"company":"acme"}}}"#;
    for (path, key, good) in [
        ("/segment/v1/batch", "writeKey", &*good),
        ("/posthog/batch", "api_key", event),
    ] {
        for bad in [
            "7",
            "null",
            "[]",
            r#""x""#,
            "{}",
            r#"{"event":"\ud800","distinct_id":"u1"}"#,
            r#"{"properties":{"a":1e999}}"#,
        ] {
            let body = format!(r#"{{"{key}":"{SERVER_KEY}","batch":[{bad},{good},{bad}]}}"#);
            let request = axum::http::Request::post(path).body(body.into())?;
            let answer = house.send(request).await?;
            let rejected = json!({ "id": "", "reason": "invalid_event" });
            assert_eq!(
                answer.body["rejected"],
                json!([rejected, rejected]),
                "{path} {bad}"
            );
            let counted = &[&answer.body["accepted"], &answer.body["duplicate"]];
            assert_eq!(
                counted
                    .iter()
                    .filter_map(|count| count.as_u64())
                    .sum::<u64>(),
                1,
                "{path} {bad}"
            );
        }
    }
    house.close().await
}

#[tokio::test]
async fn what_has_no_id_is_known_by_its_time() -> Result<()> {
    let house = House::open()?;
    let track = |id: &Value, timestamp: &Value| {
        let fields = json!({ "event": "report_exported", "messageId": id, "timestamp": timestamp });
        message(0, &fields)
    };
    let mut uses = 0;
    for (id, timestamp, new) in [
        (json!("a"), json!(NOW), 1),
        (json!("a"), json!(NOW), 0),
        // Another time, another event: a foreign id is known together with its time.
        (json!("a"), days(-1, 0), 1),
        (json!("b"), json!(null), 1),
        (json!("b"), json!(null), 0),
        (json!(null), json!(NOW), 1),
        (json!(null), json!(NOW), 0),
        (json!(null), json!(null), 1),
        (json!(null), json!(null), 1),
    ] {
        let answer = server(&house, "/segment/v1/track", &track(&id, &timestamp)).await?;
        assert_eq!(answer.body["accepted"], new, "{id} {timestamp}");
        uses += new;
        assert_eq!(house.uses("acme", "report.export").await?, Some(uses));
    }
    house.close().await
}

#[tokio::test]
async fn clocks_that_are_wrong_are_corrected() -> Result<()> {
    let house = House::open()?;
    let now = at(NOW);
    // When it happened and was sent by the client's clock; how long ago that was.
    for (account, happened, sent, ago) in [
        ("right", -DAY, Some(0), DAY),
        ("behind", -DAY - 3_600_000, Some(-3_600_000), DAY),
        ("ahead", 9 * DAY, Some(10 * DAY), DAY),
        ("future", 5 * DAY, Some(0), 0),
        ("silent", -DAY, None, DAY),
    ] {
        let event = json!({
            "event": "x", "distinct_id": "u1", "uuid": id(now, 1), "timestamp": now.plus_ms(happened).to_string(),
            "properties": { "$groups": { "account": account } },
        });
        let mut body = json!({ "api_key": SERVER_KEY, "batch": [event] });
        if let Some(sent) = sent {
            body["sent_at"] = now.plus_ms(sent).to_string().into();
        }
        let answer = server(&house, "/posthog/batch/", &body).await?;
        assert_eq!(answer.body["accepted"], 1, "{account}: {}", answer.body);
        let seen = house.admin(&format!("accounts/{account}")).await?.body["last_seen"].clone();
        assert_eq!(seen, now.plus_ms(-ago).to_string(), "{account}");
    }
    // A client that only says how long ago it was: sent again it says another time, and its id is the same.
    for (offset, accepted) in [(60_000, 1), (120_000, 0)] {
        let event = json!({
            "event": "x", "distinct_id": "u1", "uuid": id(now, 2), "offset": offset, "token": SERVER_KEY,
            "properties": { "$groups": { "account": "offset" } },
        });
        let answer = server(&house, "/posthog/e/", &json!([event])).await?;
        assert_eq!(answer.body["accepted"], accepted, "{offset}");
        let seen = house.admin("accounts/offset").await?.body["last_seen"].clone();
        assert_eq!(seen, now.plus_ms(-60_000).to_string());
    }
    house.close().await
}

#[tokio::test]
async fn a_page_is_let_in_and_counted_like_any() -> Result<()> {
    let house = House::with(|settings| settings.quota = 1, |_| Ok(()))?;
    let context = json!({ "banso": { "token": token("u1", "acme") } });
    let fields = json!({ "event": "report_exported", "anonymousId": "d1", "context": context });
    let signed = message(1, &fields);
    let answer = page(&house, "/segment/v1/t", KEY, &signed).await?;
    assert_eq!(answer.outcome(), "200");
    assert_eq!(house.uses("acme", "report.export").await?, Some(1));
    let many: Vec<Value> = (0..20).map(|nth| message(nth, &json!({}))).collect();
    let answer = page(&house, "/segment/v1/b", KEY, &json!({ "batch": many })).await?;
    assert_eq!(answer.outcome(), "429 over_quota");
    assert!(!answer.header("retry-after").is_empty());
    house.close().await
}
