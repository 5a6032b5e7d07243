//! Why a guide stays away: every reason there is, told by the one who decides it.

use std::fs;

use anyhow::{Context as _, Result};
use banso_tests::house::{House, NOW, at, event, page_of, token};
use serde_json::{Value, json};

/// One reason.
struct Case {
    name: &'static str,
    /// What the guide `g` has in place of a tour's usual fields.
    guide: Value,
    /// What its user does first.
    events: Vec<Value>,
    /// The sentence, or its beginning.
    verdict: &'static str,
    /// The clause that says it: what it asks, what it comes to, what is known, who decides.
    clause: Option<(
        &'static str,
        &'static str,
        Option<&'static str>,
        &'static str,
    )>,
}

impl Case {
    fn when(name: &'static str, when: &Value, clause: [&'static str; 3], by: &'static str) -> Self {
        let [text, outcome, value] = clause;
        Self {
            name,
            guide: json!({ "show": { "start": "auto", "when": when } }),
            events: Vec::new(),
            verdict: "its conditions do not hold",
            clause: Some((text, outcome, (!value.is_empty()).then_some(value), by)),
        }
    }

    fn shown(name: &'static str, show: &Value, events: Vec<Value>, verdict: &'static str) -> Self {
        Self {
            name,
            guide: json!({ "show": show }),
            events,
            verdict,
            clause: None,
        }
    }

    fn after(mut self, events: Vec<Value>) -> Self {
        self.events = events;
        self
    }
}

fn act(nth: u32, guide: &str, props: Value) -> Value {
    let mut event = event(nth, "guide", guide);
    event["props"] = props;
    event
}

fn seen(nth: u32, act_after: &str) -> Vec<Value> {
    vec![
        act(nth, "g", json!({ "act": "seen" })),
        act(nth + 1, "g", json!({ "act": act_after })),
    ]
}

/// Clauses that fail or are left to the page.
fn conditions() -> Vec<Case> {
    let mut answer = event(1, "answer", "ask/score");
    answer["props"] = json!({ "value": 9 });
    vec![
        Case::when(
            "stage",
            &json!({ "stage": "daily-use" }),
            ["the account is in the stage daily-use", "fails", "setup"],
            "collector",
        ),
        Case::when(
            "segment",
            &json!({ "not": { "segment": "paid" } }),
            [
                "the account's plan is \"pro\" or \"enterprise\"",
                "holds",
                "\"pro\"",
            ],
            "collector",
        ),
        Case::when(
            "attribute unknown",
            &json!({ "user": "team", "is": "sales" }),
            ["the user's team is \"sales\"", "fails", "unknown"],
            "collector",
        ),
        Case::when(
            "attribute false",
            &json!({ "user": "role", "is": "viewer" }),
            ["the user's role is \"viewer\"", "fails", "\"admin\""],
            "collector",
        ),
        Case::when(
            "feature count",
            &json!({ "feature": "report.create", "count": { "gte": 2 } }),
            [
                "how often the user used report.create is at least 2",
                "fails",
                "1",
            ],
            "browser",
        )
        .after(vec![event(1, "feature", "report.create")]),
        Case::when(
            "feature count of the account",
            &json!({ "feature": "report.create", "by": "account", "count": { "gte": 2 } }),
            [
                "how often the account used report.create is at least 2",
                "fails",
                "1",
            ],
            "collector",
        )
        .after(vec![event(1, "feature", "report.create")]),
        Case::when(
            "guide state",
            &json!({ "guide": "first-report", "state": "done" }),
            ["the guide first-report was finished", "fails", ""],
            "browser",
        ),
        Case::when(
            "item",
            &json!({ "item": "get-started/read" }),
            ["the item get-started/read is done", "fails", ""],
            "browser",
        ),
        Case::when(
            "answer",
            &json!({ "answer": "ask/score", "lte": 6 }),
            ["the answer to ask/score is at most 6", "fails", "9"],
            "browser",
        )
        .after(vec![answer]),
        Case::when(
            "page",
            &json!({ "page": "/settings/*" }),
            ["the page matches /settings/*", "fails", ""],
            "page",
        ),
        Case::when(
            "element",
            &json!({ "element": { "css": "#x" }, "is": "visible" }),
            ["the element \"#x\" is visible", "open", ""],
            "page",
        ),
        Case::when(
            "device",
            &json!({ "device": "phone" }),
            ["the device is a phone", "open", ""],
            "page",
        ),
        Case::when(
            "locale",
            &json!({ "locale": "ja" }),
            ["the user's locale is ja", "fails", "en"],
            "page",
        ),
        Case::when(
            "time",
            &json!({ "time": { "after": "2027-01-01T00:00:00.000Z" } }),
            [
                "the time is 2027-01-01T00:00:00.000Z or later",
                "fails",
                NOW,
            ],
            "page",
        ),
    ]
}

/// What the arbiter says.
fn moments() -> Vec<Case> {
    let until = at(NOW).plus_ms(3_600_000).to_string();
    let auto = |more: Value| {
        let mut show = json!({ "start": "auto" });
        if let (Some(show), Some(more)) = (show.as_object_mut(), more.as_object()) {
            show.extend(more.clone());
        }
        show
    };
    vec![
        Case::shown("nothing", &auto(json!({})), vec![], "it starts by itself"),
        Case::shown(
            "delay",
            &auto(json!({ "delay": "90s" })),
            vec![],
            "it starts by itself once its conditions have held for 90s",
        ),
        Case::shown(
            "from the hub",
            &json!({ "start": "hub" }),
            vec![],
            "its user starts it from the hub",
        ),
        Case::shown(
            "by the host",
            &json!({ "start": "api" }),
            vec![],
            "it is started by the host, another guide or a link",
        ),
        Case::shown(
            "pacing",
            &auto(json!({})),
            vec![act(
                1,
                "first-report",
                json!({ "act": "seen", "auto": true }),
            )]
            .into_iter()
            .chain([act(2, "first-report", json!({ "act": "done" }))])
            .collect(),
            "pacing lets nothing interrupt this user before",
        ),
        Case::shown(
            "snoozed",
            &auto(json!({})),
            vec![
                act(1, "g", json!({ "act": "seen" })),
                act(2, "g", json!({ "act": "snoozed", "until": until })),
            ],
            "its user put it off until",
        ),
        Case::shown(
            "done",
            &auto(json!({})),
            seen(1, "done"),
            "its user finished it",
        ),
        Case::shown(
            "dismissed",
            &auto(json!({})),
            seen(1, "dismissed"),
            "its user dismissed it",
        ),
        Case::shown(
            "once",
            &auto(json!({ "repeat": "once" })),
            seen(1, "dismissed"),
            "it is shown once and was",
        ),
        Case::shown(
            "repeat window",
            &auto(json!({ "repeat": { "every": "90d" } })),
            seen(1, "done"),
            "it is not shown again before",
        ),
        Case::shown(
            "as often as it may be",
            &auto(json!({ "repeat": { "every": "1m", "times": 1 } })),
            seen(1, "done"),
            "it was shown 1 times",
        ),
        Case::shown(
            "another goes first",
            &auto(json!({ "priority": -5 })),
            vec![],
            "the guide \"loud\" goes first",
        ),
        Case {
            name: "a kind that does not interrupt is not paced",
            guide: json!({ "kind": "banner", "body": { "en": "x", "ja": "x" }, "show": { "start": "auto" } }),
            events: vec![
                act(1, "first-report", json!({ "act": "seen", "auto": true })),
                act(2, "first-report", json!({ "act": "done" })),
            ],
            verdict: "it starts by itself",
            clause: None,
        },
    ]
}

fn guide(case: &Case) -> Value {
    let mut guide =
        json!({ "version": 1, "id": "g", "kind": "tour", "title": { "en": "G", "ja": "G" } });
    if let (Some(guide), Some(more)) = (guide.as_object_mut(), case.guide.as_object()) {
        guide.extend(more.clone());
    }
    if guide["kind"] == "tour" {
        guide["steps"] = json!([{ "id": "a", "kind": "modal", "title": { "en": "A", "ja": "A" } }]);
    }
    guide
}

async fn check(case: &Case) -> Result<()> {
    let house = House::with(
        |_| {},
        |config| {
            let survey = json!({ "version": 1, "id": "ask", "kind": "survey", "show": { "start": "api" },
                "questions": [{ "id": "score", "type": "nps", "ask": { "en": "?", "ja": "？" } }] });
            let loud = json!({ "version": 1, "id": "loud", "kind": "announcement", "title": { "en": "L", "ja": "L" },
                "show": { "priority": -1, "when": { "page": "/reports" } } });
            for (id, guide) in [("ask", &survey), ("loud", &loud), ("g", &guide(case))] {
                fs::write(config.join(format!("guides/{id}.json")), guide.to_string())?;
            }
            // The fixture's own tour would go first.
            fs::remove_file(config.join("guides/paid-only.json"))?;
            Ok(())
        },
    )?;
    let sender = page_of("u1", "acme", &token("u1", "acme"));
    house.post("/v1/session", sender.to_string()).await?;
    if !case.events.is_empty() {
        let answer = house.events(&sender, &case.events).await?;
        assert_eq!(answer.body["rejected"], json!([]), "{}", case.name);
    }
    let answer = house
        .admin("explain?user=u1&account=acme&guide=g&url=/reports&locale=en")
        .await?;
    let verdict = answer.body["verdict"].as_str().context("a verdict")?;
    assert!(
        verdict.starts_with(case.verdict),
        "{}: {verdict}: {}",
        case.name,
        answer.body
    );
    let starts = case.verdict.starts_with("it starts by itself");
    assert_eq!(answer.body["starts"], starts, "{}", case.name);
    if let Some((text, outcome, value, by)) = case.clause {
        let expected = (text, outcome, value, by);
        let places = answer.body["places"].as_array().context("places")?;
        let clauses = places.iter().flat_map(|place| place["clauses"].as_array());
        let told: Vec<_> = clauses
            .flatten()
            .map(|clause| {
                let text = |field: &str| clause[field].as_str();
                (
                    text("text").unwrap_or_default(),
                    text("outcome").unwrap_or_default(),
                    text("value"),
                    text("by").unwrap_or_default(),
                )
            })
            .collect();
        assert!(told.contains(&expected), "{}: {told:?}", case.name);
    }
    house.close().await
}

#[tokio::test]
async fn every_condition_says_why() -> Result<()> {
    for case in conditions() {
        check(&case).await.context(case.name)?;
    }
    Ok(())
}

#[tokio::test]
async fn every_moment_says_why() -> Result<()> {
    for case in moments() {
        check(&case).await.context(case.name)?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_known_is_said() -> Result<()> {
    let house = House::open()?;
    for (query, said) in [
        (
            "user=u1&account=acme&guide=first-report",
            "no account acme was ever heard of",
        ),
        (
            "user=u1&account=acme&guide=frist-report",
            "there is no guide frist-report: the guides are first-report, get-started, paid-only",
        ),
    ] {
        let answer = house.admin(&format!("explain?{query}")).await?;
        assert_eq!(answer.outcome(), "404 not_found", "{query}");
        assert!(answer.body.to_string().contains(said), "{}", answer.body);
    }
    // The account is known by another user; this one came with a token that was not believed.
    let known = page_of("u1", "acme", &token("u1", "acme"));
    house.post("/v1/session", known.to_string()).await?;
    let doubted = page_of("u2", "acme", &token("u3", "acme"));
    let session = house.post("/v1/session", doubted.to_string()).await?;
    assert_eq!(session.body["fresh"]["identified"], false);
    let answer = house
        .admin("explain?user=u2&account=acme&guide=first-report&url=/reports/1")
        .await?;
    let verdict = answer.body["verdict"].as_str().unwrap_or_default();
    assert!(
        verdict.contains("no token that was believed ever named this user"),
        "{verdict}"
    );
    house.close().await
}
