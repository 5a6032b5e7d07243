//! The admin API: accounts, their health, why a guide is shown or not, what help does not answer, the import of history,
//! what is held about people and its end, and backups.

pub mod accounts;
pub mod explain;
pub mod help;
pub mod import;
pub mod rights;
pub mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use banso_store::token::Scope;

use crate::app::App;
use crate::door::is_secret;
use crate::error::Refusal;

/// The routes below `/v1/admin`, all behind the token.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/accounts", get(accounts::list))
        .route("/accounts/{id}", get(accounts::one))
        .route("/accounts/{id}/health", get(accounts::health))
        .route("/explain", get(explain::explain))
        .route("/help/missed", get(help::missed))
        .route("/tokens", post(tokens::create).get(tokens::list))
        .route("/tokens/{id}", delete(tokens::revoke))
        .route("/import", post(import::import))
        .route("/export", get(rights::export))
        .route("/erase", post(rights::erase))
        .route("/backup", post(rights::backup))
        .fallback(|| async {
            Refusal::NotFound("the admin API has no such path: see /v1/admin/accounts".to_owned())
        })
        .layer(middleware::from_fn_with_state(Arc::clone(app), guard))
}

/// Whether a route does something that takes as long as the store is large.
#[must_use]
pub fn takes_long(route: &str) -> bool {
    matches!(route, "/v1/admin/erase" | "/v1/admin/backup")
}

/// Lets only those in who have the token, or one of a scope that allows what they ask.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or("", |(_, token)| token.trim());
    let scope = app.tokens.known(given).map(|token| token.scope);
    // The prefix of the admin API is not part of the path here.
    let import = request.uri().path() == "/import";
    let allowed = match scope {
        Some(Scope::Admin) => true,
        Some(Scope::Import) => import,
        Some(Scope::Ingest) | None => is_secret(app.settings.admin_token.as_deref(), given),
    };
    if !allowed && scope.is_none() && app.settings.admin_token.is_none() {
        return Refusal::AdminOff.into_response();
    }
    if !allowed {
        return Refusal::Unauthorized.into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        axum::http::HeaderValue::from_static("no-store"),
    );
    response
}
