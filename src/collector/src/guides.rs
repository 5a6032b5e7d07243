//! `GET /v1/guides/<hash>`: one compiled guide. Its hash names its bytes, so it may be kept for ever.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::assets::Cache;
use crate::error::Refusal;

/// Serves a guide of this configuration or the one before.
///
/// # Errors
/// [`Refusal::NotFound`] when neither has it.
pub async fn guide(
    State(app): State<Arc<App>>,
    Path(hash): Path<String>,
) -> Result<Response, Refusal> {
    let json = app.live.load().served.get(&hash).cloned().ok_or_else(|| {
        Refusal::NotFound("no guide has this hash: ask for a new session".to_owned())
    })?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, Cache::Immutable.control()),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ],
        json,
    )
        .into_response())
}
