//! Who may call: keys, origins, and whether the identity a request claims is believed.

use std::time::Instant;

use axum::http::{HeaderMap, header};
use banso_model::config::workspace::Identity;
use banso_model::time::Timestamp;
use banso_store::token::Scope;
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::error::Refusal;
use crate::identity::{Claims, Doubt};
use crate::live::Live;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A page, with a browser key from an allowed origin.
    Browser,
    /// The vendor's server, with the server key or a token of scope `ingest`.
    Server,
}

/// Lets a caller in, or says why not.
///
/// # Errors
/// [`Refusal::UnknownKey`], [`Refusal::OriginNotAllowed`] or [`Refusal::OverQuota`].
pub fn admit(
    app: &App,
    live: &Live,
    key: &str,
    headers: &HeaderMap,
    events: usize,
) -> Result<Caller, Refusal> {
    let token = app.tokens.known(key);
    let caller = if live.has_key(key) {
        let origin = headers
            .get(header::ORIGIN)
            .and_then(|origin| origin.to_str().ok());
        if !origin.is_some_and(|origin| live.allows_origin(origin)) {
            return Err(Refusal::OriginNotAllowed {
                origin: origin.unwrap_or("none").chars().take(200).collect(),
            });
        }
        Caller::Browser
    } else if token
        .as_ref()
        .is_some_and(|token| token.scope == Scope::Ingest)
        || is_secret(app.settings.server_key.as_deref(), key)
    {
        Caller::Server
    } else {
        return Err(Refusal::UnknownKey);
    };
    let bucket = token.as_ref().map_or(key, |token| &token.id);
    app.quotas.take(bucket, events, Instant::now())?;
    Ok(caller)
}

/// The name under which what is sent with a key is accounted for: of a secret one that tells nothing of it.
#[must_use]
pub fn name_of(app: &App, caller: Caller, key: &str) -> String {
    match (caller, app.tokens.known(key)) {
        (Caller::Browser, _) => key.to_owned(),
        (Caller::Server, Some(token)) => format!("token {}", token.id),
        (Caller::Server, None) => "server".to_owned(),
    }
}

/// Whether `given` is the secret, in a time that tells nothing about it.
#[must_use]
pub fn is_secret(secret: Option<&str>, given: &str) -> bool {
    secret.is_some_and(|secret| bool::from(secret.as_bytes().ct_eq(given.as_bytes())))
}

/// Whose word a request's identity is.
#[derive(Debug, PartialEq)]
pub enum Standing {
    /// Nobody is identified.
    Anonymous,
    /// It is believed: a server said so, or the workspace takes a page's word.
    Trusted,
    /// A token says so; it is believed for as long as the token held.
    Signed(Box<Claims>),
    /// It is not believed.
    Doubted(Doubt),
}

impl Standing {
    /// What a request's identity is worth.
    #[must_use]
    pub fn of(
        app: &App,
        live: &Live,
        caller: Caller,
        user: Option<&str>,
        account: Option<&str>,
        token: Option<&str>,
    ) -> Self {
        let Some(user) = user else {
            return match caller {
                Caller::Server if account.is_some() => Self::Trusted,
                Caller::Server | Caller::Browser => Self::Anonymous,
            };
        };
        if caller == Caller::Server {
            return Self::Trusted;
        }
        let read = token.ok_or(Doubt::Missing).and_then(|token| {
            let claims = app
                .settings
                .secrets
                .read(token, &live.workspace.workspace)?;
            if claims.speaks_of(user, account) {
                Ok(claims)
            } else {
                Err(Doubt::Other)
            }
        });
        match (read, live.workspace.identity) {
            (Ok(claims), _) => Self::Signed(Box::new(claims)),
            (Err(_), Identity::Trusted) => Self::Trusted,
            (Err(doubt), Identity::Verified) => Self::Doubted(doubt),
        }
    }

    /// Whether it is believed of something recorded at an instant.
    ///
    /// # Errors
    /// Why it is not.
    pub fn at(&self, live: &Live, instant: Timestamp) -> Result<bool, Doubt> {
        match self {
            Self::Anonymous => Ok(false),
            Self::Trusted => Ok(true),
            Self::Doubted(doubt) => Err(*doubt),
            Self::Signed(claims) if claims.held_at(instant) => Ok(true),
            // Where the page's word is taken, a token adds traits and nothing else.
            Self::Signed(_) if live.workspace.identity == Identity::Trusted => Ok(true),
            Self::Signed(_) => Err(Doubt::Expired),
        }
    }

    /// What a valid token says.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Signed(claims) => Some(claims),
            Self::Anonymous | Self::Trusted | Self::Doubted(_) => None,
        }
    }
}
