//! One bad event never rejects its neighbours, and each is told why.

use anyhow::Result;
use banso_tests::house::{House, NOW, SERVER_KEY, at, event, id, page, page_of, token};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

fn changed(nth: u32, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = event(nth, "feature", "report.create");
    change(&mut event);
    event
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }))
}

#[tokio::test]
async fn each_event_is_judged_alone() -> Result<()> {
    let house = House::open()?;
    let now = at(NOW);
    let cases: Vec<(Value, Option<&str>)> = vec![
        (changed(1, |_| {}), None),
        (
            changed(2, |event| event["id"] = "".into()),
            Some("invalid_id"),
        ),
        (
            changed(2, |event| event["id"] = "mine".into()),
            Some("invalid_id"),
        ),
        (
            changed(2, |event| {
                event["id"] = "0194fdc2-fa2f-4cc0-81d3-ff1203959b6c".into();
            }),
            Some("invalid_id"),
        ),
        (
            changed(3, |event| event["id"] = 3.into()),
            Some("invalid_event"),
        ),
        (json!("event"), Some("invalid_event")),
        (json!(null), Some("invalid_event")),
        (
            changed(4, |event| event["kind"] = "rocket".into()),
            Some("unknown_kind"),
        ),
        (
            changed(5, |event| event["kind"] = Value::Null),
            Some("invalid_event"),
        ),
        (
            changed(6, |event| event["at"] = "noon".into()),
            Some("invalid_event"),
        ),
        (
            changed(7, |event| event["at"] = Value::Null),
            Some("invalid_event"),
        ),
        (
            changed(8, |event| event["name"] = "é".repeat(200).into()),
            None,
        ),
        (
            changed(9, |event| event["name"] = "é".repeat(201).into()),
            Some("name_too_long"),
        ),
        (
            changed(10, |event| event["name"] = "".into()),
            Some("invalid_event"),
        ),
        (
            changed(11, |event| {
                event["props"] = json!({ "text": "x".repeat(32_000) });
            }),
            None,
        ),
        (
            changed(12, |event| {
                event["props"] = json!({ "text": "x".repeat(33_000) });
            }),
            Some("props_too_large"),
        ),
        (
            changed(13, |event| event["later"] = "x".repeat(33_000).into()),
            Some("event_too_large"),
        ),
        (changed(14, |event| event["props"] = nested(15)), None),
        (
            changed(15, |event| event["props"] = nested(16)),
            Some("too_deep"),
        ),
        (
            changed(16, |event| event["props"] = json!([1])),
            Some("invalid_event"),
        ),
        (changed(17, |event| event["props"] = Value::Null), None),
        (
            changed(18, |event| {
                event["id"] = id(now.plus_ms(-35 * DAY), 18).into();
            }),
            None,
        ),
        (
            changed(19, |event| {
                event["id"] = id(now.plus_ms(-35 * DAY - 1), 19).into();
            }),
            Some("too_old"),
        ),
        (
            changed(20, |event| {
                event["id"] = id(now.plus_ms(36 * DAY), 20).into();
            }),
            Some("too_new"),
        ),
        (
            changed(21, |event| event["at"] = "2199-01-01T00:00:00Z".into()),
            None,
        ),
        (changed(22, |event| event["at"] = i64::MIN.into()), None),
        (
            json!({ "id": id(now, 23), "kind": "active", "at": NOW, "props": { "seconds": 30 } }),
            None,
        ),
        (
            json!({ "id": id(now, 24), "kind": "active", "at": NOW }),
            Some("invalid_event"),
        ),
        (
            json!({ "id": id(now, 25), "kind": "active", "at": NOW, "props": { "seconds": -1 } }),
            Some("invalid_event"),
        ),
        (
            json!({ "id": id(now, 26), "kind": "active", "at": NOW, "props": { "seconds": 1e9 } }),
            Some("invalid_event"),
        ),
        (
            json!({ "id": id(now, 27), "kind": "guide", "name": "first-report", "at": NOW, "props": { "act": "seen" } }),
            None,
        ),
        (
            json!({ "id": id(now, 28), "kind": "guide", "name": "first-report", "at": NOW, "props": { "act": "eaten" } }),
            Some("invalid_event"),
        ),
        (
            json!({ "id": id(now, 29), "kind": "page", "at": NOW, "page": "/x" }),
            None,
        ),
    ];
    let events: Vec<Value> = cases.iter().map(|(event, _)| event.clone()).collect();
    let answer = house.events(&page(), &events).await?;
    let expected: Vec<Value> = cases
        .iter()
        .filter_map(|(event, reason)| {
            let id = event["id"].as_str().unwrap_or_default();
            reason.map(|reason| json!({ "id": id, "reason": reason }))
        })
        .collect();
    assert_eq!(answer.body["rejected"], Value::from(expected));
    let accepted = cases.iter().filter(|(_, reason)| reason.is_none()).count();
    assert_eq!(answer.body["accepted"], accepted);
    let again = house.events(&page(), &events).await?;
    assert_eq!(
        (&again.body["accepted"], &again.body["duplicate"]),
        (&json!(0), &json!(accepted))
    );
    house.close().await
}

#[tokio::test]
async fn json_that_cannot_be_read_back_is_no_props() -> Result<()> {
    let house = House::open()?;
    for props in [r#"{"a":"\ud800"}"#, r#"{"a":1e999}"#, r#"{"\udfff":1}"#] {
        let body = page().to_string().replace(
            "}",
            &format!(r#","events":[{{"id":"{}","kind":"track","name":"x","at":"{NOW}","props":{props}}}]}}"#, id(at(NOW), 1)),
        );
        let answer = house.post("/v1/events", body).await?;
        assert_eq!(
            answer.body["rejected"][0]["reason"], "invalid_event",
            "{props}: {}",
            answer.body
        );
    }
    house.close().await
}

#[tokio::test]
async fn uses_are_counted_once_and_where_they_belong() -> Result<()> {
    let house = House::open()?;
    let page = page_of("u1", "acme", &token("u1", "acme"));
    let events = [
        event(1, "feature", "report.create"),
        event(2, "track", "report_exported"),
        event(3, "feature", "not.configured"),
        event(4, "track", "nothing"),
        changed(5, |event| event["props"] = json!({ "count": 50 })),
    ];
    for (accepted, duplicate) in [(5, 0), (0, 5)] {
        let answer = house.events(&page, &events).await?;
        assert_eq!(
            answer.body,
            json!({ "accepted": accepted, "duplicate": duplicate, "rejected": [], "refresh": false })
        );
    }
    let account = house.admin("accounts/acme").await?;
    assert_eq!(
        account.body["features"],
        json!({ "any.export": 1, "report.create": 2, "report.export": 1 }),
        "a browser's count is not believed"
    );
    house.close().await
}

#[tokio::test]
async fn a_server_may_count_and_name_events_its_own_way() -> Result<()> {
    let house = House::open()?;
    let sender = json!({
        "key": SERVER_KEY, "account": "acme", "user": "u1",
        "account_traits": { "plan": "enterprise" }, "user_traits": { "role": "owner" },
    });
    let events = [
        json!({ "id": "order-1", "kind": "feature", "name": "report.create", "at": NOW, "props": { "count": 40 } }),
        json!({ "id": "0194fdc2-fa2f-4cc0-81d3-ff1203959b6c", "kind": "feature", "name": "report.create", "at": NOW }),
        json!({ "id": "order-2", "kind": "feature", "name": "report.create", "at": NOW, "props": { "count": 0 } }),
        json!({ "id": "order-3", "kind": "feature", "name": "report.create", "at": NOW, "props": { "count": 10_001 } }),
        json!({ "id": "order-4", "kind": "feature", "name": "report.create" }),
    ];
    let mut body = sender.clone();
    body["events"] = events.to_vec().into();
    let post = || async {
        let request = axum::http::Request::post("/v1/events").body(body.to_string().into())?;
        house.send(request).await
    };
    let rejected = json!([
        { "id": "order-2", "reason": "invalid_event" },
        { "id": "order-3", "reason": "invalid_event" },
        { "id": "order-4", "reason": "invalid_event" },
    ]);
    for (accepted, duplicate) in [(2, 0), (0, 2)] {
        let answer = post().await?;
        assert_eq!(
            answer.status, 200,
            "a server has no origin: {}",
            answer.body
        );
        assert_eq!(answer.body["rejected"], rejected);
        assert_eq!(
            (&answer.body["accepted"], &answer.body["duplicate"]),
            (&json!(accepted), &json!(duplicate))
        );
    }
    let account = house.admin("accounts/acme").await?.body;
    assert_eq!(account["features"]["report.create"], 41);
    assert_eq!(account["traits"]["plan"], "enterprise");
    assert_eq!(account["users"][0]["traits"]["role"], "owner");
    house.close().await
}

#[tokio::test]
async fn clocks_that_are_wrong_are_corrected() -> Result<()> {
    let house = House::open()?;
    let now = at(NOW);
    // Each says when it happened by its own clock and what that clock said when it sent; the day it counts for follows.
    for (account, happened, sent, day) in [
        ("right", now.plus_ms(-DAY), now, "2026-11-20"),
        (
            "an-hour-behind",
            now.plus_ms(-DAY - 3_600_000),
            now.plus_ms(-3_600_000),
            "2026-11-20",
        ),
        (
            "ten-days-ahead",
            now.plus_ms(9 * DAY),
            now.plus_ms(10 * DAY),
            "2026-11-20",
        ),
        ("in-the-future", now.plus_ms(5 * DAY), now, "2026-11-21"),
    ] {
        let mut page = page_of("u1", account, &token("u1", account));
        page["sent_at"] = sent.to_string().into();
        let event = json!({ "id": id(now, 1), "kind": "feature", "name": "report.create", "at": happened.to_string() });
        assert_eq!(
            house.events(&page, &[event]).await?.body["accepted"],
            1,
            "{account}"
        );
        let seen = house.admin(&format!("accounts/{account}")).await?.body["last_seen"].clone();
        let seen = seen.as_str().map(at).unwrap_or_default();
        // Tokyo is nine hours ahead.
        assert_eq!(
            seen.plus_ms(9 * 3_600_000).utc_day().to_string(),
            day,
            "{account}"
        );
        assert!(seen <= now, "{account}");
    }
    house.close().await
}
