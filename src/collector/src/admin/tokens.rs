//! `POST /v1/admin/tokens`, the list of tokens, and their end.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use banso_model::time::Timestamp;
use banso_model::wire::limits;
use banso_store::token::{Scope, Token};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::body::{self, Sizes};
use crate::error::Refusal;
use crate::ingest::batch::check_name;
use crate::tokens;

/// Most tokens that are kept.
const MOST: usize = 1000;

/// What token is wanted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// `ingest`, `admin` or `import`.
    pub scope: String,
    /// Whose it is to be, for the list.
    #[serde(default)]
    pub name: String,
}

/// A token that was made.
#[derive(Debug, Serialize, Deserialize)]
pub struct Made {
    /// The token itself. It is told this once.
    pub token: String,
    /// What the list says of it.
    #[serde(flatten)]
    pub listed: Listed,
}

/// A token in the list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// What it is revoked by; no secret.
    pub id: String,
    /// What its owner may do.
    pub scope: String,
    /// Whose it is.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
}

/// The tokens.
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    /// Oldest first.
    pub tokens: Vec<Listed>,
}

impl From<Token> for Listed {
    fn from(token: Token) -> Self {
        Self {
            id: token.id,
            scope: token.scope.word().to_owned(),
            name: token.name,
            created: token.created,
        }
    }
}

/// Makes a token.
///
/// # Errors
/// [`Refusal`] when the scope is none there is, there are too many tokens, or the store fails.
pub async fn create(State(app): State<Arc<App>>, body: Body) -> Result<Json<Made>, Refusal> {
    let text = body::read(body, Sizes::WIRE, &app.budget).await?;
    let wanted: Wanted =
        serde_json::from_str(&text).map_err(|error| Refusal::Malformed(error.to_string()))?;
    check_name("name", &wanted.name)?;
    let scope = Scope::parse(&wanted.scope).ok_or_else(|| {
        let scopes = Scope::ALL.map(Scope::word).join(", ");
        let given: String = wanted.scope.chars().take(limits::NAME).collect();
        Refusal::Malformed(format!("scope is {given:?}: it is one of {scopes}"))
    })?;
    if app.store.tokens().await?.len() >= MOST {
        return Err(Refusal::Malformed(format!(
            "there are {MOST} tokens: revoke those that nobody uses"
        )));
    }
    let (text, token) = tokens::make(scope, wanted.name, app.now()).map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        Refusal::Internal
    })?;
    app.store.put_token(token.clone()).await?;
    app.tokens.load(&*app.store).await?;
    tracing::info!(id = token.id, scope = scope.word(), "a token was made");
    Ok(Json(Made {
        token: text,
        listed: token.into(),
    }))
}

/// Lists the tokens, without what would let anyone in.
///
/// # Errors
/// [`Refusal`] when the store fails.
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<List>, Refusal> {
    let tokens = app.store.tokens().await?;
    Ok(Json(List {
        tokens: tokens.into_iter().map(Into::into).collect(),
    }))
}

/// Revokes a token: the next request with it is refused.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none with this id.
pub async fn revoke(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Listed>, Refusal> {
    let mut tokens = app.store.tokens().await?.into_iter();
    let token = tokens.find(|token| token.id == id).ok_or_else(|| {
        Refusal::NotFound(format!(
            "no token has the id {id:.200}: see GET /v1/admin/tokens"
        ))
    })?;
    app.store.remove_token(&id).await?;
    app.tokens.load(&*app.store).await?;
    tracing::info!(id, "a token was revoked");
    Ok(Json(token.into()))
}
