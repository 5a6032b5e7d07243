//! Help: what is found, whose it is, and what is kept of what was not found.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use axum::http::Request;
use banso_tests::house::{House, KEY, ORIGIN, event, page, page_of, token};
use serde_json::{Value, json};

const ARTICLES: [(&str, &str); 4] = [
    (
        "export",
        r#"{ "version": 1, "id": "export", "title": {"en": "How do I export a report?", "ja": "レポートを書き出すには？"},
             "body": {"en": "Open the report and press **Export**.", "ja": "レポートを開き、**書き出し** を押します。"},
             "keywords": {"en": ["csv"]}, "page": ["/reports/*"], "related": ["updates", "seats"] }"#,
    ),
    (
        "updates",
        r#"{ "version": 1, "id": "updates", "title": {"en": "When are numbers updated?", "ja": "データの更新はいつですか？"},
             "body": {"en": "Whenever a report is opened.", "ja": "開くたびに読み込みます。"} }"#,
    ),
    (
        "seats",
        r#"{ "version": 1, "id": "seats", "title": {"en": "How do I add seats?", "ja": "席数を増やすには？"},
             "body": {"en": "In the settings of the plan.", "ja": "プランの設定で増やせます。"}, "when": {"segment": "paid"} }"#,
    ),
    (
        "after-export",
        r#"{ "version": 1, "id": "after-export", "title": {"en": "Where did my export go?", "ja": "書き出したファイルはどこですか？"},
             "body": {"en": "Into the folder for downloads.", "ja": "ダウンロードにあります。"}, "when": {"feature": "report.export"} }"#,
    ),
];

fn with_articles(config: &Path) -> Result<()> {
    fs::create_dir(config.join("help"))?;
    for (id, article) in ARTICLES {
        fs::write(config.join("help").join(format!("{id}.json")), article)?;
    }
    Ok(())
}

fn house() -> Result<House> {
    House::with(|_| {}, with_articles)
}

/// Asks as a page of the allowed origin does; `path` begins after `/v1/help`.
async fn help(house: &House, path: &str, query: &[(&str, &str)]) -> Result<(u16, Value)> {
    let mut url = reqwest::Url::parse(&format!("http://any.invalid/v1/help{path}"))?;
    url.query_pairs_mut()
        .append_pair("key", KEY)
        .extend_pairs(query);
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let request = Request::get(path).header("origin", ORIGIN);
    let answer = house.send(request.body(axum::body::Body::empty())?).await?;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        ORIGIN,
        "a page of another origin has to be able to read it"
    );
    Ok((answer.status, answer.body))
}

fn ids(found: &Value) -> Vec<&str> {
    let articles = found["articles"].as_array().map(Vec::as_slice);
    articles
        .unwrap_or_default()
        .iter()
        .filter_map(|article| article["id"].as_str())
        .collect()
}

#[tokio::test]
async fn articles_are_found_in_both_languages() -> Result<()> {
    let house = house()?;
    for (locale, query, expected) in [
        ("en", "export", &["export"][..]),
        ("en-GB", "CSV", &["export"]),
        ("fr", "update", &["updates"]),
        ("ja", "更新", &["updates"]),
        ("ja", "更", &["updates"]),
        ("ja", "れぽーと", &["export"]),
        ("ja", "ﾚﾎﾟｰﾄ", &["export"]),
        ("ja", "返金", &[]),
        ("en", "refund", &[]),
        // Without a query: what is suggested for the page, else what comes first.
        ("en", " ", &["export", "updates"]),
    ] {
        let (status, found) = help(&house, "", &[("locale", locale), ("q", query)]).await?;
        assert_eq!((status, ids(&found)), (200, expected.to_vec()), "{query}");
    }
    let on_page = [("locale", "en"), ("page", "/reports/7")];
    let (_, found) = help(&house, "", &on_page).await?;
    assert_eq!(
        found,
        json!({ "articles": [{ "id": "export", "title": "How do I export a report?",
                               "summary": "Open the report and press Export." }] })
    );
    let (_, article) = help(&house, "/export", &[("locale", "ja")]).await?;
    assert_eq!(
        (&article["title"], &article["minutes"], &article["related"]),
        (
            &json!(["=レポートを書き出すには？"]),
            &json!(1),
            &json!([{ "id": "updates", "title": "データの更新はいつですか？", "summary": "開くたびに読み込みます。" }])
        ),
        "{article}"
    );
    assert!(
        article["body"].to_string().contains("書き出し"),
        "{article}"
    );
    house.close().await
}

#[tokio::test]
async fn articles_are_for_whom_they_are() -> Result<()> {
    let house = house()?;
    let (_, found) = help(&house, "", &[("q", "seats"), ("locale", "en")]).await?;
    assert_eq!(ids(&found), [] as [&str; 0], "nobody is known to pay");
    let (status, _) = help(&house, "/seats", &[("locale", "en")]).await?;
    assert_eq!(status, 404);
    // The session says whose they are, and that comes back sealed.
    let request = page_of("u1", "acme", &token("u1", "acme"));
    let session = async || -> Result<String> {
        let answer = house.post("/v1/session", request.to_string()).await?;
        let sealed = answer.body["fresh"]["hub"]["help"].as_str();
        Ok(sealed.context("whose articles are theirs")?.to_owned())
    };
    let paying = session().await?;
    let asked = [("q", "seats"), ("locale", "en"), ("for", &paying)];
    assert_eq!(ids(&help(&house, "", &asked).await?.1), ["seats"]);
    assert_eq!(help(&house, "/seats", &asked).await?.0, 200);
    let related = help(&house, "/export", &asked).await?.1["related"].clone();
    assert_eq!(related.as_array().map(Vec::len), Some(2));
    let asked = [("q", "where export"), ("locale", "en"), ("for", &paying)];
    assert_eq!(ids(&help(&house, "", &asked).await?.1), ["export"]);
    house
        .events(&request, &[event(1, "track", "report_exported")])
        .await?;
    let exported = session().await?;
    let asked = [("q", "where export"), ("locale", "en"), ("for", &exported)];
    assert_eq!(
        ids(&help(&house, "", &asked).await?.1),
        ["after-export", "export"]
    );
    // One that was made up says nothing.
    let forged = exported.replacen(['0', '1'], "1", 2).replace('.', ".x");
    let asked = [("q", "seats"), ("locale", "en"), ("for", &forged)];
    assert_eq!(ids(&help(&house, "", &asked).await?.1), [] as [&str; 0]);
    house.close().await
}

#[tokio::test]
async fn not_everyone_may_ask() -> Result<()> {
    let house = house()?;
    for (origin, path, outcome) in [
        (Some(ORIGIN), format!("/v1/help?key={KEY}"), "200"),
        // A page of the collector's own origin names none.
        (None, format!("/v1/help?key={KEY}"), "200"),
        (
            Some("https://evil.example"),
            format!("/v1/help?key={KEY}"),
            "403 origin_not_allowed",
        ),
        (
            Some(ORIGIN),
            "/v1/help?key=wk_other".to_owned(),
            "401 unknown_key",
        ),
        (Some(ORIGIN), "/v1/help".to_owned(), "400 bad_query"),
        (
            Some(ORIGIN),
            format!("/v1/help/nothing?key={KEY}"),
            "404 not_found",
        ),
    ] {
        let mut request = Request::get(&path);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = house.send(request.body(axum::body::Body::empty())?).await?;
        assert_eq!(answer.outcome(), outcome, "{path} from {origin:?}");
    }
    house.close().await
}

fn searched(nth: u32, act: &str, value: &str) -> Value {
    let mut search = event(nth, "help", "search");
    search["props"] = json!({ "act": act, "value": value });
    search
}

#[tokio::test]
async fn what_was_not_found_is_listed() -> Result<()> {
    let house = house()?;
    let sender = page_of("u1", "acme", &token("u1", "acme"));
    let long = "長".repeat(500);
    let mut helped = event(9, "help", "export");
    helped["props"] = json!({ "act": "solved", "value": false });
    let mut nobody = event(10, "help", "search");
    nobody["props"] = json!({ "act": "missed", "value": 7 });
    let mut read = event(11, "content", "export");
    read["props"] = json!({ "seconds": 42 });
    let sent = [
        searched(1, "missed", " Refund　"),
        searched(2, "missed", "ＲＥＦＵＮＤ"),
        searched(3, "missed", &long),
        searched(4, "missed", "  "),
        searched(5, "found", "export"),
        searched(6, "wished", "export"),
        helped,
        nobody,
        read,
    ];
    let answer = house.events(&sender, &sent).await?;
    assert_eq!(
        (
            &answer.body["accepted"],
            &answer.body["rejected"][0]["reason"]
        ),
        (&json!(8), &json!("invalid_event")),
        "{}",
        answer.body
    );
    let mut someone = page();
    someone["device"] = "d2".into();
    house
        .events(&someone, &[searched(21, "missed", "refund")])
        .await?;
    // Reading accounts waits until everything is in the tables.
    let uses = house.admin("accounts/acme").await?;
    assert_eq!(uses.status, 200);
    let listed = house.admin("help/missed?limit=2").await?;
    let queries = listed.body["queries"].as_array().context("a list")?;
    let summary: Vec<_> = queries
        .iter()
        .map(|missed| {
            let query = missed["query"].as_str().unwrap_or_default();
            let count = &missed["count"];
            (
                query.chars().count(),
                count.clone(),
                missed["people"].clone(),
            )
        })
        .collect();
    assert_eq!(
        summary,
        [(6, json!(3), json!(2)), (200, json!(1), json!(1))],
        "{}",
        listed.body
    );
    assert_eq!(queries[0]["query"], "refund");
    assert_eq!(
        house.admin("help/missed?limit=x").await?.outcome(),
        "400 bad_query"
    );
    house.close().await
}
