//! Tokens of programs: what each scope opens, and that only a token's owner ever sees it.

use anyhow::{Context as _, Result};
use axum::http::{Method, Request};
use banso_tests::house::{Answer, House, KEY, NOW, at, id};
use banso_tests::stack::ADMIN_TOKEN;
use serde_json::{Value, json};

async fn ask(
    house: &House,
    token: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<Answer> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/v1/admin/{path}"))
        .header("authorization", format!("Bearer {token}"));
    house.send(request.body(body.to_string().into())?).await
}

async fn make(house: &House, scope: &str) -> Result<Value> {
    let wanted = json!({ "scope": scope, "name": format!("for {scope}") });
    let answer = ask(house, ADMIN_TOKEN, Method::POST, "tokens", &wanted).await?;
    assert_eq!(answer.outcome(), "200", "{scope}");
    assert_eq!(answer.header("cache-control"), "no-store");
    Ok(answer.body)
}

fn text<'a>(made: &'a Value, field: &str) -> &'a str {
    made[field].as_str().unwrap_or_default()
}

/// A batch of a server with this key, on each path that takes one.
async fn post(house: &House, key: &str) -> Result<[String; 3]> {
    let event =
        json!({ "id": id(at(NOW), 1), "kind": "track", "name": "report_exported", "at": NOW });
    let own = json!({ "key": key, "account": "acme", "user": "u1", "events": [event] });
    let segment = json!({ "writeKey": key, "event": "x", "userId": "u1" });
    let posthog = json!({ "api_key": key, "event": "x", "distinct_id": "u1" });
    let mut outcomes = [const { String::new() }; 3];
    let requests = [
        ("/v1/events", own),
        ("/segment/v1/track", segment),
        ("/posthog/e", posthog),
    ];
    for (outcome, (path, body)) in outcomes.iter_mut().zip(requests) {
        let request = Request::post(path).body(body.to_string().into())?;
        *outcome = house.send(request).await?.outcome();
    }
    Ok(outcomes)
}

#[tokio::test]
async fn each_scope_opens_its_own_door() -> Result<()> {
    let house = House::open()?;
    let (yes, no) = ("200", "401 unauthorized");
    for (scope, events, accounts, import, tokens) in [
        ("ingest", yes, no, no, no),
        ("import", "401 unknown_key", no, yes, no),
        ("admin", "401 unknown_key", yes, yes, yes),
    ] {
        let made = make(&house, scope).await?;
        let token = text(&made, "token");
        assert_eq!(post(&house, token).await?, [events; 3], "{scope}");
        for (method, path, expected) in [
            (Method::GET, "accounts", accounts),
            (Method::POST, "import", import),
            (Method::GET, "tokens", tokens),
            (
                Method::DELETE,
                "tokens/import",
                if scope == "admin" {
                    "404 not_found"
                } else {
                    no
                },
            ),
        ] {
            let answer = ask(&house, token, method, path, &json!({ "events": [] })).await?;
            assert_eq!(answer.outcome(), expected, "{scope} {path}");
        }
        let id = text(&made, "id");
        let revoked = ask(
            &house,
            ADMIN_TOKEN,
            Method::DELETE,
            &format!("tokens/{id}"),
            &json!(null),
        )
        .await?;
        assert_eq!(text(&revoked.body, "id"), id);
        assert_eq!(
            post(&house, token).await?,
            ["401 unknown_key"; 3],
            "{scope} was revoked"
        );
        let answer = ask(&house, token, Method::GET, "accounts", &json!(null)).await?;
        assert_eq!(answer.outcome(), no, "{scope} was revoked");
        let again = ask(
            &house,
            ADMIN_TOKEN,
            Method::DELETE,
            &format!("tokens/{id}"),
            &json!(null),
        )
        .await?;
        assert_eq!(again.outcome(), "404 not_found");
    }
    house.close().await
}

#[tokio::test]
async fn a_token_is_told_once_and_kept_nowhere() -> Result<()> {
    let house = House::open()?;
    let mut secrets = Vec::new();
    for scope in ["ingest", "admin"] {
        let made = make(&house, scope).await?;
        let token = text(&made, "token");
        assert!(token.starts_with("banso_") && token.len() > 50, "{token}");
        // The secret may have an underscore of its own.
        let secret = token.splitn(3, '_').nth(2).context("no secret")?;
        secrets.push(secret.to_owned());
        let listed = house.admin("tokens").await?;
        let tokens = listed.body["tokens"].as_array();
        let own = tokens.and_then(|tokens| tokens.iter().find(|token| token["id"] == made["id"]));
        let expected = json!({ "id": made["id"], "scope": scope, "name": format!("for {scope}"), "created": NOW });
        assert_eq!(own, Some(&expected));
        assert!(!listed.body.to_string().contains(secret));
        assert_eq!(post(&house, token).await?.len(), 3);
    }
    let metrics = house.get("/metrics").await?.body.to_string();
    let folder = house.config().join("../store");
    house.app.store.close().await;
    for secret in &secrets {
        assert!(!metrics.contains(secret));
        for file in std::fs::read_dir(&folder)? {
            let bytes = std::fs::read(file?.path())?;
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "the store has it");
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_token_is_refused() -> Result<()> {
    let house = House::open()?;
    for (wanted, expected) in [
        (json!({}), "400 malformed"),
        (json!({ "scope": "root" }), "400 malformed"),
        (
            json!({ "scope": "ingest", "name": "x".repeat(201) }),
            "400 malformed",
        ),
        (
            json!({ "scope": "ingest", "name": "a\nb" }),
            "400 malformed",
        ),
        (json!([]), "400 malformed"),
    ] {
        let answer = ask(&house, ADMIN_TOKEN, Method::POST, "tokens", &wanted).await?;
        assert_eq!(answer.outcome(), expected, "{wanted}");
    }
    let made = make(&house, "admin").await?;
    let token = text(&made, "token");
    let cut = &token[..token.len() - 1];
    for wrong in [
        "",
        "banso_",
        cut,
        KEY,
        &format!("{token}x"),
        &token.to_uppercase(),
    ] {
        let answer = ask(&house, wrong, Method::GET, "tokens", &json!(null)).await?;
        assert_eq!(answer.outcome(), "401 unauthorized", "{wrong}");
    }
    house.close().await
}
