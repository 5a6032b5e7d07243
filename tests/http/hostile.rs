//! Bodies that no widget sends, and the exact answer to each.

use anyhow::Result;
use banso_tests::house::{House, KEY, NOW, ORIGIN, SERVER_KEY, at, event, id, page};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write as _;

fn batch(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut body = page();
    body["events"] = json!([event(1, "feature", "report.create")]);
    change(&mut body);
    body.to_string().into_bytes()
}

fn gzip(text: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text)?;
    Ok(encoder.finish()?)
}

/// A batch with one event as it is written.
fn raw(event: &str) -> Vec<u8> {
    let text = page().to_string();
    format!("{},\"events\":[{event}]}}", text.trim_end_matches('}')).into_bytes()
}

/// A batch that has one more member, as it is written.
fn batch_twice(member: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(&batch(|_| {})).into_owned();
    format!("{},{member}}}", text.trim_end_matches('}')).into_bytes()
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }))
}

async fn check(house: &House, what: &str, body: Vec<u8>, expected: &str) -> Result<()> {
    let answer = house.post("/v1/events", body).await?;
    assert_eq!(answer.outcome(), expected, "{what}: {}", answer.body);
    if answer.status != 200 {
        let error = &answer.body["error"];
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{what}: {error}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn every_body_has_its_answer() -> Result<()> {
    let house = House::open()?;
    for (what, body) in [
        ("a batch", batch(|_| {})),
        ("a compressed batch", gzip(&batch(|_| {}))?),
        ("no events", batch(|body| body["events"] = json!([]))),
        (
            "fields of a later version",
            batch(|body| body["later"] = json!({ "deep": [[[[]]]] })),
        ),
        (
            "500 events",
            batch(|body| body["events"] = vec![json!(0); 500].into()),
        ),
    ] {
        check(&house, what, body, "200").await?;
    }
    for (what, body) in [
        ("nothing", Vec::new()),
        ("no JSON", b"{".to_vec()),
        ("a list", b"[]".to_vec()),
        ("no object", b"null".to_vec()),
        ("more behind it", [batch(|_| {}), b"x".to_vec()].concat()),
        ("bytes that are no text", vec![0xff, 0xfe, 0x00]),
        ("a broken archive", gzip(&batch(|_| {}))?[..40].to_vec()),
        ("an archive of no text", gzip(&[0xff, 0xfe])?),
        (
            "no list of events",
            batch(|body| body["events"] = json!({})),
        ),
        (
            "no events at all",
            batch(|body| body["events"] = Value::Null),
        ),
        ("no device", batch(|body| body["device"] = "".into())),
        (
            "a device that is no text",
            batch(|body| body["device"] = 1.into()),
        ),
        (
            "a long device",
            batch(|body| body["device"] = "x".repeat(201).into()),
        ),
        (
            "a user with a control character",
            batch(|body| body["user"] = "a\u{0}b".into()),
        ),
        (
            "a time that is none",
            batch(|body| body["sent_at"] = "yesterday".into()),
        ),
        (
            "a negative count",
            batch(|body| body["dropped"] = (-1).into()),
        ),
        (
            "a number that is none",
            raw(r#"{"id":"x","kind":"page","at":NaN}"#),
        ),
        (
            "a number without end",
            raw(r#"{"id":"x","kind":"page","at":-Infinity}"#),
        ),
        ("half an escape", raw(r#"{"id":"\u12"}"#)),
        ("a key twice", batch_twice(r#""key":"wk_test""#)),
        ("a list of events twice", batch_twice(r#""events":[]"#)),
        (
            "half a pair in a name of its own",
            batch_twice(r#""user":"\ud800""#),
        ),
        (
            "traits nested too deep",
            batch(|body| body["user_traits"] = nested(17)),
        ),
        (
            "traits nested deeper than anything",
            batch(|body| body["account_traits"] = nested(100)),
        ),
        (
            "too large traits",
            batch(|body| body["user_traits"] = json!({ "x": "x".repeat(33_000) })),
        ),
        (
            "a trait's name that is too long",
            batch(|body| body["user_traits"] = json!({ "x".repeat(201): 1 })),
        ),
        (
            "a trait's name with a control character",
            batch(|body| body["user_traits"] = json!({ "a\u{7}": 1 })),
        ),
        (
            "nested without end",
            [b"{\"events\":[".to_vec(), vec![b'['; 100_000]].concat(),
        ),
    ] {
        check(&house, what, body, "400 malformed").await?;
    }
    for (what, body, expected) in [
        (
            "501 events",
            batch(|body| body["events"] = vec![json!(0); 501].into()),
            "413 too_many_events",
        ),
        (
            "too large a body",
            vec![b' '; 1_000_001],
            "413 body_too_large",
        ),
        (
            "an archive that bursts",
            gzip(&vec![b' '; 8_000_001])?,
            "413 body_too_large",
        ),
        (
            "an archive that would fill the memory",
            gzip(&vec![b' '; 300_000_000])?,
            "413 body_too_large",
        ),
        (
            "an archive in an archive is no text",
            gzip(&gzip(&batch(|_| {}))?)?,
            "400 malformed",
        ),
        (
            "archives one behind the other that burst together",
            gzip(&vec![b' '; 3_000_000])?.repeat(3),
            "413 body_too_large",
        ),
        (
            "another key",
            batch(|body| body["key"] = "wk_other".into()),
            "401 unknown_key",
        ),
        (
            "no key",
            batch(|body| body["key"] = "".into()),
            "401 unknown_key",
        ),
        (
            "nearly the server key",
            batch(|body| body["key"] = SERVER_KEY[1..].into()),
            "401 unknown_key",
        ),
    ] {
        check(&house, what, body, expected).await?;
    }
    house.close().await
}

#[tokio::test]
async fn every_event_has_its_answer() -> Result<()> {
    let house = House::open()?;
    let event = |nth: u32, rest: &str| {
        format!(
            r#"{{"id":"{}","seq":{nth},"kind":"track","name":"x","at":"{NOW}",{rest}}}"#,
            id(at(NOW), nth)
        )
    };
    for (nth, (what, rest, expected)) in (0..).zip([
        ("nothing else", r#""props":{}"#, None),
        ("a large number", r#""props":{"a":1e308,"b":-1e308}"#, None),
        ("a tiny number", r#""props":{"a":1e-400}"#, None),
        (
            "a number beyond all",
            r#""props":{"a":1e309}"#,
            Some("invalid_event"),
        ),
        (
            "as many digits as one likes",
            r#""props":{"a":123456789012345678901234567890.123456789012345678901234567890}"#,
            None,
        ),
        (
            "half a pair",
            r#""props":{"a":"\ud83d"}"#,
            Some("invalid_event"),
        ),
        ("a pair", r#""props":{"a":"\ud83d\ude00"}"#, None),
        (
            "the halves swapped",
            r#""props":{"a":"\ude00\ud83d"}"#,
            Some("invalid_event"),
        ),
        (
            "a half as a name",
            r#""props":{"\ud83d":1}"#,
            Some("invalid_event"),
        ),
        ("a name twice", r#""props":{"a":1,"a":2}"#, None),
        (
            "props twice",
            r#""props":{},"props":{}"#,
            Some("invalid_event"),
        ),
        ("a kind twice", r#""kind":"page""#, Some("invalid_event")),
        ("a null character", r#""props":{"a":"\u0000"}"#, None),
        (
            "a page that is no text",
            r#""page":1"#,
            Some("invalid_event"),
        ),
        (
            "a seq that is none",
            r#""page":"/","seq":-1"#,
            Some("invalid_event"),
        ),
        (
            "deep where nobody looks",
            r#""later":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]"#,
            None,
        ),
        (
            "deep props",
            r#""props":{"a":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}"#,
            Some("too_deep"),
        ),
    ]) {
        let answer = house.post("/v1/events", raw(&event(nth, rest))).await?;
        assert_eq!(answer.status, 200, "{what}: {}", answer.body);
        let reason = answer.body["rejected"][0]["reason"].as_str();
        assert_eq!(reason, expected, "{what}: {}", answer.body);
        assert_eq!(
            answer.body["accepted"],
            u32::from(expected.is_none()),
            "{what}"
        );
    }
    house.close().await
}

#[tokio::test]
async fn paths_and_methods_have_their_answer() -> Result<()> {
    use axum::body::Body;
    use axum::http::Request;
    let house = House::open()?;
    for (method, path, expected) in [
        ("GET", "/v1/events", "405 method_not_allowed"),
        ("PUT", "/v1/session", "405 method_not_allowed"),
        ("GET", "/v1/guides/0000000000000000", "404 not_found"),
        ("GET", "/", "404 not_found"),
        ("GET", "/../etc/passwd", "404 not_found"),
        ("GET", "/v1/admin/accounts", "401 unauthorized"),
        ("GET", "/v1/admin/nothing", "401 unauthorized"),
        ("POST", "/v1/admin/import", "401 unauthorized"),
        ("GET", "/healthz", "200"),
        ("GET", "/readyz", "200"),
        ("GET", "/metrics", "200"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())?;
        assert_eq!(
            house.send(request).await?.outcome(),
            expected,
            "{method} {path}"
        );
    }
    for (token, expected) in [
        ("Bearer wrong", "401 unauthorized"),
        ("Basic x", "401 unauthorized"),
    ] {
        let request = Request::get("/v1/admin/accounts").header("authorization", token);
        let answer = house.send(request.body(Body::empty())?).await?;
        assert_eq!(answer.outcome(), expected, "{token}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    house.close().await?;
    let off = House::with(|settings| settings.admin_token = None, |_| Ok(()))?;
    let answer = off.admin("accounts").await?;
    assert_eq!(answer.outcome(), "403 admin_off");
    let message = answer.body["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("BANSO_ADMIN_TOKEN"), "{message}");
    off.close().await
}

#[tokio::test]
async fn a_key_may_send_so_much_and_no_more() -> Result<()> {
    let house = House::with(|settings| settings.quota = 1, |_| Ok(()))?;
    let ten: Vec<_> = (0..10).map(|nth| event(nth, "page", "")).collect();
    assert_eq!(house.events(&page(), &ten).await?.outcome(), "200");
    let answer = house.events(&page(), &ten).await?;
    assert_eq!(answer.outcome(), "429 over_quota");
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(
        answer.header("retry-after"),
        answer.body["error"]["retry_after"].to_string(),
        "{}",
        answer.body
    );
    assert_eq!(
        answer.header("access-control-allow-origin"),
        ORIGIN,
        "the page must be able to read it"
    );
    house.close().await
}

#[tokio::test]
async fn bodies_share_a_bounded_memory() -> Result<()> {
    let house = House::with(|settings| settings.room.bytes = 100_000, |_| Ok(()))?;
    let long = batch(|body| body["later"] = "x".repeat(200_000).into());
    let answer = house.post("/v1/events", long).await?;
    assert_eq!(answer.outcome(), "503 overloaded");
    assert_eq!(answer.header("retry-after"), "1");
    let short = batch(|body| body["key"] = KEY.into());
    assert_eq!(
        house.post("/v1/events", short).await?.outcome(),
        "200",
        "the memory was given back"
    );
    house.close().await
}
