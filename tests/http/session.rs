//! What a page is told, and what it is never told.

use anyhow::{Context as _, Result};
use banso_tests::house::{House, NOW, ORIGIN, at, event, id, page, page_of, token};
use serde_json::{Value, json};

async fn session(house: &House, request: &Value) -> Result<Value> {
    let answer = house.post("/v1/session", request.to_string()).await?;
    assert_eq!(answer.outcome(), "200", "{}", answer.body);
    Ok(answer.body["fresh"].clone())
}

fn entry<'a>(session: &'a Value, guide: &str) -> Option<&'a Value> {
    session["guides"]
        .as_array()?
        .iter()
        .find(|entry| entry["id"] == guide)
}

fn ids(session: &Value) -> Vec<&str> {
    session["guides"]
        .as_array()
        .map(|guides| {
            guides
                .iter()
                .filter_map(|entry| entry["id"].as_str())
                .collect()
        })
        .unwrap_or_default()
}

#[tokio::test]
async fn a_page_gets_what_is_left_to_decide() -> Result<()> {
    let house = House::open()?;
    let mut request = page_of("u1", "acme", &token("u1", "acme"));
    request["locales"] = json!(["ja-JP", "en"]);
    let answer = session(&house, &request).await?;
    assert_eq!(ids(&answer), ["first-report", "get-started", "paid-only"]);
    let first = entry(&answer, "first-report").context("the tour is listed")?;
    assert_eq!(
        first["conditions"],
        json!({ "show": { "all": [{ "page": "/reports/*" }, { "feature": "report.create", "count": { "eq": 0 } }] } }),
        "role and stage were decided here"
    );
    assert_eq!(answer["locale"], "ja");
    assert_eq!(
        answer["variables"],
        json!({}),
        "the Japanese text has no variable"
    );
    assert_eq!(
        (
            &answer["refresh_after"],
            &answer["facts"]["today"],
            &answer["facts"]["tomorrow_at"]
        ),
        (
            &json!(60),
            &json!(20_778),
            &json!("2026-11-21T15:00:00.000Z")
        ),
        "days are Tokyo's"
    );
    request["locales"] = json!(["en"]);
    let english = session(&house, &request).await?;
    assert_eq!(english["variables"], json!({ "user.name": "Ann" }));
    // The guide itself, under the hash that the session named.
    let hash = entry(&english, "first-report")
        .and_then(|entry| entry["hash"].as_str())
        .context("a hash")?;
    let guide = house.get(&format!("/v1/guides/{hash}")).await?;
    assert_eq!(
        (guide.status, guide.header("access-control-allow-origin")),
        (200, "*")
    );
    assert!(guide.header("cache-control").contains("immutable"));
    assert_eq!(guide.body["id"], "first-report");
    assert!(
        !guide.body.to_string().contains("report.create"),
        "a guide holds no condition"
    );
    house.close().await
}

#[tokio::test]
async fn rules_and_health_never_reach_a_browser() -> Result<()> {
    let mut house = House::open()?;
    house.score();
    for (user, account, token) in [
        ("u1", "acme", token("u1", "acme")),
        ("u2", "globex", String::new()),
    ] {
        let answer = session(&house, &page_of(user, account, &token)).await?;
        let text = answer.to_string();
        for secret in [
            "\"paid\"",
            "enterprise",
            "segment",
            "\"score\"",
            "\"band\"",
            "\"stage\"",
            "seats",
        ] {
            assert!(!text.contains(secret), "{account}: {secret} in {text}");
        }
    }
    let answer = session(&house, &page_of("u2", "globex", "")).await?;
    assert_eq!(
        ids(&answer),
        ["get-started"],
        "a guide whose audience fails is not sent"
    );
    assert_eq!(answer["facts"]["features"], json!({}));
    house.close().await
}

#[tokio::test]
async fn an_answer_is_sent_once() -> Result<()> {
    let house = House::open()?;
    let mut request = page_of("u1", "acme", &token("u1", "acme"));
    let first = session(&house, &request).await?;
    request["etag"] = first["etag"].clone();
    house.set_clock(at(NOW).plus_ms(60_000));
    let again = house.post("/v1/session", request.to_string()).await?;
    assert_eq!(again.body, json!({ "unchanged": { "refresh_after": 60 } }));
    house
        .events(&request, &[event(1, "feature", "report.create")])
        .await?;
    let changed = session(&house, &request).await?;
    assert_eq!(
        changed["facts"]["features"]["report.create"],
        json!({ "total": 1, "days": [] }),
        "no listed condition asks for days"
    );
    house.close().await
}

#[tokio::test]
async fn progress_comes_back_wherever_the_user_is() -> Result<()> {
    let house = House::open()?;
    let mut request = page_of("u1", "acme", &token("u1", "acme"));
    let now = at(NOW);
    let act = |nth: u32, props: Value| json!({ "id": id(now, nth), "kind": "guide", "name": "first-report", "at": now.plus_ms(i64::from(nth) - 100).to_string(), "props": props });
    let events = [
        act(1, json!({ "act": "seen", "step": "open", "auto": true })),
        act(
            2,
            json!({ "act": "snoozed", "until": now.plus_ms(3_600_000).to_string() }),
        ),
        json!({ "id": id(now, 3), "kind": "item", "name": "get-started/read", "at": NOW, "props": { "by": "hand" } }),
    ];
    let answer = house.events(&request, &events).await?;
    assert_eq!(
        (&answer.body["accepted"], &answer.body["refresh"]),
        (&json!(3), &json!(true)),
        "the list is everyone's"
    );
    request["device"] = "another".into();
    let facts = session(&house, &request).await?["facts"].clone();
    let progress = &facts["guides"]["first-report"];
    assert_eq!(
        (
            &progress["runs"],
            &progress["step"],
            &progress["snoozed_until"]
        ),
        (
            &json!(1),
            &json!("open"),
            &json!("2026-11-21T06:00:00.000Z")
        )
    );
    assert_eq!(facts["interruptions"], json!(["2026-11-21T04:59:59.901Z"]));
    let colleague = session(&house, &page_of("u2", "acme", &token("u2", "acme"))).await?;
    assert_eq!(colleague["facts"]["guides"], json!({}));
    assert!(
        colleague["facts"]["items"]["get-started/read"].is_object(),
        "{}",
        colleague["facts"]
    );
    house.close().await
}

#[tokio::test]
async fn what_everyone_did_is_decided_here_and_told_at_once() -> Result<()> {
    let house = House::open()?;
    let request = page_of("u1", "acme", &token("u1", "acme"));
    let left = |session: &Value| {
        entry(session, "get-started").map(|entry| entry["conditions"]["item/invite"].clone())
    };
    let before = session(&house, &request).await?;
    assert_eq!(
        left(&before),
        Some(json!({ "any": [] })),
        "nobody has invited anyone"
    );
    let colleague = page_of("u2", "acme", &token("u2", "acme"));
    let answer = house
        .events(&colleague, &[event(1, "feature", "team.invite")])
        .await?;
    assert_eq!(answer.body["refresh"], true);
    let after = session(&house, &request).await?;
    assert_eq!(
        left(&after),
        Some(Value::Null),
        "a place that is not named holds"
    );
    house.close().await
}

#[tokio::test]
async fn a_page_hears_when_its_account_moves_on() -> Result<()> {
    let mut house = House::open()?;
    house.score();
    let request = page_of("u1", "acme", &token("u1", "acme"));
    assert!(ids(&session(&house, &request).await?).contains(&"first-report"));
    let three: Vec<Value> = (1..4)
        .map(|nth| event(nth, "feature", "report.create"))
        .collect();
    house.events(&request, &three).await?;
    banso_tests::wait::until("the account to be placed", || async {
        let list = house.admin("accounts?stage=daily-use").await?;
        Ok((list.body["accounts"][0]["id"] == "acme").then_some(()))
    })
    .await?;
    let answer = house.events(&request, &[event(9, "page", "")]).await?;
    assert_eq!(answer.body["refresh"], true);
    assert!(
        !ids(&session(&house, &request).await?).contains(&"first-report"),
        "it is for setup only"
    );
    let answer = house.events(&request, &[event(10, "page", "")]).await?;
    assert_eq!(answer.body["refresh"], false);
    house.close().await
}

#[tokio::test]
async fn a_visitor_is_served_without_a_trace() -> Result<()> {
    let house = House::open()?;
    let answer = session(&house, &page()).await?;
    assert_eq!(
        (&answer["identified"], ids(&answer)),
        (&json!(false), vec!["get-started"])
    );
    let accounts = house.admin("accounts").await?;
    assert_eq!(accounts.body, json!({ "accounts": [], "next": null }));
    house.close().await
}

#[tokio::test]
async fn requests_that_are_none() -> Result<()> {
    let house = House::open()?;
    for (body, expected) in [
        ("{}".to_owned(), "400 malformed"),
        (
            page().to_string().replace("wk_test", "wk_other"),
            "401 unknown_key",
        ),
        (
            page_of(&"u".repeat(201), "acme", "").to_string(),
            "400 malformed",
        ),
    ] {
        let answer = house.post("/v1/session", body).await?;
        assert_eq!(answer.outcome(), expected, "{}", answer.body);
    }
    assert_eq!(
        house
            .post("/v1/session", page().to_string())
            .await?
            .header("access-control-allow-origin"),
        ORIGIN
    );
    house.close().await
}
