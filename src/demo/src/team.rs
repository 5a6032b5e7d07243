//! The page of the vendor's own team: accounts with their health, read from the collector.
//!
//! The browser never sees the admin token: it asks this server, and this server asks the collector.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::admin::{Answer, Question, Silence};
use crate::app::Hikari;
use crate::error::ApiError;
use crate::page;

/// The page and the calls it makes.
pub fn routes() -> Router<Arc<Hikari>> {
    Router::new()
        .route(
            "/team",
            get(async |_: Local, state| page::team(state).await),
        )
        .route("/team/api/names", get(names))
        .route("/team/api/accounts", get(accounts))
        .route("/team/api/accounts/{id}", get(account))
        .route("/team/api/accounts/{id}/health", get(health))
}

/// What the accounts are called: the vendor's own records know, the collector goes by ids.
async fn names(_: Local, State(state): State<Arc<Hikari>>) -> Response {
    let records = state.records();
    let names: BTreeMap<&str, &str> = records
        .offices()
        .map(|office| (office.account.id.as_str(), office.account.name.as_str()))
        .collect();
    (no_store(), Json(json!({ "names": names }))).into_response()
}

async fn accounts(_: Local, state: State<Arc<Hikari>>, RawQuery(query): RawQuery) -> Response {
    relay(state, Question::Accounts(query)).await
}

async fn account(_: Local, state: State<Arc<Hikari>>, Path(id): Path<String>) -> Response {
    relay(state, Question::Account(id)).await
}

async fn health(_: Local, state: State<Arc<Hikari>>, Path(id): Path<String>) -> Response {
    relay(state, Question::Health(id)).await
}

async fn relay(State(state): State<Arc<Hikari>>, question: Question) -> Response {
    match &state.admin {
        Some(admin) => answer(admin.ask(question).await),
        None => ApiError::NotFound("route").into_response(),
    }
}

/// A request that named this machine itself: the page needs no sign-in, so no other name may reach
/// it, not even one that a stranger's page lets point here.
struct Local;

impl<S: Send + Sync> FromRequestParts<S> for Local {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        if host.is_some_and(is_loopback) {
            return Ok(Self);
        }
        let message = "the team's page answers on localhost only: open http://localhost:8787/team";
        Err(refusal(StatusCode::FORBIDDEN, "not_local", message, None))
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// Hands on what the collector said, or says in its place what went wrong.
fn answer(heard: Result<Answer, Silence>) -> Response {
    let answer = match heard {
        Ok(answer) => answer,
        Err(silence) => {
            let (status, code) = match &silence {
                Silence::Unreachable(_) => (StatusCode::BAD_GATEWAY, "collector_unreachable"),
                Silence::Late => (StatusCode::GATEWAY_TIMEOUT, "collector_late"),
            };
            return refusal(status, code, &silence.to_string(), None);
        }
    };
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let wait = answer.retry_after;
    match (answer.status, &said) {
        (200, Some(body)) => (no_store(), Json(body)).into_response(),
        (200, None) => {
            let message = "the collector's answer is no json: is the address really a collector's";
            refusal(
                StatusCode::BAD_GATEWAY,
                "collector_unreadable",
                message,
                None,
            )
        }
        (401 | 403, _) => {
            let message = "the collector refuses the token: start both servers with the same \
                           BANSO_ADMIN_TOKEN";
            refusal(StatusCode::BAD_GATEWAY, "collector_refused", message, None)
        }
        (404, _) => {
            let message = "the collector does not know this account";
            refusal(StatusCode::NOT_FOUND, "unknown_account", message, None)
        }
        (429 | 503, _) => {
            let message = message(said.as_ref(), "the collector is busy");
            refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "collector_busy",
                &message,
                wait,
            )
        }
        (400, _) => {
            let message = message(said.as_ref(), "the collector cannot read the question");
            refusal(StatusCode::BAD_REQUEST, "bad_question", &message, None)
        }
        (status, _) => {
            let message = message(said.as_ref(), &format!("the collector answered {status}"));
            refusal(StatusCode::BAD_GATEWAY, "collector_failed", &message, None)
        }
    }
}

/// The collector's own words, where it had any.
fn message(said: Option<&Value>, otherwise: &str) -> String {
    said.and_then(|said| said.pointer("/error/message"))
        .and_then(Value::as_str)
        .unwrap_or(otherwise)
        .to_owned()
}

fn refusal(status: StatusCode, code: &str, message: &str, retry_after: Option<u64>) -> Response {
    let mut error = json!({ "code": code, "message": message });
    let mut headers = no_store();
    if let Some(seconds) = retry_after {
        error["retry_after"] = seconds.into();
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    (status, headers, Json(json!({ "error": error }))).into_response()
}

fn no_store() -> HeaderMap {
    HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))])
}
