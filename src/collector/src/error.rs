//! Why a request was not answered as it asked: one enum that owns status, code, public text and retry hint.
//!
//! The code is part of the wire and never changes; it is also the label of `banso_errors_total`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use banso_model::wire::{ErrorAnswer, ErrorBody, limits};
use banso_store::StoreError;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The body is not what this call takes.
    #[error("the body cannot be read: {0}")]
    Malformed(String),
    /// The body is larger than is taken, as sent or decompressed.
    #[error("the body is larger than {what}: send fewer events at a time", what = bytes(*limit))]
    BodyTooLarge {
        /// The limit that was passed, in bytes.
        limit: usize,
    },
    /// More events than a batch may have.
    #[error("a batch has at most {max} events: send the rest in another", max = limits::EVENTS)]
    TooManyEvents,
    /// The body did not arrive in time.
    #[error("the body did not arrive within {seconds} s: send it again")]
    BodyTooSlow {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The answer could not be made in time.
    #[error("no answer within {seconds} s: try again")]
    TimedOut {
        /// How long it was tried.
        seconds: u64,
    },
    /// No workspace has this key.
    #[error(
        "the key is not known: take one from `keys` of banso.json, the server key, or a token of scope ingest"
    )]
    UnknownKey,
    /// The page may not use the browser key.
    #[error("the origin {origin} is not allowed: add it to `origins` of banso.json")]
    OriginNotAllowed {
        /// The page's origin as the browser told it; `none` when it told none.
        origin: String,
    },
    /// More than the key may send.
    #[error("more events than this key may send: try again in {retry_after} s")]
    OverQuota {
        /// Seconds until there is room again.
        retry_after: u32,
    },
    /// Too much is being worked on.
    #[error("the collector is busy: try again in {retry_after} s")]
    Overloaded {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store's queue is full.
    #[error("the store is busy: try again in {retry_after} s")]
    StoreBusy {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store cannot be read or written.
    #[error("the store is not available: see the collector's log")]
    StoreUnavailable,
    /// The admin API has no token to check against.
    #[error("the admin API is off: start the collector with BANSO_ADMIN_TOKEN")]
    AdminOff,
    /// The admin token is missing or wrong.
    #[error(
        "the admin token is missing, wrong or of another scope: send `Authorization: Bearer <BANSO_ADMIN_TOKEN>`"
    )]
    Unauthorized,
    /// A parameter of the query cannot be read.
    #[error("{0}")]
    BadQuery(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The path takes other methods.
    #[error("this path does not take that method")]
    MethodNotAllowed,
    /// The collector was compiled without the widget.
    #[error("built without assets: run cargo xtask build")]
    NotBuilt,
    /// A bug.
    #[error("the collector failed at this request: see its log")]
    Internal,
}

fn bytes(limit: usize) -> String {
    format!("{} MB", limit / 1_000_000)
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) | Self::BadQuery(_) => StatusCode::BAD_REQUEST,
            Self::UnknownKey | Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::OriginNotAllowed { .. } | Self::AdminOff => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge { .. } | Self::TooManyEvents => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OverQuota { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Overloaded { .. }
            | Self::StoreBusy { .. }
            | Self::StoreUnavailable
            | Self::TimedOut { .. }
            | Self::NotBuilt => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The code on the wire and in the metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::TooManyEvents => "too_many_events",
            Self::BodyTooSlow { .. } => "body_too_slow",
            Self::TimedOut { .. } => "timed_out",
            Self::UnknownKey => "unknown_key",
            Self::OriginNotAllowed { .. } => "origin_not_allowed",
            Self::OverQuota { .. } => "over_quota",
            Self::Overloaded { .. } => "overloaded",
            Self::StoreBusy { .. } => "store_busy",
            Self::StoreUnavailable => "store_unavailable",
            Self::AdminOff => "admin_off",
            Self::Unauthorized => "unauthorized",
            Self::BadQuery(_) => "bad_query",
            Self::NotFound(_) => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotBuilt => "not_built",
            Self::Internal => "internal",
        }
    }

    /// Seconds after which trying again may help; `None` when it never does.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::OverQuota { retry_after }
            | Self::Overloaded { retry_after }
            | Self::StoreBusy { retry_after } => Some(*retry_after),
            Self::BodyTooSlow { .. } | Self::TimedOut { .. } => Some(1),
            Self::StoreUnavailable => Some(5),
            _ => None,
        }
    }
}

impl From<StoreError> for Refusal {
    /// Says to the client what it can use, and to the log what happened.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy { retry_after } => Self::StoreBusy { retry_after },
            StoreError::Unavailable { .. } | StoreError::Unusable { .. } => {
                tracing::error!(%error, "the store failed a request");
                Self::StoreUnavailable
            }
        }
    }
}

/// Carries the code of a refusal to the layer that counts answers.
#[derive(Clone, Copy, Debug)]
pub struct Code(pub &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let answer = ErrorAnswer {
            error: ErrorBody {
                code: self.code().to_owned(),
                message: self.to_string(),
                retry_after: self.retry_after(),
            },
        };
        let mut response = (self.status(), Json(answer)).into_response();
        response.extensions_mut().insert(Code(self.code()));
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self == Self::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_retried_says_when() {
        for (refusal, status, code, retry_after) in [
            (Refusal::Malformed("x".into()), 400, "malformed", None),
            (Refusal::UnknownKey, 401, "unknown_key", None),
            (Refusal::TooManyEvents, 413, "too_many_events", None),
            (
                Refusal::OverQuota { retry_after: 3 },
                429,
                "over_quota",
                Some(3),
            ),
            (
                Refusal::StoreBusy { retry_after: 2 },
                503,
                "store_busy",
                Some(2),
            ),
            (Refusal::StoreUnavailable, 503, "store_unavailable", Some(5)),
            (
                Refusal::BodyTooSlow { seconds: 10 },
                408,
                "body_too_slow",
                Some(1),
            ),
        ] {
            let response = refusal.clone().into_response();
            assert_eq!(response.status().as_u16(), status, "{refusal}");
            assert_eq!(refusal.code(), code);
            assert_eq!(
                response
                    .headers()
                    .get(header::RETRY_AFTER)
                    .map(|value| value.to_str().expect("digits").to_owned()),
                retry_after.map(|seconds: u32| seconds.to_string()),
                "{refusal}"
            );
        }
    }
}
