//! Hikari's JSON API, and how a call knows who makes it.

mod dashboard;
mod members;
mod reports;
mod session;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json};
use axum::http::header;
use axum::http::request::Parts;
use axum::routing::{delete, get, post, put};
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::app::Hikari;
use crate::error::ApiError;
use crate::people::{Account, Person};

/// Name of the session cookie.
const COOKIE: &str = "hikari_session";

/// All calls, below `/api`.
pub fn routes() -> Router<Arc<Hikari>> {
    Router::new()
        .route(
            "/session",
            get(session::show)
                .post(session::sign_in)
                .delete(session::sign_out),
        )
        .route("/people", get(session::people))
        .route("/accounts", post(session::sign_up))
        .route("/banso-token", get(session::banso_token))
        .route("/profile", put(session::change_profile))
        .route("/dashboard", get(dashboard::show))
        .route("/reports", get(reports::list).post(reports::create))
        .route(
            "/reports/{id}",
            get(reports::show)
                .put(reports::change)
                .delete(reports::remove),
        )
        .route("/reports/{id}/export.csv", get(reports::export))
        .route("/reports/{id}/shares", post(reports::share))
        .route("/series", get(reports::preview))
        .route("/team", get(members::list))
        .route("/team/invitations", post(members::invite))
        .route("/team/invitations/{id}", delete(members::withdraw))
        .fallback(async || ApiError::NotFound("route"))
}

/// The signed-in person who makes a call.
struct Caller {
    person: Person,
    account: Account,
}

impl FromRequestParts<Arc<Hikari>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Hikari>) -> Result<Self, ApiError> {
        let session = session_of(parts).ok_or(ApiError::SignedOut)?;
        let (person, account) = state.records().who(session).ok_or(ApiError::SignedOut)?;
        Ok(Self { person, account })
    }
}

/// The session a browser names, whether or not it still exists.
fn session_of(parts: &Parts) -> Option<&str> {
    parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// A JSON body whose faults are answered like every other error.
struct Body<T>(T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    Json<T>: FromRequest<S, Rejection = JsonRejection>,
{
    type Rejection = ApiError;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, ApiError> {
        let Json(body) = Json::from_request(request, state)
            .await
            .map_err(|rejection| ApiError::Body(rejection.body_text()))?;
        Ok(Self(body))
    }
}

/// The day the charts end on.
fn today() -> Date {
    Zoned::now().with_time_zone(TimeZone::UTC).date()
}
