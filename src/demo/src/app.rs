//! The whole server as one router, so that tests need no socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use jiff::Timestamp;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::admin::AdminApi;
use crate::error::ApiError;
use crate::records::Records;
use crate::settings::Settings;
use crate::{api, page, seeds, team};

/// The largest body a call may have: a form, never a file.
const BODY_LIMIT: usize = 64 * 1024;

/// What every request shares.
#[derive(Debug)]
pub struct Hikari {
    /// How the server is set up.
    pub settings: Settings,
    /// Reads health from the collector; without it there is no page for the vendor's team.
    pub admin: Option<Box<dyn AdminApi>>,
    records: Mutex<Records>,
}

impl Hikari {
    /// A server that knows its first customers as they stand at `now`.
    pub fn new(
        settings: Settings,
        admin: Option<Box<dyn AdminApi>>,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let mut records = Records::default();
        for office in seeds::offices(now) {
            records.add(office)?;
        }
        Ok(Self {
            settings,
            admin,
            records: Mutex::new(records),
        })
    }

    /// The memory of the server. Each change is one step, so a panic elsewhere leaves it sound.
    pub fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All routes of Hikari over one state.
pub fn app(state: Hikari) -> Router {
    let assets = Router::new()
        .fallback_service(ServeDir::new(state.settings.root.join("assets")))
        // Files are read from disk as they are edited: a browser asks whether they changed.
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-cache"),
        ));
    let mut router = Router::new().route("/healthz", get(async || "ok\n"));
    if state.admin.is_some() {
        router = router.merge(team::routes());
    }
    router
        .nest("/api", api::routes())
        .nest("/assets", assets)
        .fallback(page::product)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .with_state(Arc::new(state))
}

#[cfg(test)]
mod tests;
