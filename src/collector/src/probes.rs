//! `/healthz`, `/readyz` and `/metrics`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::error::Refusal;

/// The process runs.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The store takes writes.
///
/// # Errors
/// [`Refusal`] when it does not.
pub async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Refusal> {
    app.store.ready().await?;
    Ok("ready\n")
}

/// What is counted.
///
/// # Errors
/// [`Refusal`] when the store cannot be read.
pub async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let mut response = app
        .metrics
        .text(&app.store.counters().await?)
        .into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
    );
    Ok(response)
}
