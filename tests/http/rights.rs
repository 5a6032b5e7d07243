//! What is held about people is told and erased over the admin API, and dropped when it is over.

use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::http::Request;
use banso_collector::upkeep;
use banso_model::time::DAY_MS;
use banso_tests::house::{
    Answer, House, NOW, ORIGIN, SERVER_KEY, at, event, id, page, page_of, token,
};
use banso_tests::stack::ADMIN_TOKEN;
use banso_tests::wait::until;
use serde_json::{Value, json};
use tokio::sync::watch;

async fn erase(house: &House, who: &Value) -> Result<Answer> {
    let request =
        Request::post("/v1/admin/erase").header("authorization", format!("Bearer {ADMIN_TOKEN}"));
    house.send(request.body(Body::from(who.to_string()))?).await
}

/// The lines of an export.
async fn export(house: &House, query: &str) -> Result<Vec<Value>> {
    let answer = house.admin(&format!("export?{query}")).await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let text = match answer.body {
        Value::String(text) => text,
        one => format!("{one}\n"),
    };
    let mut lines: Vec<Value> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let end = lines.pop().context("no line")?;
    assert_eq!(end, json!({ "kind": "end", "lines": lines.len() }));
    Ok(lines)
}

async fn metric(house: &House, name: &str) -> Result<u64> {
    let page = house.get("/metrics").await?.body;
    let page = page.as_str().context("the metrics are no text")?;
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(line.with_context(|| format!("no {name}"))?.parse()?)
}

/// A page of a signed-in user.
fn of(user: &str, account: &str) -> Value {
    page_of(user, account, &token(user, account))
}

#[tokio::test]
async fn what_is_held_is_told_line_by_line() -> Result<()> {
    let house = House::open()?;
    house.events(&page(), &[event(1, "page", "")]).await?;
    let mut use_of = event(2, "feature", "report.create");
    use_of["props"] = json!({ "source": "menu", "deep": [1, { "x": null }] });
    house
        .post("/v1/session", of("u1", "acme").to_string())
        .await?;
    house.events(&of("u1", "acme"), &[use_of]).await?;
    house
        .events(&of("u2", "acme"), &[event(3, "feature", "report.create")])
        .await?;
    let lines = export(&house, "user=u1&account=acme").await?;
    let events: Vec<&Value> = lines
        .iter()
        .filter(|line| line["kind"] == "event")
        .collect();
    assert_eq!(events.len(), 2, "{lines:#?}");
    let told = events.iter().find(|line| line["event"] == "feature");
    let expected = json!({
        "account": "acme", "user": "u1", "kind": "event", "id": id(at(NOW), 2), "event": "feature",
        "name": "report.create", "at": NOW, "recorded": NOW, "received": NOW, "from": "d1", "session": "v1",
        "stream": "s1", "page": null, "props": { "source": "menu", "deep": [1, { "x": null }] },
    });
    assert_eq!(told.copied(), Some(&expected));
    assert!(lines.iter().all(|line| line["user"] == "u1"), "{lines:#?}");
    let role = json!({
        "account": "acme", "user": "u1", "kind": "trait", "name": "role", "value": "admin", "received": NOW,
        "source": "trusted",
    });
    assert!(lines.contains(&role), "{lines:#?}");
    let account = export(&house, "account=acme").await?;
    let kinds = |line: &&Value| line["kind"] == "event";
    assert_eq!(account.iter().filter(kinds).count(), 3);
    assert!(export(&house, "user=u1").await?.len() >= lines.len());
    house.close().await
}

#[tokio::test]
async fn whom_nobody_named_or_knows_is_told() -> Result<()> {
    let house = House::open()?;
    house.events(&page(), &[event(1, "page", "")]).await?;
    for (query, outcome) in [
        ("", "400 bad_query"),
        ("user=", "400 bad_query"),
        ("usr=u1", "400 bad_query"),
        ("user=u1", "404 not_found"),
        ("account=acme", "404 not_found"),
        ("user=d1&account=acme", "404 not_found"),
        ("user=d1", "200"),
    ] {
        let answer = house.admin(&format!("export?{query}")).await?;
        assert_eq!(answer.outcome(), outcome, "{query}: {}", answer.body);
    }
    for (who, outcome) in [
        (json!({}), "400 bad_query"),
        (json!({ "user": "" }), "400 bad_query"),
        (json!({ "usr": "u1" }), "400 malformed"),
        (json!("u1"), "400 malformed"),
        (json!({ "user": "x".repeat(201) }), "400 malformed"),
        (json!({ "user": "nobody" }), "200"),
    ] {
        let answer = erase(&house, &who).await?;
        assert_eq!(answer.outcome(), outcome, "{who}: {}", answer.body);
    }
    for path in ["erase", "backup"] {
        let request = Request::post(format!("/v1/admin/{path}"));
        let answer = house
            .send(request.body(Body::from("{\"user\":\"u1\"}"))?)
            .await?;
        assert_eq!(answer.outcome(), "401 unauthorized", "{path}");
    }
    let answer = house.get("/v1/admin/export?user=d1").await?;
    assert_eq!(answer.outcome(), "401 unauthorized");
    house.close().await
}

#[tokio::test]
async fn an_erased_user_is_gone_and_refused_by_every_way_in() -> Result<()> {
    let mut house = House::open()?;
    house.score();
    house.events(&page(), &[event(1, "page", "")]).await?;
    house
        .post("/v1/session", of("u1", "acme").to_string())
        .await?;
    for (user, nth) in [("u1", 2), ("u2", 3)] {
        let events = [event(nth, "feature", "report.create")];
        house.events(&of(user, "acme"), &events).await?;
    }
    let before = house.admin("accounts/acme").await?.body;
    let erased = erase(&house, &json!({ "user": "u1", "account": "acme" })).await?;
    assert_eq!(
        erased.body,
        json!({ "accounts": 0, "users": 1, "devices": 1, "events": 2 })
    );
    let after = house.admin("accounts/acme").await?.body;
    assert_eq!(after["features"], before["features"]);
    assert_eq!(after["health"]["score"], before["health"]["score"]);
    assert_eq!(after["users"].as_array().map(Vec::len), Some(1));
    let answer = house.admin("export?user=u1&account=acme").await?;
    assert_eq!(answer.outcome(), "404 not_found");
    // The browser, before and after the login.
    let answer = house
        .events(
            &of("u1", "acme"),
            &[event(4, "feature", "report.create"), event(2, "page", "")],
        )
        .await?;
    let refused = |nth: u32| json!({ "id": id(at(NOW), nth), "reason": "erased" });
    assert_eq!(answer.body["rejected"], json!([refused(4), refused(2)]));
    assert_eq!(
        (&answer.body["accepted"], &answer.body["duplicate"]),
        (&json!(0), &json!(0))
    );
    let answer = house.events(&page(), &[event(5, "page", "")]).await?;
    assert_eq!(answer.body["rejected"], json!([refused(5)]));
    // A server, with an id of its own form, beside somebody else.
    let server = json!({ "key": SERVER_KEY, "account": "acme", "user": "u1" });
    let own = json!({ "id": "own-1", "kind": "track", "name": "report_exported", "at": NOW });
    let answer = house.events(&server, std::slice::from_ref(&own)).await?;
    assert_eq!(
        answer.body["rejected"],
        json!([{ "id": "own-1", "reason": "erased" }])
    );
    // Another vendor's client: by account, by name alone, and who has the same name elsewhere.
    let track = |user: &str, id: &str, group: &str| json!({ "type": "track", "messageId": id, "event": "report_exported", "userId": user, "timestamp": NOW, "context": { "groupId": group } });
    let messages = [
        track("u1", "m1", "acme"),
        track("u1", "m2", ""),
        track("u2", "m3", "acme"),
        track("u1", "m4", "globex"),
    ];
    let batch = json!({ "writeKey": SERVER_KEY, "batch": messages });
    for accepted in [2, 0] {
        let request = Request::post("/segment/v1/batch").header("origin", ORIGIN);
        let answer = house
            .send(request.body(Body::from(batch.to_string()))?)
            .await?;
        let gone = |id: &str| json!({ "id": id, "reason": "erased" });
        let mut rejected = answer.body["rejected"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        rejected.sort_by_key(|rejected| rejected["id"].to_string());
        assert_eq!(rejected, [gone("m1"), gone("m2")], "{}", answer.body);
        assert_eq!(answer.body["accepted"], accepted);
        assert_eq!(answer.body["duplicate"], 2 - accepted);
    }
    assert_eq!(house.uses("globex", "report.export").await?, Some(1));
    // An import.
    let line = |user: &str| json!({ "id": format!("i-{user}"), "account": "acme", "user": user, "kind": "track", "name": "report_exported", "at": NOW, "received": NOW });
    let answer = house
        .import(format!("{}\n{}\n", line("u1"), line("u2")))
        .await?;
    assert_eq!(
        answer.body["rejected"],
        json!([{ "id": "i-u1", "reason": "erased" }])
    );
    assert_eq!(answer.body["accepted"], 1);
    // A session tells nothing and keeps nothing.
    let session = house
        .post("/v1/session", of("u1", "acme").to_string())
        .await?;
    assert_eq!(session.status, 200, "{}", session.body);
    let users = house.admin("accounts/acme").await?.body["users"].clone();
    assert_eq!(users.as_array().map(Vec::len), Some(1), "{users}");
    assert_eq!(
        metric(&house, "banso_rejected_total{reason=\"erased\"}").await?,
        9
    );
    assert_eq!(metric(&house, "banso_erasures_total").await?, 1);
    // Those of pages have their place in the accounting of losses: 4, 2 and 5 of the page load, of which 1 to 3 came.
    let lost = "banso_sent_events{key=\"wk_test\",day=\"2026-11-21\",result=";
    for (result, count) in [("received", 3), ("rejected", 2), ("lost", 1)] {
        let found = metric(&house, &format!("{lost}\"{result}\"}}")).await?;
        assert_eq!(found, count, "{result}");
    }
    // Somebody else is who they were.
    let answer = house
        .events(&of("u2", "acme"), &[event(9, "feature", "report.create")])
        .await?;
    assert_eq!(answer.body["accepted"], 1);
    house.close().await
}

#[tokio::test]
async fn a_score_says_when_someone_was_erased_since() -> Result<()> {
    let house = House::open()?;
    for (user, nth) in [("u1", 1), ("u2", 2)] {
        let events = [event(nth, "feature", "report.create")];
        house.events(&of(user, "acme"), &events).await?;
    }
    let health = async |query: &str| -> Result<Value> {
        Ok(house
            .admin(&format!("accounts/acme/health{query}"))
            .await?
            .body)
    };
    house.set_clock(at(NOW).plus_ms(2 * DAY_MS));
    let before = health("?at=2026-11-21").await?;
    assert_eq!(before["erased"], Value::Null, "{before}");
    erase(&house, &json!({ "user": "u1", "account": "acme" })).await?;
    for (query, erased) in [
        ("?at=2026-11-21", json!("2026-11-23")),
        ("?at=2026-11-22", json!("2026-11-23")),
        ("?at=2026-11-23", Value::Null),
        ("", Value::Null),
    ] {
        let now = health(query).await?;
        assert_eq!(now["erased"], erased, "{query}: {now}");
    }
    let mut after = health("?at=2026-11-21").await?;
    after.as_object_mut().context("an object")?.remove("erased");
    assert_eq!(after, before, "the sums of the account are what they were");
    let list = house.admin("accounts?at=2026-11-21").await?.body;
    assert_eq!(list["accounts"][0]["erased"], "2026-11-23", "{list}");
    let list = house.admin("accounts").await?.body;
    assert_eq!(list["accounts"][0].get("erased"), None, "{list}");
    erase(&house, &json!({ "account": "acme" })).await?;
    let gone = house.admin("accounts/acme/health?at=2026-11-21").await?;
    assert_eq!(gone.outcome(), "404 not_found");
    house.close().await
}

#[tokio::test]
async fn what_is_kept_longer_than_retention_is_dropped_by_itself() -> Result<()> {
    let house = House::with(
        |_| {},
        |config| {
            let file = config.join("banso.json");
            let text = std::fs::read_to_string(&file)?;
            let mut workspace: Value = serde_json::from_str(&text)?;
            workspace["privacy"] = json!({ "retention": "40d" });
            Ok(std::fs::write(file, workspace.to_string())?)
        },
    )?;
    let (stop, stopped) = watch::channel(false);
    let upkeep = tokio::spawn(upkeep::run(std::sync::Arc::clone(&house.app), stopped));
    let in_log = async || -> Result<u64> { metric(&house, "banso_store_events").await };
    let dropped = async |what: &str| -> Result<u64> {
        metric(&house, &format!("banso_expired_total{{what=\"{what}\"}}")).await
    };
    let events = [event(1, "feature", "report.create"), event(2, "page", "")];
    house.events(&of("u1", "acme"), &events).await?;
    let mut search = event(3, "help", "search");
    search["props"] = json!({ "act": "missed", "value": "refund" });
    house.events(&of("u1", "acme"), &[search]).await?;
    let before = house.uses("acme", "report.create").await?;
    for (days, left, searches) in [(1, 3, 0), (40, 3, 0), (41, 0, 1), (42, 0, 1)] {
        house.set_clock(at(NOW).plus_ms(days * DAY_MS));
        house.app.upkeep.wake();
        until(&format!("the log on day {days}"), async || {
            let found = (in_log().await?, dropped("searches").await?);
            Ok((found == (left, searches)).then_some(()))
        })
        .await?;
        assert_eq!(
            house.uses("acme", "report.create").await?,
            before,
            "day {days}"
        );
    }
    assert_eq!(dropped("events").await?, 3);
    stop.send_replace(true);
    upkeep.await?;
    house.close().await
}
