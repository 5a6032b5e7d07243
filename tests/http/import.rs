//! History with its own received times, in any order and as often as one likes.

use anyhow::Result;
use banso_tests::house::House;
use serde_json::{Value, json};

fn line(nth: u32, change: impl FnOnce(&mut Value)) -> Value {
    let mut line = json!({
        "id": format!("row-{nth}"), "account": "acme", "user": "u1", "kind": "feature", "name": "report.create",
        "at": "2020-03-01T10:00:00Z", "received": "2020-03-02T10:00:00Z", "props": { "count": 4 },
    });
    change(&mut line);
    line
}

#[tokio::test]
async fn importing_twice_changes_nothing() -> Result<()> {
    let house = House::open()?;
    let lines: Vec<String> = (0..600).map(|nth| line(nth, |_| {}).to_string()).collect();
    let text = format!("\n{}\n\n", lines.join("\n"));
    let whole = json!({ "events": lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<Vec<Value>, _>>()? });
    for (body, accepted, duplicate) in [
        (text.clone(), 600, 0),
        (text, 0, 600),
        (whole.to_string(), 0, 600),
    ] {
        let answer = house.import(body).await?;
        assert_eq!(
            answer.body,
            json!({ "accepted": accepted, "duplicate": duplicate, "rejected": [], "refresh": false })
        );
        assert_eq!(
            house.uses("acme", "report.create").await?,
            Some(2400),
            "years old, and counted four a row"
        );
    }
    house.close().await
}

#[tokio::test]
async fn lines_are_taken_in_the_order_they_were_received() -> Result<()> {
    let house = House::open()?;
    let told = |nth: u32, received: &str, plan: &str| {
        line(nth, |line| {
            line["received"] = received.into();
            line["account_traits"] = json!({ "plan": plan });
        })
        .to_string()
    };
    let body = [
        told(1, "2020-05-01T00:00:00Z", "pro"),
        told(2, "2020-04-01T00:00:00Z", "free"),
    ]
    .join("\n");
    house.import(body).await?;
    assert_eq!(
        house.admin("accounts/acme").await?.body["traits"]["plan"],
        "pro"
    );
    house.close().await
}

#[tokio::test]
async fn lines_that_are_none_are_named() -> Result<()> {
    let house = House::open()?;
    let lines = [
        line(1, |_| {}),
        line(2, |line| line["received"] = "2030-01-01T00:00:00Z".into()),
        line(3, |line| line["received"] = Value::Null),
        line(4, |line| line["account"] = "".into()),
        line(5, |line| line["kind"] = "rocket".into()),
        line(6, |line| line["account"] = "x".repeat(201).into()),
        line(7, |line| line["at"] = "2020-03-05T00:00:00Z".into()),
        json!([1]),
    ];
    let answer = house.import(json!({ "events": lines }).to_string()).await?;
    assert_eq!(
        answer.body["accepted"], 2,
        "what happened after it was received is taken to have happened then"
    );
    let mut reasons: Vec<String> = answer.body["rejected"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|rejected| {
            format!(
                "{}: {}",
                rejected["id"].as_str().unwrap_or(""),
                rejected["reason"].as_str().unwrap_or("")
            )
        })
        .collect();
    reasons.sort();
    assert_eq!(
        reasons,
        [
            ": invalid_event",
            "row-2: invalid_received",
            "row-3: invalid_received",
            "row-4: invalid_event",
            "row-5: unknown_kind",
            "row-6: name_too_long",
        ]
    );
    let answer = house.import("{\"id\":\n").await?;
    assert_eq!(answer.outcome(), "400 malformed");
    let many = vec!["{}"; 20_001].join("\n");
    assert_eq!(house.import(many).await?.outcome(), "400 malformed");
    house.close().await
}
