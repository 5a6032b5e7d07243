//! `GET /v1/help`: articles by relevance, or those suggested for a page; `GET /v1/help/<id>`: one of them.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use banso_model::config::text::nearest_locale;
use banso_model::wire::{Article, HelpAnswer};
use serde::Deserialize;

use super::audience::Audience;
use super::normal;
use crate::app::App;
use crate::error::Refusal;
use crate::live::Live;

/// What a page asks with.
#[derive(Debug, Deserialize)]
pub struct HelpQuery {
    key: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    locale: String,
    #[serde(default)]
    page: String,
    /// What the session said in `hub.help`.
    #[serde(default, rename = "for")]
    whose: String,
}

/// Lists articles.
///
/// # Errors
/// [`Refusal`] when the page may not ask.
pub async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    query: Result<Query<HelpQuery>, QueryRejection>,
) -> Result<Json<HelpAnswer>, Refusal> {
    let asked = Asked::of(&app, &headers, query)?;
    let (help, query) = (&asked.live.help, normal::query(&asked.query.q));
    let (locale, audience) = (asked.locale(), asked.audience(&app));
    let articles = if query.is_empty() {
        help.suggested(&asked.query.page, locale, &audience)
    } else {
        help.search(&query, locale, &audience)
    };
    Ok(Json(HelpAnswer { articles }))
}

/// Gives one article.
///
/// # Errors
/// [`Refusal`] when the page may not ask, or there is no such article for its user.
pub async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: Result<Query<HelpQuery>, QueryRejection>,
) -> Result<Json<Article>, Refusal> {
    let asked = Asked::of(&app, &headers, query)?;
    let audience = asked.audience(&app);
    let article = asked.live.help.article(&id, asked.locale(), &audience);
    article
        .map(Json)
        .ok_or_else(|| Refusal::NotFound(format!("there is no article {id:.200} for this user")))
}

/// A request that is answered.
struct Asked {
    live: Arc<Live>,
    query: HelpQuery,
}

impl Asked {
    fn of(
        app: &App,
        headers: &HeaderMap,
        query: Result<Query<HelpQuery>, QueryRejection>,
    ) -> Result<Self, Refusal> {
        let Query(query) = query.map_err(|error| Refusal::BadQuery(error.body_text()))?;
        let live = app.live.load_full();
        if !live.has_key(&query.key) {
            return Err(Refusal::UnknownKey);
        }
        // A page of the collector's own origin tells none with a GET.
        if let Some(origin) = headers.get(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or("none");
            if !live.allows_origin(origin) {
                return Err(Refusal::OriginNotAllowed {
                    origin: origin.chars().take(200).collect(),
                });
            }
        }
        app.quotas.take(&query.key, 1, Instant::now())?;
        Ok(Self { live, query })
    }

    fn locale(&self) -> &str {
        nearest_locale(&self.query.locale, &self.live.workspace.locales).unwrap_or("en")
    }

    fn audience(&self, app: &App) -> Audience {
        Audience::read(
            &self.query.whose,
            self.live.help.conditions().len(),
            &app.settings.secrets,
            &self.live.workspace.workspace,
        )
    }
}
