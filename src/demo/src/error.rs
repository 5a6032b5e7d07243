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
    #[error("{field} {fault}")]
    Invalid {
        /// Name of the field as it stands in the body.
        field: &'static str,
        /// What is wrong with it.
        fault: Fault,
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

/// What is wrong with a field; reads as the rest of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing but space.
    #[error("is empty")]
    Empty,
    /// Longer than this many characters.
    #[error("has more than {0} characters")]
    Long(usize),
    /// A line break, a bell and their like.
    #[error("has a control character")]
    Control,
    /// No mail address.
    #[error("is no mail address")]
    Mail,
    /// Somebody else, or the same person before, has it.
    #[error("is already on the list")]
    Taken,
}

impl Fault {
    /// The stable tag of this fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Long(_) => "long",
            Self::Control => "control",
            Self::Mail => "mail",
            Self::Taken => "taken",
        }
    }
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
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(code = self.code(), "{self}");
        }
        let mut error = json!({ "code": self.code(), "message": self.to_string() });
        if let Self::Invalid { field, fault } = self {
            error["field"] = field.into();
            error["reason"] = fault.code().into();
        }
        (status, Json(json!({ "error": error }))).into_response()
    }
}
