//! Bodies, keys, paths, and what is asked before anything is sent.

use std::io::Write as _;

use anyhow::Result;
use axum::body::Body;
use axum::http::Request;
use banso_tests::house::{House, KEY, NOW, ORIGIN, SERVER_KEY, at, id};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::basic;

fn gzip(text: &str) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}

/// One export of a report, as Segment's message.
fn track(account: &str) -> Value {
    json!({
        "type": "track", "event": "report_exported", "userId": "u1", "messageId": "m1", "timestamp": NOW,
        "context": { "groupId": account }, "properties": { "count": "many" },
    })
}

/// The same as PostHog's event.
fn capture(account: &str) -> Value {
    json!({
        "event": "report_exported", "distinct_id": 7, "uuid": id(at(NOW), 1), "timestamp": NOW,
        "properties": { "$groups": { "company": account }, "$lib": "web", "count": -1 },
    })
}

/// Posts a body twice: it is stored once, for an account of its own.
async fn check(house: &House, request: Request<Vec<u8>>, account: &str) -> Result<()> {
    let (parts, body) = request.into_parts();
    let name = format!("{} {account}", parts.uri);
    let vendors = if parts.uri.path().starts_with("/segment") {
        json!({ "success": true })
    } else {
        json!({ "status": "Ok" })
    };
    for (accepted, duplicate) in [(1, 0), (0, 1)] {
        let again = Request::from_parts(parts.clone(), Body::from(body.clone()));
        let answer = house.send(again).await?;
        let mut expected = vendors.clone();
        expected["accepted"] = accepted.into();
        expected["duplicate"] = duplicate.into();
        expected["rejected"] = json!([]);
        expected["refresh"] = json!(false);
        assert_eq!((answer.status, &answer.body), (200, &expected), "{name}");
    }
    assert_eq!(
        house.uses(account, "report.export").await?,
        Some(1),
        "{name}"
    );
    Ok(())
}

/// A form of a body: the content type, and how a message becomes bytes.
type Form = (&'static str, fn(&Value) -> Result<Vec<u8>>);

/// Segment's.
const SEGMENT: [Form; 4] = [
    ("application/json", |body| Ok(body.to_string().into_bytes())),
    ("text/plain", |body| Ok(body.to_string().into_bytes())),
    ("text/plain", |body| gzip(&body.to_string())),
    (FORM, |body| gzip(&body.to_string())),
];

/// PostHog's.
const POSTHOG: [Form; 7] = [
    ("text/plain", |event| Ok(event.to_string().into_bytes())),
    ("text/plain", |event| gzip(&event.to_string())),
    ("application/json", |event| {
        Ok(format!(" [{event}]").into_bytes())
    }),
    ("application/json", |event| {
        let batch = json!({ "token": SERVER_KEY, "batch": [event], "sent_at": NOW });
        gzip(&batch.to_string())
    }),
    (FORM, |event| form(event.to_string().as_bytes())),
    (FORM, |event| {
        form(STANDARD.encode(event.to_string()).as_bytes())
    }),
    (FORM, |event| {
        form(STANDARD.encode(gzip(&event.to_string())?).as_bytes())
    }),
];

const FORM: &str = "application/x-www-form-urlencoded";

/// A form whose field `data` is this.
fn form(data: &[u8]) -> Result<Vec<u8>> {
    let escaped = data.iter().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    Ok(format!("data={}&compression=any", escaped.collect::<String>()).into_bytes())
}

#[tokio::test]
async fn every_form_of_body_is_read_on_every_path() -> Result<()> {
    let house = House::open()?;
    let mut accounts = (1..).map(|nth| format!("a{nth}"));
    let mut next = || accounts.next().unwrap_or_default();
    for path in ["track", "t", "track/", "batch", "batch/", "b", "import"] {
        for (content_type, bytes) in SEGMENT {
            let account = next();
            let body = match path.starts_with('t') {
                true => track(&account),
                false => json!({ "batch": [track(&account)], "sentAt": NOW, "writeKey": "other" }),
            };
            let request = Request::post(format!("/segment/v1/{path}"))
                .header("authorization", basic(SERVER_KEY))
                .header("content-type", content_type);
            check(&house, request.body(bytes(&body)?)?, &account).await?;
        }
    }
    for path in [
        "e", "e/", "batch", "batch/", "capture", "capture/", "track", "engage", "i/v0/e", "i/v0/e/",
    ] {
        for (content_type, bytes) in POSTHOG {
            let account = next();
            let mut event = capture(&account);
            event["api_key"] = SERVER_KEY.into();
            let request = Request::post(format!("/posthog/{path}?ip=0&compression=gzip-js"))
                .header("content-type", content_type);
            check(&house, request.body(bytes(&event)?)?, &account).await?;
        }
    }
    house.close().await
}

#[tokio::test]
async fn keys_are_found_where_each_client_puts_them() -> Result<()> {
    let house = House::open()?;
    let segment = |key: &str| {
        let mut body = json!({ "batch": [track("acme")] });
        if !key.is_empty() {
            body["writeKey"] = key.into();
        }
        body
    };
    let posthog = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({ "batch": [capture("acme")] });
        change(&mut body);
        body
    };
    let long = "x".repeat(5000);
    for (path, authorization, body, expected) in [
        ("/segment/v1/batch", basic(SERVER_KEY), segment(""), "200"),
        (
            "/segment/v1/batch",
            basic(SERVER_KEY),
            segment("wrong"),
            "200",
        ),
        (
            "/segment/v1/batch",
            String::new(),
            segment(SERVER_KEY),
            "200",
        ),
        (
            "/segment/v1/batch",
            "Bearer x".to_owned(),
            segment(SERVER_KEY),
            "200",
        ),
        (
            "/segment/v1/batch",
            "Basic ???".to_owned(),
            segment(SERVER_KEY),
            "200",
        ),
        (
            "/segment/v1/batch",
            basic("wrong"),
            segment(SERVER_KEY),
            "401 unknown_key",
        ),
        (
            "/segment/v1/batch",
            basic(&long),
            segment(""),
            "401 unknown_key",
        ),
        (
            "/segment/v1/batch",
            String::new(),
            segment(""),
            "401 unknown_key",
        ),
        (
            "/segment/v1/batch",
            basic(KEY),
            segment(""),
            "403 origin_not_allowed",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|body| body["api_key"] = SERVER_KEY.into()),
            "200",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|body| body["token"] = SERVER_KEY.into()),
            "200",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|body| body["batch"][0]["token"] = SERVER_KEY.into()),
            "200",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|body| body["batch"][0]["api_key"] = SERVER_KEY.into()),
            "200",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|body| body["batch"][0]["properties"]["token"] = SERVER_KEY.into()),
            "200",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|body| body["api_key"] = json!([SERVER_KEY])),
            "401 unknown_key",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|_| {}),
            "401 unknown_key",
        ),
        (
            "/posthog/batch",
            String::new(),
            posthog(&|body| body["api_key"] = KEY.into()),
            "403 origin_not_allowed",
        ),
    ] {
        let mut request = Request::post(path);
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let answer = house.send(request.body(body.to_string().into())?).await?;
        assert_eq!(answer.outcome(), expected, "{path} {body:.200}");
    }
    house.close().await
}

#[tokio::test]
async fn what_is_no_body_is_refused() -> Result<()> {
    let house = House::open()?;
    let many = |each: &str, n: usize| format!("[{}]", vec![each; n].join(","));
    let bomb = gzip(&" ".repeat(9_000_000))?;
    let mut cut = gzip(&track("acme").to_string())?;
    cut.truncate(cut.len() / 2);
    let deep = "[".repeat(100_000);
    for (path, body, expected) in [
        ("/segment/v1/batch", b"".to_vec(), "400 malformed"),
        ("/segment/v1/batch", b"null".to_vec(), "400 malformed"),
        ("/segment/v1/batch", b"{}".to_vec(), "400 malformed"),
        (
            "/segment/v1/batch",
            b"{\"batch\":{}}".to_vec(),
            "400 malformed",
        ),
        ("/segment/v1/batch", b"\xff\xfe".to_vec(), "400 malformed"),
        ("/segment/v1/batch", cut, "400 malformed"),
        ("/segment/v1/batch", bomb.clone(), "413 body_too_large"),
        (
            "/segment/v1/batch",
            vec![b' '; 1_000_001],
            "413 body_too_large",
        ),
        (
            "/segment/v1/batch",
            format!("{{\"batch\":{}}}", many("{}", 501)).into(),
            "413 too_many_events",
        ),
        ("/segment/v1/track", b"[]".to_vec(), "400 malformed"),
        ("/segment/v1/track", deep.clone().into(), "400 malformed"),
        ("/posthog/e", b"".to_vec(), "400 malformed"),
        ("/posthog/e", b"7".to_vec(), "400 malformed"),
        ("/posthog/e", b"data=".to_vec(), "400 malformed"),
        ("/posthog/e", b"data=%7B%5D".to_vec(), "400 malformed"),
        ("/posthog/e", b"data=not*base64".to_vec(), "400 malformed"),
        (
            "/posthog/e",
            form(STANDARD.encode(&bomb).as_bytes())?,
            "413 body_too_large",
        ),
        ("/posthog/e", bomb, "413 body_too_large"),
        ("/posthog/e", deep.into(), "400 malformed"),
        ("/posthog/e", many("{}", 501).into(), "413 too_many_events"),
        (
            "/posthog/batch",
            format!("{{\"batch\":{}}}", many("{}", 501)).into(),
            "413 too_many_events",
        ),
    ] {
        let request = Request::post(path).header("authorization", basic(SERVER_KEY));
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = house.send(request.body(body.into())?).await?;
        assert_eq!(answer.outcome(), expected, "{path} {shown}");
    }
    for path in ["/segment/v1/batch", "/posthog/e/"] {
        assert_eq!(house.get(path).await?.outcome(), "405 method_not_allowed");
    }
    house.close().await
}

#[tokio::test]
async fn what_clients_ask_first_is_answered() -> Result<()> {
    let house = House::open()?;
    let get = |path: &str| {
        Request::get(path)
            .header("origin", ORIGIN)
            .header("host", "guide.example.com")
            .body(Body::empty())
    };
    for path in [
        "/segment/v1/projects/wk_wrong/settings",
        "/posthog/array/wk_wrong/config",
        "/posthog/array/wk_wrong/config.js",
        "/posthog/array/sk_test_0123456789/config",
    ] {
        let answer = house.send(get(path)?).await?;
        assert_eq!(answer.outcome(), "401 unknown_key", "{path}");
    }
    let answer = house
        .send(get("/segment/v1/projects/wk_test/settings")?)
        .await?;
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(
        answer.body["integrations"],
        json!({ "Segment.io": {
            "apiKey": KEY, "apiHost": "guide.example.com/segment/v1", "protocol": "https",
        } })
    );
    let answer = house.send(get("/posthog/array/wk_test/config")?).await?;
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    let (config, off) = (&answer.body, json!(false));
    assert_eq!(
        (
            &config["autocapture_opt_out"],
            &config["sessionRecording"],
            &config["surveys"]
        ),
        (&json!(true), &off, &off)
    );
    let script = house.send(get("/posthog/array/wk_test/config.js")?).await?;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    let text = script.body.as_str().unwrap_or_default();
    assert!(
        text.contains(r#"_POSTHOG_REMOTE_CONFIG["wk_test"]={config:{"#),
        "{text}"
    );
    for (path, field, expected) in [
        ("/posthog/flags?v=2", "featureFlags", json!({})),
        ("/posthog/flags/?v=2", "flags", json!({})),
        (
            "/posthog/decide/?v=3",
            "errorsWhileComputingFlags",
            json!(false),
        ),
        ("/segment/v1/m", "success", json!(true)),
    ] {
        let answer = house.post(path, "{}").await?;
        assert_eq!(
            (answer.status, &answer.body[field]),
            (200, &expected),
            "{path}"
        );
    }
    house.close().await
}

#[tokio::test]
async fn pages_may_send_the_headers_of_these_clients() -> Result<()> {
    let house = House::open()?;
    for path in [
        "/segment/v1/t",
        "/segment/v1/b",
        "/segment/v1/m",
        "/posthog/e/",
        "/posthog/flags/",
    ] {
        for (origin, allowed) in [(ORIGIN, ORIGIN), ("https://evil.example", "")] {
            let request = Request::options(path)
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization");
            let answer = house.send(request.body(Body::empty())?).await?;
            assert_eq!(answer.status, 204, "{path}");
            assert_eq!(
                answer.header("access-control-allow-origin"),
                allowed,
                "{path}"
            );
            let headers = answer.header("access-control-allow-headers");
            assert!(headers.contains("authorization"), "{path}: {headers}");
        }
    }
    house.close().await
}
