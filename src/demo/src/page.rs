//! Pages: one HTML file for every path of the product, with a fresh nonce at each load.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use crate::app::Hikari;
use crate::error::ApiError;
use crate::random;
use crate::settings::Csp;

/// Paths of the product; `:` stands for any one segment. Others get the same page and a 404.
const PATHS: &[&str] = &[
    "/",
    "/login",
    "/docs",
    "/reports",
    "/reports/new",
    "/reports/:",
    "/settings/profile",
    "/settings/team",
];

/// Serves the product for every path that nothing else serves.
pub async fn product(
    State(state): State<Arc<Hikari>>,
    method: Method,
    uri: Uri,
) -> Result<Response, ApiError> {
    if method != Method::GET && method != Method::HEAD {
        return Err(ApiError::NotFound("route"));
    }
    let status = if PATHS.iter().any(|path| matches(path, uri.path())) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    let connect = format!(" {}", state.settings.collector.origin());
    render(&state, "index.html", &connect, status).await
}

/// Serves the page of the vendor's own team, which has no widget and talks to this server alone.
pub async fn team(State(state): State<Arc<Hikari>>) -> Result<Response, ApiError> {
    render(&state, "team.html", "", StatusCode::OK).await
}

fn matches(pattern: &str, path: &str) -> bool {
    let path = path
        .strip_suffix('/')
        .filter(|path| !path.is_empty())
        .unwrap_or(path);
    let mut pattern = pattern.split('/');
    let mut path = path.split('/');
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(":"), Some(segment)) if !segment.is_empty() => {}
            (Some(wanted), Some(segment)) if wanted == segment => {}
            _ => return false,
        }
    }
}

async fn render(
    state: &Hikari,
    file: &str,
    connect: &str,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let nonce = random::text(18)?;
    let template = read(&state.settings.root.join(file)).await?;
    let html = template
        .replace("{{nonce}}", &nonce)
        .replace("{{collector}}", state.settings.collector.base());
    let headers = headers(state.settings.csp, &nonce, connect)?;
    Ok((status, headers, Html(html)).into_response())
}

async fn read(path: &Path) -> Result<String, ApiError> {
    tokio::fs::read_to_string(path)
        .await
        .map_err(|source| ApiError::Page {
            path: path.display().to_string(),
            source,
        })
}

fn headers(csp: Csp, nonce: &str, connect: &str) -> Result<HeaderMap, ApiError> {
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    ];
    let mut headers: HeaderMap = fixed
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect();
    if csp != Csp::Off {
        let wasm = csp == Csp::Strict;
        let policy = HeaderValue::from_str(&policy(nonce, connect, wasm))?;
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(headers)
}

fn policy(nonce: &str, connect: &str, wasm: bool) -> String {
    let wasm = if wasm { " 'wasm-unsafe-eval'" } else { "" };
    format!(
        "default-src 'self'; \
         script-src 'nonce-{nonce}' 'strict-dynamic'{wasm}; \
         connect-src 'self'{connect}; \
         style-src 'self'; \
         img-src 'self'; \
         base-uri 'none'; \
         object-src 'none'; \
         form-action 'self'; \
         frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_paths() {
        let cases = [
            ("/", true),
            ("/reports", true),
            ("/reports/", true),
            ("/reports/new", true),
            ("/reports/acme-3", true),
            ("/settings/team", true),
            ("/reports/a/b", false),
            ("/settings", false),
            ("/banso/banso.json", false),
            ("/index.html", false),
        ];
        for (path, known) in cases {
            assert_eq!(
                PATHS.iter().any(|pattern| matches(pattern, path)),
                known,
                "{path}"
            );
        }
    }
}
