//! Other vendors' clients post here unchanged: Segment's and RudderStack's under `/segment`, PostHog's under `/posthog`.
//!
//! What they send is read ([`lenient`]) and translated ([`segment`], [`posthog`]) into [`foreign::Foreign`] messages, which
//! are taken ([`take`]) by the rules for any event. `docs/compat.md` says what becomes of each call.

pub mod foreign;
pub mod lenient;
pub mod people;
pub mod posthog;
pub mod segment;
pub mod settings;
pub mod take;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use banso_model::wire::BatchAnswer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::app::App;
use crate::body::{self, Sizes};
use crate::error::Refusal;
use segment::Call;

/// Paths that take a batch of Segment's messages.
const BATCHES: [&str; 3] = ["batch", "b", "import"];
/// Paths that take PostHog's events.
const EVENTS: [&str; 6] = ["e", "batch", "capture", "track", "engage", "i/v0/e"];
/// Paths where PostHog's clients ask for feature flags.
const FLAGS: [&str; 2] = ["decide", "flags"];

/// The routes of every client. Browsers' origins are let in by the layer around them.
pub fn routes() -> Router<Arc<App>> {
    let mut routes = Router::new()
        .route(
            "/segment/v1/projects/{key}/settings",
            get(settings::segment),
        )
        .route("/segment/v1/m", post(settings::nothing).options(preflight))
        .route("/posthog/array/{key}/config", get(settings::posthog))
        .route(
            "/posthog/array/{key}/config.js",
            get(settings::posthog_script),
        );
    for path in BATCHES {
        routes = both(
            routes,
            &format!("/segment/v1/{path}"),
            |state, headers, body| segment_messages(state, headers, body, None),
        );
    }
    for call in Call::ALL {
        // analytics-next names a call by its first letter.
        for path in [call.word(), &call.word()[..1]] {
            routes = both(
                routes,
                &format!("/segment/v1/{path}"),
                move |state, headers, body| segment_messages(state, headers, body, Some(call)),
            );
        }
    }
    for path in EVENTS {
        routes = both(routes, &format!("/posthog/{path}"), posthog_events);
    }
    for path in FLAGS {
        routes = both(routes, &format!("/posthog/{path}"), settings::flags);
    }
    routes
}

/// A route that takes a body, with and without a slash at its end.
fn both<H, T>(routes: Router<Arc<App>>, path: &str, take: H) -> Router<Arc<App>>
where
    H: axum::handler::Handler<T, Arc<App>> + Clone,
    T: 'static,
{
    let taker = post(take).options(preflight);
    routes
        .route(path, taker.clone())
        .route(&format!("{path}/"), taker)
}

/// What a request was answered, in the words of the client's vendor and in ours.
#[derive(Debug, Serialize)]
struct Taken {
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(flatten)]
    answer: BatchAnswer,
}

async fn segment_messages(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
    call: Option<Call>,
) -> Result<Json<Taken>, Refusal> {
    let text = body::read_foreign(body, Sizes::WIRE, &app.budget).await?;
    let (key, messages) = segment::read(&text, call)?;
    let key = key.map(std::borrow::Cow::into_owned);
    let key = user_of_basic(&headers).or(key).unwrap_or_default();
    let answer = take::take(&app, &headers, &key, messages).await?;
    Ok(Json(Taken {
        success: Some(true),
        status: None,
        answer,
    }))
}

async fn posthog_events(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Taken>, Refusal> {
    let text = body::read_foreign(body, Sizes::WIRE, &app.budget).await?;
    let (key, messages) = posthog::read(&text, app.now())?;
    let answer = take::take(&app, &headers, &key.unwrap_or_default(), messages).await?;
    Ok(Json(Taken {
        success: None,
        status: Some("Ok"),
        answer,
    }))
}

/// The user of HTTP's Basic authentication (RFC 7617), which is where these clients put the key.
fn user_of_basic(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = given.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let user = pair.split_once(':').map_or(&*pair, |(user, _)| user);
    (!user.is_empty()).then(|| user.to_owned())
}

/// These clients send headers of their own, so that browsers ask first.
async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, content-encoding, x-retry-count, anonymousid",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
