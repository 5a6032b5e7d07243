//! The loader and the builds of the widget, from the binary itself.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets::{self, Asset, Found};
use crate::error::Refusal;

/// Serves what no route takes: an embedded file, or nothing.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::MethodNotAllowed`] or [`Refusal::NotBuilt`].
pub async fn file(request: Request) -> Result<Response, Refusal> {
    let path = request.uri().path();
    match assets::find(path) {
        _ if !is_asset_path(path) => Err(Refusal::NotFound(format!(
            "there is nothing at {path:.200}"
        ))),
        _ if !matches!(*request.method(), Method::GET | Method::HEAD) => {
            Err(Refusal::MethodNotAllowed)
        }
        Found::Asset(asset) => Ok(answer(asset, request.headers())),
        Found::Unknown => Err(Refusal::NotFound(format!(
            "this build has no {path:.200}: reload the page"
        ))),
        Found::NotBuilt => Err(Refusal::NotBuilt),
    }
}

fn is_asset_path(path: &str) -> bool {
    path == "/banso.js" || path == "/banso.d.ts" || path.starts_with("/w/")
}

fn answer(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| {
            tags.split(',')
                .map(|tag| tag.trim().trim_start_matches("W/"))
                .any(|tag| tag == asset.etag || tag == "*")
        });
    let brotli = accepts_brotli(headers);
    let mut response = match (known, brotli) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, true) => asset.brotli.into_response(),
        (false, false) => asset.raw.into_response(),
    };
    let to = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, asset.cache.control()),
        (header::ETAG, asset.etag),
        (header::VARY, "Accept-Encoding"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        to.insert(name, HeaderValue::from_static(value));
    }
    to.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    if brotli && !known {
        to.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// Whether brotli is accepted: named, and not with a weight of zero.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("br"))
                && !parts.any(|weight| {
                    weight
                        .strip_prefix("q=")
                        .is_some_and(|q| q.parse() == Ok(0.0_f32))
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::Cache;

    static ASSET: Asset = Asset {
        path: "/w/0/a.wasm",
        content_type: "application/wasm",
        cache: Cache::Immutable,
        etag: "\"abc\"",
        raw: b"raw",
        brotli: b"br",
    };

    fn check(name: &'static str, value: &'static str, status: u16, encoding: Option<&str>) {
        let headers = HeaderMap::from_iter([(
            header::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )]);
        let response = answer(&ASSET, &headers);
        let have = response
            .headers()
            .get(header::CONTENT_ENCODING)
            .map(|value| value.to_str().expect("ascii"));
        assert_eq!(
            (response.status().as_u16(), have),
            (status, encoding),
            "{name}: {value}"
        );
        for (name, value) in [
            ("content-type", "application/wasm"),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("vary", "Accept-Encoding"),
        ] {
            assert_eq!(response.headers().get(name).expect(name), value);
        }
    }

    #[test]
    fn files_come_as_they_are_accepted() {
        check("accept-encoding", "gzip, br", 200, Some("br"));
        check("accept-encoding", "BR;q=0.5", 200, Some("br"));
        check("accept-encoding", "gzip", 200, None);
        check("accept-encoding", "br;q=0", 200, None);
        check("accept-encoding", "br; q=0.000, gzip", 200, None);
        check("if-none-match", "\"abc\"", 304, None);
        check("if-none-match", "\"x\", W/\"abc\"", 304, None);
        check("if-none-match", "\"x\"", 200, None);
    }
}
