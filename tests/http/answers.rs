//! What becomes of answers: conditions ask about them, and they may be a user's trait.

use std::fs;

use anyhow::Result;
use banso_tests::house::{House, SERVER_KEY, event, page_of, token};
use serde_json::{Value, json};

fn house() -> Result<House> {
    House::with(
        |_| {},
        |config| {
            let text = |said: &str| json!({ "en": said, "ja": said });
            let survey = json!({ "version": 1, "id": "ask", "kind": "survey", "questions": [
                { "id": "score", "type": "nps", "ask": text("?") },
                { "id": "why", "type": "text", "ask": text("?"), "when": { "answer": "score", "lte": 6 } },
                { "id": "team", "type": "choice", "ask": text("?"), "trait": "team", "options": [
                    { "id": "sales", "label": text("Sales") }, { "id": "finance", "label": text("Finance") } ] } ] });
            let chooser = json!({ "version": 1, "id": "choose", "kind": "announcement", "title": text("First?"), "trait": "goal",
                "options": [{ "id": "report", "label": text("A report") }, { "id": "team", "label": text("My team") }] });
            let list = json!({ "version": 1, "id": "list", "kind": "checklist", "title": text("List"), "chooser": "choose",
                "show": { "start": "auto", "when": { "user": "goal", "exists": true } },
                "items": [{ "id": "a", "title": text("A"), "leads_to": ["report"] }, { "id": "b", "title": text("B"), "leads_to": ["team"] }] });
            let sales = json!({ "version": 1, "id": "sales", "kind": "banner", "body": text("For sales"),
                "show": { "when": { "all": [{ "user": "team", "is": "sales" }, { "answer": "ask/score", "gte": 9 }] } } });
            for guide in [survey, chooser, list, sales] {
                let id = guide["id"].as_str().unwrap_or_default();
                fs::write(config.join(format!("guides/{id}.json")), guide.to_string())?;
            }
            Ok(())
        },
    )
}

fn answer(nth: u32, question: &str, value: &Value) -> Value {
    let mut event = event(nth, "answer", question);
    event["props"] = json!({ "value": value });
    event
}

async fn session(house: &House, sender: &Value) -> Result<Value> {
    let answer = house.post("/v1/session", sender.to_string()).await?;
    Ok(answer.body["fresh"].clone())
}

fn entry(session: &Value, guide: &str) -> Option<Value> {
    let entries = session["guides"].as_array()?;
    entries.iter().find(|entry| entry["id"] == guide).cloned()
}

#[tokio::test]
async fn answers_decide_what_comes_next() -> Result<()> {
    let house = house()?;
    let sender = page_of("u1", "acme", &token("u1", "acme"));
    let before = session(&house, &sender).await?;
    let survey = entry(&before, "ask").unwrap_or_default();
    assert_eq!(
        survey["conditions"],
        json!({ "step/why": { "answer": "ask/score", "lte": 6 } }),
        "the page finishes what asks about answers"
    );
    assert_eq!(
        (entry(&before, "list"), entry(&before, "sales")),
        (None, None)
    );
    let sent = [
        answer(1, "ask/score", &json!(9)),
        answer(2, "ask/team", &json!("finance")),
        answer(3, "ask/team", &json!("sales")),
        answer(4, "choose/choice", &json!("team")),
    ];
    let kept = house.events(&sender, &sent).await?;
    assert_eq!(
        kept.body["refresh"], true,
        "a trait may change what is shown"
    );
    let after = session(&house, &sender).await?;
    assert_eq!(
        entry(&after, "sales").map(|entry| entry["conditions"].clone()),
        Some(json!({ "show": { "answer": "ask/score", "gte": 9 } })),
        "the trait was decided here"
    );
    assert_eq!(
        after["facts"]["answers"],
        json!({ "ask/score": 9, "choose/choice": "team" }),
        "what conditions and the checklist's order ask about, and nothing else"
    );
    // Another user's answers are theirs.
    let other = page_of("u2", "acme", &token("u2", "acme"));
    let theirs = session(&house, &other).await?;
    assert_eq!(
        (entry(&theirs, "sales"), &theirs["facts"]["answers"]),
        (None, &json!({}))
    );
    house.close().await
}

#[tokio::test]
async fn a_trait_that_a_server_told_stays() -> Result<()> {
    let house = house()?;
    let sender = page_of("u1", "acme", &token("u1", "acme"));
    let mut told = json!({ "key": SERVER_KEY, "device": "", "stream": "", "session": "", "user": "u1", "account": "acme",
        "sent_at": "2026-11-21T05:00:00.000Z", "user_traits": { "goal": "report" } });
    told["events"] = json!([event(1, "feature", "report.create")]);
    assert_eq!(
        house.post("/v1/events", told.to_string()).await?.outcome(),
        "200"
    );
    house
        .events(&sender, &[answer(2, "choose/choice", &json!("team"))])
        .await?;
    let session = session(&house, &sender).await?;
    assert_eq!(
        session["facts"]["answers"]["choose/choice"], "report",
        "the list is ordered by the goal that is known best"
    );
    house.close().await
}
