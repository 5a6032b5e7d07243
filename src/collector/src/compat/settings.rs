//! What foreign clients ask before they send anything, answered so that they go on: send here, and nothing else.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app::App;
use crate::error::Refusal;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// `GET /segment/v1/projects/{key}/settings`: the one destination of analytics.js is this collector.
///
/// # Errors
/// [`Refusal::UnknownKey`] unless it is a browser key.
pub async fn segment(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    known(&app, &key)?;
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let scheme = scheme(host, text(FORWARDED_PROTO), text(header::ORIGIN));
    let settings = json!({
        "integrations": {
            "Segment.io": { "apiKey": key, "apiHost": format!("{host}/segment/v1"), "protocol": scheme },
        },
        "plan": { "track": {}, "identify": {}, "group": {} },
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": { "sampleRate": 0 },
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": [],
    });
    Ok(fresh(Json(settings)))
}

/// How a page reaches this host: as a proxy in front says; else like the page itself, but for a collector on the same
/// machine.
fn scheme(host: &str, forwarded: Option<&str>, origin: Option<&str>) -> &'static str {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    let local = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
    let plain = match forwarded {
        Some(scheme) => !scheme.trim_start().starts_with("https"),
        None => local || origin.is_some_and(|origin| origin.starts_with("http://")),
    };
    if plain { "http" } else { "https" }
}

/// `GET /posthog/array/{key}/config`: no autocapture, no recording, no flags, no surveys.
///
/// # Errors
/// [`Refusal::UnknownKey`] unless it is a browser key.
pub async fn posthog(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    known(&app, &key)?;
    Ok(fresh(Json(posthog_settings(&key))))
}

/// `GET /posthog/array/{key}/config.js`: the same as a script.
///
/// # Errors
/// [`Refusal::UnknownKey`] unless it is a browser key.
pub async fn posthog_script(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    known(&app, &key)?;
    let token = Value::from(key.as_str());
    let script = format!(
        "(function(){{window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{{}};\
         window._POSTHOG_REMOTE_CONFIG[{token}]={{config:{},siteApps:[]}}}})();",
        posthog_settings(&key)
    );
    let content_type = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    Ok(fresh((content_type, script)))
}

fn posthog_settings(key: &str) -> Value {
    json!({
        "token": key,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": false,
        "analytics": { "endpoint": "/i/v0/e/" },
        "autocapture_opt_out": true,
        "autocaptureExceptions": false,
        "captureDeadClicks": false,
        "capturePerformance": false,
        "defaultIdentifiedOnly": true,
        "elementsChainAsString": true,
        "errorTracking": { "autocaptureExceptions": false, "suppressionRules": [] },
        "heatmaps": false,
        "isAuthenticated": false,
        "sessionRecording": false,
        "siteApps": [],
        "surveys": false,
        "toolbarParams": {},
    })
}

/// `POST /posthog/flags` and `/decide`: there are no flags, which is an answer.
pub async fn flags() -> Response {
    fresh(Json(json!({
        "flags": {},
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": false,
        "supportedCompression": ["gzip", "gzip-js"],
        "autocapture_opt_out": true,
        "sessionRecording": false,
        "surveys": false,
        "siteApps": [],
        "toolbarParams": {},
        "isAuthenticated": false,
    })))
}

/// `POST /segment/v1/m`: what analytics.js measures of itself.
pub async fn nothing() -> Response {
    fresh(Json(json!({ "success": true })))
}

fn known(app: &App, key: &str) -> Result<(), Refusal> {
    if app.live.load().has_key(key) {
        Ok(())
    } else {
        Err(Refusal::UnknownKey)
    }
}

/// An answer that depends on who asks.
fn fresh(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_a_scheme_they_may_use() {
        for (host, forwarded, origin, expected) in [
            (
                "guide.example.com",
                None,
                Some("https://app.example.com"),
                "https",
            ),
            ("guide.example.com", None, Some("http://intranet"), "http"),
            (
                "guide.example.com",
                Some("http"),
                Some("https://app.example.com"),
                "http",
            ),
            (
                "guide.example.com",
                Some("https, http"),
                Some("http://intranet"),
                "https",
            ),
            ("guide.example.com", None, None, "https"),
            (
                "127.0.0.1:8788",
                None,
                Some("https://app.example.com"),
                "http",
            ),
            ("localhost:8788", None, None, "http"),
            ("[::1]:8788", None, None, "http"),
            (
                "127.evil.example",
                None,
                Some("https://app.example.com"),
                "https",
            ),
        ] {
            assert_eq!(scheme(host, forwarded, origin), expected, "{host}");
        }
    }
}
