//! `GET /v1/admin/help/missed`: what was searched in help and not found, which is what should be written next.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use banso_model::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::Refusal;

/// Queries listed unless the caller says how many.
const LISTED: usize = 100;
/// Most queries that are listed.
const MOST: usize = 1000;

/// How many to list.
#[derive(Debug, Deserialize)]
pub struct MissedQuery {
    #[serde(default)]
    limit: Option<usize>,
}

/// The answer.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedAnswer {
    /// What was searched, most often first.
    pub queries: Vec<Missed>,
}

/// What was searched in help and not found.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// The query, in lower case and compatibility forms.
    pub query: String,
    /// How often it was searched.
    pub count: u64,
    /// By how many people.
    pub people: u64,
    /// When last.
    pub last: Timestamp,
}

/// Lists them.
///
/// # Errors
/// [`Refusal`] when the store cannot be read.
pub async fn missed(
    State(app): State<Arc<App>>,
    query: Result<Query<MissedQuery>, QueryRejection>,
) -> Result<Json<MissedAnswer>, Refusal> {
    let Query(query) = query.map_err(|error| Refusal::BadQuery(error.body_text()))?;
    let limit = query.limit.unwrap_or(LISTED).clamp(1, MOST);
    let listed = app.store.missed(limit).await?.into_iter();
    let queries = listed.map(|missed| Missed {
        query: missed.query,
        count: missed.count,
        people: missed.people,
        last: missed.last,
    });
    Ok(Json(MissedAnswer {
        queries: queries.collect(),
    }))
}
