//! `POST /v1/session`: what should this user see?

pub mod facts;
pub mod known;
pub mod mentions;
pub mod told;
mod who;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use banso_engine::journey::AccountFacts;
use banso_engine::reduce::{Both, Reduced, reduce};
use banso_health::At;
use banso_model::compile;
use banso_model::condition::Condition;
use banso_model::config::text::nearest_locale;
use banso_model::time::Timestamp;
use banso_model::wire::{GuideEntry, Hub, Session, SessionAnswer, SessionRequest};

use crate::app::App;
use crate::body::{self, Sizes};
use crate::door::{Caller, Standing, admit};
use crate::error::Refusal;
use crate::identity::Secrets;
use crate::live::{Live, LiveGuide};
use crate::placed;
use known::ServerFacts;
use mentions::Mentions;
use told::BrowserFacts;
pub use who::Told;
use who::Who;

/// Seconds after which a visible page asks again.
const REFRESH_AFTER: u32 = 60;
/// A token that ends within this time is worth renewing.
const RENEW_WITHIN_MS: i64 = 2 * 60_000;

/// Answers a page.
///
/// # Errors
/// [`Refusal`] when the request cannot be read, may not be answered, or the store fails.
pub async fn session(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SessionAnswer>, Refusal> {
    let text = body::read(body, Sizes::WIRE, &app.budget).await?;
    let request: SessionRequest =
        serde_json::from_str(&text).map_err(|error| Refusal::Malformed(error.to_string()))?;
    let live = app.live.load_full();
    let caller = admit(&app, &live, &request.sender.key, &headers, 1)?;
    who::check(&request)?;
    let now = app.now();
    let standing = standing(&app, &live, caller, &request);
    let identified = match standing.at(&live, now) {
        Ok(identified) => identified,
        Err(doubt) => {
            app.metrics.doubted(doubt);
            false
        }
    };
    let who = if identified {
        who::meet(&app, &live, caller, &request, &standing, now).await?
    } else {
        Who::default()
    };
    app.stages
        .tell(&request.sender.stream, who.known.stage.as_deref());
    let mut session = compose(&live, &app.settings.secrets, &request, &who, now);
    session.identified = identified;
    session.token_wanted = wants_token(&live, &request, &standing, identified, now);
    seal(&mut session)?;
    Ok(Json(if request.etag.as_ref() == Some(&session.etag) {
        SessionAnswer::Unchanged {
            refresh_after: REFRESH_AFTER,
        }
    } else {
        SessionAnswer::Fresh(Box::new(session))
    }))
}

fn standing(app: &App, live: &Live, caller: Caller, request: &SessionRequest) -> Standing {
    fn named(text: Option<&String>) -> Option<&str> {
        text.map(String::as_str).filter(|text| !text.is_empty())
    }
    let sender = &request.sender;
    Standing::of(
        app,
        live,
        caller,
        named(sender.user.as_ref()),
        named(sender.account.as_ref()),
        named(sender.token.as_ref()),
    )
}

fn wants_token(
    live: &Live,
    request: &SessionRequest,
    standing: &Standing,
    identified: bool,
    now: Timestamp,
) -> bool {
    use banso_model::config::workspace::Identity;
    let claimed = request
        .sender
        .user
        .as_ref()
        .is_some_and(|user| !user.is_empty());
    match live.workspace.identity {
        Identity::Trusted => false,
        Identity::Verified if !claimed => false,
        Identity::Verified => {
            !identified
                || standing
                    .claims()
                    .is_some_and(|claims| claims.expires().since(now) < RENEW_WITHIN_MS)
        }
    }
}

/// What a user should see, but for what depends on their identity's proof.
fn compose(
    live: &Live,
    secrets: &Secrets,
    request: &SessionRequest,
    who: &Who,
    now: Timestamp,
) -> Session {
    let locale = locale_for(&request.locales, &live.workspace.locales);
    let uses = who
        .history
        .as_ref()
        .map(|history| AccountFacts::new(history, placed::as_of(live, At::Now(now))));
    let facts = ServerFacts {
        live,
        who: &who.known,
        uses,
    };
    let told = BrowserFacts {
        live,
        record: &who.record,
        known: &who.known,
        now,
    };
    let mut guides: Vec<GuideEntry> = Vec::new();
    let mut variables = BTreeMap::new();
    for guide in &live.guides {
        let Some(local) = guide.locales.get(locale) else {
            continue;
        };
        let Some(conditions) = left(&guide.conditions, &facts) else {
            continue;
        };
        tell_variables(who, &local.variables, &mut variables);
        guides.push(GuideEntry {
            hash: local.hash.clone(),
            conditions,
            ..guide.entry.clone()
        });
    }
    let hub = live.fixed.hubs.get(locale).map(|hub| {
        tell_variables(who, &hub.variables, &mut variables);
        tell_variables(who, live.help.variables(locale), &mut variables);
        // What only a page could decide is nobody's: news are no guides.
        let all = Both(&facts, &told);
        let is_theirs = |whose: &Condition| matches!(reduce(whose, &all), Reduced::True);
        Hub {
            help: live
                .help
                .audience(&all)
                .sealed(secrets, &live.workspace.workspace),
            ..hub.seen_by(is_theirs, now)
        }
    });
    let mut mentions = Mentions::default();
    for condition in guides.iter().flat_map(|guide| guide.conditions.values()) {
        mentions.add(condition);
    }
    let chosen = |guide: &&LiveGuide| guides.iter().any(|entry| entry.id == guide.entry.id);
    let goals = live.guides.iter().filter(chosen);
    mentions
        .answers
        .extend(goals.filter_map(|guide| guide.goal.clone()));
    for guide in &guides {
        mentions.guides.insert(guide.id.clone());
        mentions.items.insert(format!("{}/*", guide.id));
    }
    Session {
        etag: String::new(),
        refresh_after: REFRESH_AFTER,
        now,
        identified: false,
        token_wanted: false,
        locale: locale.to_owned(),
        words: compile::session::words(&live.workspace, locale),
        theme: live.workspace.theme.clone(),
        features: live.fixed.features.clone(),
        facts: facts::facts(live, &who.record, &who.known, &mentions, now),
        variables,
        guides,
        pacing: Some(live.fixed.pacing),
        privacy: live.fixed.privacy.clone(),
        hub,
    }
}

fn tell_variables<'v>(
    who: &Who,
    names: impl IntoIterator<Item = &'v String>,
    variables: &mut BTreeMap<String, String>,
) {
    for name in names {
        if let Some(text) = who.known.variable(name) {
            variables.insert(name.clone(), text);
        }
    }
}

/// What is left of a guide's conditions; `None` when it cannot be shown to this user.
fn left(
    conditions: &BTreeMap<String, Condition>,
    facts: &ServerFacts<'_>,
) -> Option<BTreeMap<String, Condition>> {
    let mut left = BTreeMap::new();
    for (place, condition) in conditions {
        match reduce(condition, facts) {
            Reduced::True => {}
            Reduced::False if place == "show" => return None,
            reduced => {
                left.insert(place.clone(), reduced.into_condition());
            }
        }
    }
    Some(left)
}

/// The workspace's locale for a reader of `wanted`: the first of those they want that it has, in any region, else its
/// own first one.
fn locale_for<'a>(wanted: &[String], have: &'a [String]) -> &'a str {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase();
    wanted
        .iter()
        .find_map(|wanted| {
            nearest_locale(wanted, have).filter(|near| language(near) == language(wanted))
        })
        .or(have.first().map(String::as_str))
        .unwrap_or("en")
}

/// Names the answer by what it says, the time it is given at left out.
fn seal(session: &mut Session) -> Result<(), Refusal> {
    let now = std::mem::take(&mut session.now);
    let said = serde_json::to_vec(session).map_err(|error| {
        tracing::error!(%error, "a session cannot be written");
        Refusal::Internal
    })?;
    session.etag = blake3::hash(&said).to_hex().as_str()[..16].to_owned();
    session.now = now;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_a_language_they_read() {
        let have = ["en".to_owned(), "ja".to_owned()];
        for (wanted, locale) in [
            (&["ja-JP", "en"][..], "ja"),
            (&["fr", "ja"], "ja"),
            (&["fr"], "en"),
            (&[], "en"),
            (&["", "-"], "en"),
            (&["EN_us"], "en"),
        ] {
            let wanted: Vec<String> = wanted.iter().map(|&tag| tag.to_owned()).collect();
            assert_eq!(locale_for(&wanted, &have), locale, "{wanted:?}");
        }
    }
}
