//! Which pages may use a browser key, and which may read the answer.

use anyhow::Result;
use axum::body::Body;
use axum::http::Request;
use banso_tests::house::{House, ORIGIN, page};
use serde_json::json;

#[tokio::test]
async fn pages_of_allowed_origins_and_no_others() -> Result<()> {
    let house = House::open()?;
    let mut body = page();
    body["events"] = json!([]);
    for path in ["/v1/events", "/v1/session"] {
        for (origin, expected, may_read) in [
            (Some(ORIGIN), "200", true),
            (
                Some("https://app.example.com:8443"),
                "403 origin_not_allowed",
                false,
            ),
            (
                Some("http://app.example.com"),
                "403 origin_not_allowed",
                false,
            ),
            (
                Some("https://app.example.com.evil.example"),
                "403 origin_not_allowed",
                false,
            ),
            (
                Some("https://evil.example"),
                "403 origin_not_allowed",
                false,
            ),
            (Some("null"), "403 origin_not_allowed", false),
            (None, "403 origin_not_allowed", false),
        ] {
            let mut request = Request::post(path);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let answer = house
                .send(request.body(Body::from(body.to_string()))?)
                .await?;
            assert_eq!(answer.outcome(), expected, "{path} {origin:?}");
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(
                allowed,
                if may_read { ORIGIN } else { "" },
                "{path} {origin:?}"
            );
            assert_eq!(answer.header("vary"), "Origin", "{path} {origin:?}");
            let readable = if allowed.is_empty() {
                ""
            } else {
                "Retry-After"
            };
            assert_eq!(
                answer.header("access-control-expose-headers"),
                readable,
                "{path} {origin:?}"
            );
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                "",
                "never with credentials"
            );
        }
    }
    house.close().await
}

#[tokio::test]
async fn a_page_can_read_why_it_was_refused() -> Result<()> {
    let house = House::open()?;
    let answer = house.post("/v1/events", "{").await?;
    assert_eq!(answer.outcome(), "400 malformed");
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    house.close().await
}

#[tokio::test]
async fn a_preflight_is_answered_for_those_who_send_one() -> Result<()> {
    let house = House::open()?;
    for (origin, allowed) in [(ORIGIN, ORIGIN), ("https://evil.example", "")] {
        let request = Request::options("/v1/events")
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        let answer = house.send(request.body(Body::empty())?).await?;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
    }
    house.close().await
}
