//! What Hikari answers when it cannot do what was asked.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// One reason for a refusal. The tag is part of the API: the pages translate it.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The call needs a signed-in person.
    #[error("nobody is signed in: post a person to /api/session first")]
    SignedOut,
    /// The person's role may read but not change this.
    #[error("a {0} may not do this: ask an admin for another role")]
    Role(&'static str),
    /// There is no such thing in the person's account.
    #[error("there is no {0} with this id")]
    NotFound(&'static str),
    /// A field of the body cannot be accepted.
    #[error("{field} {reason}")]
    Invalid {
        /// Name of the field as it stands in the body.
        field: &'static str,
        /// What is wrong with it, as the rest of a sentence.
        reason: String,
    },
    /// The body could not be read at all.
    #[error("the body is not what this call reads: {0}")]
    Body(String),
    /// A limit of this demo is reached.
    #[error("there are already {limit} {what}: delete some first")]
    Full {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// Identity tokens are not set up.
    #[error("this server signs no identity tokens: start it with BANSO_IDENTITY_SECRET")]
    NoTokens,
    /// The operating system gave no randomness.
    #[error("no random bytes from the operating system: {0}")]
    Random(#[from] getrandom::Error),
    /// An export could not be written.
    #[error("the export could not be written: {0}")]
    Export(#[from] csv::Error),
    /// The policy cannot be sent; the page is not sent without it.
    #[error("the content security policy is no header: {0}")]
    Policy(#[from] axum::http::header::InvalidHeaderValue),
    /// A token could not be written.
    #[error("the identity token cannot be written: {0}")]
    Token(#[from] serde_json::Error),
    /// A page could not be read from disk.
    #[error("the page {path} cannot be read: {source}")]
    Page {
        /// File that was asked for.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl ApiError {
    /// The stable tag of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Role(_) => "role",
            Self::NotFound(_) => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::Body(_) => "body",
            Self::Full { .. } => "full",
            Self::NoTokens => "no_tokens",
            Self::Random(_)
            | Self::Export(_)
            | Self::Policy(_)
            | Self::Token(_)
            | Self::Page { .. } => "internal",
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Role(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) | Self::NoTokens => StatusCode::NOT_FOUND,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::Full { .. } => StatusCode::CONFLICT,
            Self::Random(_)
            | Self::Export(_)
            | Self::Policy(_)
            | Self::Token(_)
            | Self::Page { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            _ => None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(code = self.code(), "{self}");
        }
        let mut error = json!({ "code": self.code(), "message": self.to_string() });
        if let Some(field) = self.field() {
            error["field"] = field.into();
        }
        (status, Json(json!({ "error": error }))).into_response()
    }
}
