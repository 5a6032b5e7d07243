//! What became of what was sent, by key, as the metrics tell it.

use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::http::Request;
use banso_tests::house::{House, KEY, NOW, ORIGIN, SERVER_KEY, at, event, id, page};
use serde_json::{Value, json};

/// Received, rejected, dropped, lost and duplicate of a key, over all days.
async fn check(house: &House, what: &str, key: &str, expected: [u64; 5]) -> Result<()> {
    let answer = house.get("/metrics").await?;
    let metrics = answer.body.as_str().context("the metrics are no text")?;
    let sum = |name: &str, label: &str| -> u64 {
        let begin = format!("{name}{{key=\"{key}\"");
        let lines = metrics
            .lines()
            .filter(|line| line.starts_with(&begin) && line.contains(label));
        lines
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
            .sum()
    };
    let found = ["received", "rejected", "dropped", "lost"]
        .map(|result| sum("banso_sent_events", &format!("result=\"{result}\"")));
    let [received, rejected, dropped, lost] = found;
    let duplicate = sum("banso_duplicate_events", "");
    assert_eq!(
        [received, rejected, dropped, lost, duplicate],
        expected,
        "{what}: {metrics}"
    );
    Ok(())
}

fn bad(nth: u32) -> Value {
    let mut event = event(nth, "feature", "x");
    event["name"] = "x".repeat(201).into();
    event
}

#[tokio::test]
async fn a_page_load_adds_up_however_it_is_sent() -> Result<()> {
    let house = House::open()?;
    let good = |nth: u32| event(nth, "page", "");
    for (what, events, dropped, expected) in [
        (
            "the first of it",
            vec![good(0), good(1)],
            0,
            [2, 0, 0, 0, 0],
        ),
        ("a retry", vec![good(0), good(1)], 0, [2, 0, 0, 0, 2]),
        (
            "two that are wrong",
            vec![bad(2), good(3), bad(4)],
            0,
            [3, 2, 0, 0, 2],
        ),
        ("those again, apart", vec![bad(4)], 0, [3, 2, 0, 0, 2]),
        (
            "those again, together",
            vec![bad(2), good(3), bad(4)],
            0,
            [3, 2, 0, 0, 3],
        ),
        ("a gap", vec![good(9)], 0, [4, 2, 0, 4, 3]),
        (
            "some of it was given up",
            vec![good(10)],
            2,
            [5, 2, 2, 2, 3],
        ),
        (
            "an older batch comes late",
            vec![good(7)],
            0,
            [6, 2, 2, 1, 3],
        ),
        ("no event at all", vec![json!(null)], 2, [6, 3, 2, 1, 3]),
    ] {
        let mut page = page();
        page["dropped"] = dropped.into();
        assert_eq!(house.events(&page, &events).await?.status, 200, "{what}");
        check(&house, what, KEY, expected).await?;
    }
    house.close().await
}

#[tokio::test]
async fn every_key_has_numbers_of_its_own_and_no_secret_is_told() -> Result<()> {
    let house = House::open()?;
    let server = json!({ "key": SERVER_KEY, "account": "acme" });
    let nothing_numbered =
        json!({ "id": id(at(NOW), 1), "kind": "feature", "name": "x", "at": NOW });
    for _ in 0..2 {
        house
            .events(&server, std::slice::from_ref(&nothing_numbered))
            .await?;
    }
    house.events(&page(), &[event(3, "page", "")]).await?;
    check(&house, "a server", "server", [1, 0, 0, 0, 1]).await?;
    check(&house, "a page", KEY, [1, 0, 0, 3, 0]).await?;
    // Another vendor's client counts with the key it sends with.
    let track = |id: &str, event: &str| json!({ "type": "track", "messageId": id, "event": event, "userId": "u1", "timestamp": NOW, "context": { "groupId": "acme" } });
    let batch = json!({ "writeKey": SERVER_KEY, "batch": [track("m1", "x"), track("m1", "x"), track("m2", "")] });
    let request = Request::post("/segment/v1/batch").header("origin", ORIGIN);
    let answer = house
        .send(request.body(Body::from(batch.to_string()))?)
        .await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    check(&house, "another client", "server", [2, 1, 0, 0, 2]).await?;
    let metrics = house.get("/metrics").await?.body;
    assert!(!metrics.to_string().contains(SERVER_KEY), "{metrics}");
    house.close().await
}
