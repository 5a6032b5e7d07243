//! The admin API: accounts with stage, score and why, as they are and as they were.

use anyhow::Result;
use banso_tests::house::{House, NOW, at, event, page_of, token};
use serde_json::{Value, json};

/// Uses of a feature by an account on one day, received on another.
fn uses(account: &str, nth: u32, day: &str, received: &str) -> String {
    json!({
        "id": format!("{account}-{nth}"), "account": account, "user": format!("u{}", nth % 2),
        "kind": "feature", "name": "report.create", "at": format!("{day}T03:00:00Z"),
        "received": format!("{received}T04:00:00Z"), "account_traits": { "seats": 2, "plan": "pro", "name": account },
    })
    .to_string()
}

fn contributions(health: &Value) -> f64 {
    let groups = health["groups"].as_array().cloned().unwrap_or_default();
    groups
        .iter()
        .flat_map(|group| group["measures"].as_array().cloned().unwrap_or_default())
        .filter_map(|measure| measure["contribution"].as_f64())
        .sum()
}

#[tokio::test]
async fn a_score_is_explained_and_its_parts_add_up() -> Result<()> {
    let mut house = House::open()?;
    house.score();
    let page = page_of("u1", "acme", &token("u1", "acme"));
    house.post("/v1/session", page.to_string()).await?;
    house
        .events(&page, &[event(1, "feature", "report.create")])
        .await?;
    let health = house.admin("accounts/acme/health").await?.body;
    // One active day of ten (10) weighs 2 and one key feature of two (50) weighs 1. One of two seats: 50.
    assert_eq!(health["score"], 34.0, "{health}");
    assert!((contributions(&health) - 34.0).abs() < 1e-9, "{health}");
    assert_eq!(
        (&health["stage"], &health["band"]),
        (&json!("setup"), &json!("red"))
    );
    let line = banso_tests::wait::until("the stored score", || async {
        let list = house.admin("accounts").await?.body;
        Ok((list["accounts"][0]["score"] == 34.0).then(|| list["accounts"][0].clone()))
    })
    .await?;
    assert_eq!(
        (&line["id"], &line["plan"], &line["stage"], &line["band"]),
        (
            &json!("acme"),
            &json!("pro"),
            &json!("setup"),
            &json!("red")
        )
    );
    assert!(
        line["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty()),
        "{line}"
    );
    house.close().await
}

#[tokio::test]
async fn later_arrivals_never_change_an_earlier_score() -> Result<()> {
    let house = House::open()?;
    let history = [
        uses("acme", 1, "2026-11-01", "2026-11-01"),
        uses("acme", 2, "2026-11-02", "2026-11-02"),
        uses("acme", 3, "2026-11-03", "2026-11-03"),
    ]
    .join("\n");
    assert_eq!(house.import(history).await?.body["accepted"], 3);
    let as_of = |day: &'static str| {
        let house = &house;
        async move {
            anyhow::Ok(
                house
                    .admin(&format!("accounts/acme/health?at={day}"))
                    .await?
                    .body,
            )
        }
    };
    let (second, third) = (as_of("2026-11-02").await?, as_of("2026-11-03").await?);
    assert_eq!(
        (&second["at"], &second["stage"]),
        (&json!("2026-11-02"), &json!("setup"))
    );
    assert_eq!(
        (&third["at"], &third["stage"]),
        (&json!("2026-11-03"), &json!("daily-use"))
    );
    assert_ne!(second["score"], third["score"]);
    for health in [&second, &third] {
        let score = health["score"].as_f64().unwrap_or_default();
        assert!((contributions(health) - score).abs() < 1e-9, "{health}");
    }
    // Something of the first day arrives two weeks late: known then, not before.
    assert_eq!(
        house
            .import(uses("acme", 4, "2026-11-01", "2026-11-15"))
            .await?
            .body["accepted"],
        1
    );
    assert_eq!(as_of("2026-11-02").await?, second);
    assert_eq!(as_of("2026-11-03").await?, third);
    for (at, expected) in [
        ("2026-11-21", "200"),
        ("2026-11-22", "400 bad_query"),
        ("yesterday", "400 bad_query"),
        ("2026-02-30", "400 bad_query"),
    ] {
        let answer = house
            .admin(&format!("accounts/acme/health?at={at}"))
            .await?;
        assert_eq!(answer.outcome(), expected, "{at}");
    }
    house.close().await
}

#[tokio::test]
async fn all_accounts_as_of_a_day() -> Result<()> {
    let house = House::open()?;
    let mut history = Vec::new();
    for nth in 0..25 {
        history.push(uses(&format!("a{nth:02}"), 1, "2026-11-01", "2026-11-01"));
    }
    history.push(uses("late", 1, "2026-11-10", "2026-11-10"));
    assert_eq!(house.import(history.join("\n")).await?.body["accepted"], 26);
    let mut listed = Vec::new();
    let mut path = "accounts?at=2026-11-05&limit=10".to_owned();
    loop {
        let page = house.admin(&path).await?.body;
        let lines = page["accounts"].as_array().cloned().unwrap_or_default();
        assert!(lines.len() <= 10);
        listed.extend(lines);
        match page["next"].as_str() {
            Some(next) => path = format!("accounts?at=2026-11-05&limit=10&cursor={next}"),
            None => break,
        }
    }
    let ids: Vec<&str> = listed
        .iter()
        .filter_map(|line| line["id"].as_str())
        .collect();
    let expected: Vec<String> = (0..25).map(|nth| format!("a{nth:02}")).collect();
    assert_eq!(
        ids, expected,
        "one that was first heard of later is not there"
    );
    assert!(
        listed
            .iter()
            .all(|line| line["score"].is_number() && line["stage"] == "setup")
    );
    let one = house.admin("accounts/a03/health?at=2026-11-05").await?.body;
    assert_eq!(listed[3]["score"], one["score"]);
    house.close().await
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() -> Result<()> {
    let mut house = House::open()?;
    let history: Vec<String> = (0..3)
        .flat_map(|nth| {
            (0..=nth).map(move |use_| {
                uses(
                    &format!("a{nth}"),
                    use_,
                    &format!("2026-11-{:02}", 18 + use_),
                    "2026-11-20",
                )
            })
        })
        .collect();
    house.import(history.join("\n")).await?;
    house.score();
    banso_tests::wait::until("all scores", || async {
        let list = house.admin("accounts").await?.body;
        let lines = list["accounts"].as_array().cloned().unwrap_or_default();
        Ok((lines.len() == 3 && lines.iter().all(|line| line["score"].is_number())).then_some(()))
    })
    .await?;
    for (query, expected) in [
        ("", vec!["a0", "a1", "a2"]),
        ("?sort=-score", vec!["a2", "a1", "a0"]),
        ("?sort=id&limit=2", vec!["a0", "a1"]),
        ("?stage=daily-use", vec!["a2"]),
        ("?stage=setup,daily-use", vec!["a0", "a1", "a2"]),
        ("?stage=nowhere", vec![]),
        ("?q=A1", vec!["a1"]),
        ("?band=nothing", vec![]),
    ] {
        let list = house.admin(&format!("accounts{query}")).await?.body;
        let lines = list["accounts"].as_array().cloned().unwrap_or_default();
        let ids: Vec<&str> = lines
            .iter()
            .filter_map(|line| line["id"].as_str())
            .collect();
        assert_eq!(ids, expected, "{query}");
    }
    for query in [
        "?sort=height",
        "?cursor=***",
        "?limit=0",
        "?limit=many",
        "?at=2026-11-20&sort=score",
    ] {
        let answer = house.admin(&format!("accounts{query}")).await?;
        assert_eq!(answer.outcome(), "400 bad_query", "{query}");
    }
    for path in [
        "accounts/nobody",
        "accounts/nobody/health",
        "explain?user=u&account=nobody&guide=first-report",
        "explain?user=u&account=a0&guide=nothing",
    ] {
        assert_eq!(
            house.admin(path).await?.outcome(),
            "404 not_found",
            "{path}"
        );
    }
    house.close().await
}

#[tokio::test]
async fn why_a_guide_shows_or_not_clause_by_clause() -> Result<()> {
    let house = House::open()?;
    let page = page_of("u1", "acme", &token("u1", "acme"));
    house.post("/v1/session", page.to_string()).await?;
    let explain = |url: &'static str| {
        let house = &house;
        async move {
            let path = format!("explain?user=u1&account=acme&guide=first-report&url={url}");
            anyhow::Ok(house.admin(&path).await?.body)
        }
    };
    let there = explain("https://app.example.com/reports/new").await?;
    assert_eq!(
        (&there["starts"], &there["stage"]),
        (&json!(true), &json!("setup")),
        "{there}"
    );
    let elsewhere = explain("/settings").await?;
    assert_eq!(elsewhere["starts"], false, "{elsewhere}");
    house
        .events(&page, &[event(1, "feature", "report.create")])
        .await?;
    let used = explain("/reports/new").await?;
    let clauses = used["places"][0]["clauses"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let by = |text: &str| {
        clauses
            .iter()
            .find(|clause| {
                clause["text"]
                    .as_str()
                    .is_some_and(|words| words.contains(text))
            })
            .map(|clause| (clause["outcome"].clone(), clause["by"].clone()))
    };
    assert_eq!(
        by("role"),
        Some((json!("holds"), json!("collector"))),
        "{used}"
    );
    assert_eq!(by("page"), Some((json!("holds"), json!("page"))), "{used}");
    assert_eq!(
        by("report.create"),
        Some((json!("fails"), json!("browser"))),
        "{used}"
    );
    assert_eq!(at(NOW), house.app.now());
    house.close().await
}
