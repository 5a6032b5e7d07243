//! `GET /v1/admin/accounts`, one account, and its health as of any day.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use banso_health::{AccountHealth, At};
use banso_model::rollup::AccountHistory;
use banso_model::time::{Day, Timestamp};
use banso_model::value::{Value, Values};
use banso_store::read::{AccountLine, AccountQuery, AccountSort, Score};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::Refusal;
use crate::live::Live;
use crate::placed;

/// Accounts on a page unless the query says how many.
const PAGE: usize = 100;
/// Most accounts on a page.
const LARGEST_PAGE: usize = 1000;

/// A page of accounts.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Accounts {
    /// The accounts.
    pub accounts: Vec<Line>,
    /// Cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// An account in the list.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Its trait `name`.
    pub name: Option<String>,
    /// Its trait `plan`.
    pub plan: Option<String>,
    /// Stage of the journey.
    pub stage: Option<String>,
    /// Health score, 0 to 100; null when there is not enough data.
    pub score: Option<f64>,
    /// Band of the score.
    pub band: Option<String>,
    /// Difference to the score 28 days before.
    pub trend: Option<f64>,
    /// Latest time an event of it happened.
    pub last_seen: Option<Timestamp>,
    /// What makes the score what it is.
    pub reason: String,
    /// In a list as of a day: the day on which someone of the account was erased since, so that the score may differ from
    /// what it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<At>,
}

/// An account's health, and what may have changed it since.
#[derive(Debug, Serialize)]
pub struct Health {
    #[serde(flatten)]
    health: AccountHealth,
    /// The day on which someone of the account was erased, when that is after the point in time that was asked for: the
    /// score may differ from what it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<At>,
}

/// One account.
#[derive(Debug, Serialize)]
pub struct Account {
    id: String,
    traits: Values,
    stage: Option<String>,
    first_seen: Timestamp,
    last_seen: Option<Timestamp>,
    features: BTreeMap<String, u64>,
    users: Vec<User>,
    health: Option<AccountHealth>,
}

#[derive(Debug, Serialize)]
struct User {
    id: String,
    traits: Values,
    last_seen: Option<Timestamp>,
}

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
pub struct ListQuery {
    stage: Option<String>,
    band: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
    at: Option<String>,
}

/// The query of one account's health.
#[derive(Debug, Default, Deserialize)]
pub struct HealthQuery {
    at: Option<String>,
}

/// Lists accounts, as they are or, with `at`, as they were at the close of a day.
///
/// # Errors
/// [`Refusal`] when the query cannot be read or the store cannot.
pub async fn list(
    State(app): State<Arc<App>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Accounts>, Refusal> {
    let query = read(query)?;
    let limit = match query.limit.unwrap_or(PAGE) {
        0 => {
            return Err(Refusal::BadQuery(
                "limit is 0: ask for at least 1 account".to_owned(),
            ));
        }
        limit => limit.min(LARGEST_PAGE),
    };
    let ask = AccountQuery {
        stages: listed(query.stage.as_deref()),
        bands: listed(query.band.as_deref()),
        search: query.q.filter(|text| !text.is_empty()),
        sort: sort(query.sort.as_deref(), query.at.is_some())?,
        limit,
        cursor: query
            .cursor
            .filter(|cursor| !cursor.is_empty())
            .map(|cursor| opened(&cursor))
            .transpose()?,
    };
    let page = match query.at {
        None => {
            let page = app.store.accounts(ask).await?;
            Accounts {
                accounts: page.accounts.into_iter().map(line).collect(),
                next: page.next.as_deref().map(sealed),
            }
        }
        Some(at) => as_of(&app, ask, point(&app, Some(&at))?).await?,
    };
    Ok(Json(page))
}

/// The list as of a day: every score is computed anew from what was received by then.
async fn as_of(app: &App, mut ask: AccountQuery, at: At) -> Result<Accounts, Refusal> {
    let live = app.live.load_full();
    let stages = std::mem::take(&mut ask.stages);
    let bands = std::mem::take(&mut ask.bands);
    let wanted = |names: &[String], name: Option<&String>| {
        names.is_empty() || name.is_some_and(|name| names.contains(name))
    };
    let mut accounts = Vec::new();
    let limit = ask.limit;
    let next = loop {
        ask.limit = limit - accounts.len();
        let page = app.store.accounts(ask.clone()).await?;
        for mut known in page.accounts {
            let history = app.store.history(&known.id).await?;
            let was = placed::known_by(&live, &history, at);
            let Some(was) = was else { continue };
            known.last_seen = was.last_active;
            known.traits = was.traits;
            let erased = erased_since(&live, &history, at);
            if wanted(&stages, was.score.stage.as_ref()) && wanted(&bands, was.score.band.as_ref())
            {
                known.score = Some(was.score);
                accounts.push(Line {
                    erased,
                    ..line(known)
                });
            }
        }
        ask.cursor = page.next;
        if ask.cursor.is_none() || accounts.len() >= limit {
            break ask.cursor;
        }
    };
    Ok(Accounts {
        accounts,
        next: next.as_deref().map(sealed),
    })
}

/// A cursor as it can stand in a URL.
fn sealed(cursor: &str) -> String {
    URL_SAFE_NO_PAD.encode(cursor)
}

fn opened(cursor: &str) -> Result<String, Refusal> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Refusal::BadQuery("cursor is none: take it from `next`".to_owned()))
}

fn line(account: AccountLine) -> Line {
    let Score {
        score,
        band,
        stage,
        trend,
        reason,
        at: _,
    } = account.score.unwrap_or_default();
    let text = |name: &str| {
        account
            .traits
            .get(name)
            .and_then(Value::as_text)
            .map(str::to_owned)
    };
    Line {
        name: text("name"),
        plan: text("plan"),
        id: account.id,
        stage,
        score,
        band,
        trend,
        last_seen: account.last_seen,
        reason,
        erased: None,
    }
}

/// The day on which someone of the account was last erased, when that is after a point in time.
fn erased_since(live: &Live, history: &AccountHistory, at: At) -> Option<At> {
    let since = history.erased?;
    match at {
        At::Close(day) if since > live.calendar.close_of(day) => {
            Some(At::Close(live.calendar.day(since)))
        }
        At::Close(_) | At::Now(_) => None,
    }
}

/// One account with its users, uses and health as they are now.
///
/// # Errors
/// [`Refusal::NotFound`] when it was never heard of.
pub async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Account>, Refusal> {
    let known = app.store.account(&id).await?.ok_or_else(|| unknown(&id))?;
    let live = app.live.load_full();
    let history = app.store.history(&id).await?;
    let at = At::Now(app.now());
    let users = known.users.into_iter().map(|user| User {
        id: user.id,
        traits: user.traits,
        last_seen: user.last_seen,
    });
    Ok(Json(Account {
        stage: placed::stage(&live, &history, at).map(str::to_owned),
        health: placed::health(&live, &id, &history, at),
        id,
        traits: known.traits,
        first_seen: known.first_seen,
        last_seen: known.last_seen,
        features: known.features,
        users: users.collect(),
    }))
}

/// An account's health, explained: now, or as of the close of a day.
///
/// # Errors
/// [`Refusal::NotFound`] when it was never heard of or the workspace does not score.
pub async fn health(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    query: Result<Query<HealthQuery>, QueryRejection>,
) -> Result<Json<Health>, Refusal> {
    let at = point(&app, read(query)?.at.as_deref())?;
    if app.store.account(&id).await?.is_none() {
        return Err(unknown(&id));
    }
    let live = app.live.load_full();
    let history = app.store.history(&id).await?;
    placed::health(&live, &id, &history, at)
        .map(|health| {
            let erased = erased_since(&live, &history, at);
            Json(Health { health, erased })
        })
        .ok_or_else(|| {
            Refusal::NotFound(
                "this workspace has no scorecards: add `health` to banso.json".to_owned(),
            )
        })
}

fn unknown(account: &str) -> Refusal {
    Refusal::NotFound(format!("no account {account:.200} was ever heard of"))
}

/// A point in time: now, or the close of a day that is not yet to come.
fn point(app: &App, at: Option<&str>) -> Result<At, Refusal> {
    let now = app.now();
    let Some(at) = at else {
        return Ok(At::Now(now));
    };
    let live: Arc<Live> = app.live.load_full();
    match Day::parse(at) {
        Some(day) if day < live.calendar.day(now) => Ok(At::Close(day)),
        // The day that has not closed yet is read as it is now.
        Some(day) if day == live.calendar.day(now) => Ok(At::Now(now)),
        Some(day) => Err(Refusal::BadQuery(format!(
            "at is {day}, which is yet to come: ask for today or earlier"
        ))),
        None => Err(Refusal::BadQuery(format!(
            "at is {at:.40}: write a day such as 2026-11-21"
        ))),
    }
}

fn read<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Refusal> {
    query
        .map(|Query(query)| query)
        .map_err(|error| Refusal::BadQuery(error.body_text()))
}

/// Names between commas.
fn listed(names: Option<&str>) -> Vec<String> {
    names
        .unwrap_or_default()
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn sort(sort: Option<&str>, as_of: bool) -> Result<AccountSort, Refusal> {
    match (sort, as_of) {
        (None | Some("id"), true) | (Some("id"), false) => Ok(AccountSort::Id),
        (Some(_), true) => Err(Refusal::BadQuery(
            "with at, accounts are listed by id: leave sort out".to_owned(),
        )),
        (None | Some("score"), false) => Ok(AccountSort::Score),
        (Some("-score"), false) => Ok(AccountSort::ScoreDescending),
        (Some("last_seen"), false) => Ok(AccountSort::LastSeen),
        (Some(other), false) => Err(Refusal::BadQuery(format!(
            "sort is {other:.40}: it is one of score, -score, id, last_seen"
        ))),
    }
}
