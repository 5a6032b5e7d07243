//! How many uses an event stands for: as many as a server says, and one when a page says so.

use anyhow::Result;
use banso_tests::house::{House, KEY, NOW, SERVER_KEY, event, page_of, token};
use serde_json::{Value, json};

/// Posts one use with these props under this key.
async fn check(key: &str, props: &Value, outcome: &str, uses: Option<u64>) -> Result<()> {
    let house = House::open()?;
    let mut sender = page_of("u1", "acme", &token("u1", "acme"));
    sender["key"] = key.into();
    let mut event = event(1, "feature", "report.create");
    event["props"] = props.clone();
    let answer = house.events(&sender, &[event]).await?.body;
    let became = match answer["rejected"][0]["reason"].as_str() {
        Some(reason) => reason,
        None if answer["accepted"] == 1 => "accepted",
        None => "neither",
    };
    assert_eq!(became, outcome, "{key} {props} at {NOW}");
    assert_eq!(
        house.uses("acme", "report.create").await?,
        uses,
        "{key} {props}"
    );
    house.close().await
}

#[tokio::test]
async fn only_a_server_says_how_many_uses_an_event_is() -> Result<()> {
    for (key, count, outcome, uses) in [
        (SERVER_KEY, json!(4), "accepted", Some(4)),
        (SERVER_KEY, json!(10_000), "accepted", Some(10_000)),
        (SERVER_KEY, json!(null), "accepted", Some(1)),
        (SERVER_KEY, json!(0), "invalid_event", None),
        (SERVER_KEY, json!(10_001), "invalid_event", None),
        (SERVER_KEY, json!(2.5), "invalid_event", None),
        (SERVER_KEY, json!("4"), "invalid_event", None),
        (KEY, json!(4), "accepted", Some(1)),
        (KEY, json!(0), "accepted", Some(1)),
        (KEY, json!("4"), "accepted", Some(1)),
    ] {
        check(
            key,
            &json!({ "count": count, "source": "menu" }),
            outcome,
            uses,
        )
        .await?;
    }
    check(
        SERVER_KEY,
        &json!({ "source": "menu" }),
        "accepted",
        Some(1),
    )
    .await
}
