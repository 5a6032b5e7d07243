//! `GET /v1/admin/explain`: why a guide shows for a user on a page, or why it does not, clause by clause.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use banso_engine::arbiter::{self, Candidate, Moment, Reason};
use banso_engine::explain::{Clause as Explained, Outcome, explain as clauses};
use banso_engine::journey::AccountFacts;
use banso_engine::page::{PageMatch as _, Patterns};
use banso_engine::reduce::{Both, Facts, Known, reduce};
use banso_health::At;
use banso_model::config::workspace::Identity;
use banso_model::progress::GuideProgress;
use banso_model::time::{Period, Timestamp};
use banso_store::read::UserRecord;
use banso_store::write::Owner;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::Refusal;
use crate::live::{Live, LiveGuide};
use crate::placed;
use crate::session::known::{Identified, ServerFacts};
use crate::session::told::BrowserFacts;

/// Who, which guide, where.
#[derive(Debug, Deserialize)]
pub struct ExplainQuery {
    user: String,
    account: String,
    guide: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    locale: Option<String>,
}

/// The answer.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The user.
    pub user: String,
    /// The account.
    pub account: String,
    /// Stage of the account.
    pub stage: Option<String>,
    /// The guide.
    pub guide: String,
    /// Whether it would start here by itself now, as far as the collector can tell.
    pub starts: bool,
    /// Why, or why not, in a sentence.
    pub verdict: String,
    /// How far the user is with it.
    pub progress: Option<GuideProgress>,
    /// Its conditions.
    pub places: Vec<Place>,
}

/// One condition of a guide.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Where it belongs: `show`, `step/<id>`, `item/<id>`.
    pub place: String,
    /// `holds`, `fails` or `open`.
    pub outcome: String,
    /// Its clauses, each before those it is made of.
    pub clauses: Vec<Clause>,
}

/// One clause.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    /// Where it is in the condition.
    pub path: String,
    /// What it asks.
    pub text: String,
    /// `holds`, `fails` or `open`.
    pub outcome: String,
    /// What is known of what it asks about.
    pub value: Option<String>,
    /// Who decides it: `collector`, which keeps it to itself; `browser`, from what it is told of the user; `page`.
    pub by: String,
}

/// Explains.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such guide or account.
pub async fn explain(
    State(app): State<Arc<App>>,
    query: Result<Query<ExplainQuery>, QueryRejection>,
) -> Result<Json<Explanation>, Refusal> {
    let Query(query) = query.map_err(|error| Refusal::BadQuery(error.body_text()))?;
    let live = app.live.load_full();
    let Some(guide) = live
        .guides
        .iter()
        .find(|guide| guide.entry.id == query.guide)
    else {
        return Err(Refusal::NotFound(format!(
            "there is no guide {:.200}: the guides are {}",
            query.guide,
            ids(&live)
        )));
    };
    let now = app.now();
    let account = app.store.account(&query.account).await?.ok_or_else(|| {
        Refusal::NotFound(format!(
            "no account {:.200} was ever heard of",
            query.account
        ))
    })?;
    let history = app.store.history(&query.account).await?;
    let record = app
        .store
        .user(Owner::Account(query.account.clone()), &query.user)
        .await?;
    let score = placed::score(&live, &history, At::Now(now));
    let who = Identified {
        user: record.traits.clone(),
        account: account.traits,
        stage: score.stage,
        health: score.score,
        band: score.band,
    };
    let server = ServerFacts {
        live: &live,
        who: &who,
        uses: Some(AccountFacts::new(
            &history,
            placed::as_of(&live, At::Now(now)),
        )),
    };
    let patterns = Patterns::default();
    let browser = BrowserFacts {
        live: &live,
        record: &record,
        known: &who,
        now,
    };
    let page = PageFacts {
        url: query.url.as_deref(),
        locale: query.locale.as_deref(),
        now,
        patterns: &patterns,
    };
    let told = Both(&server, &browser);
    let all = Both(&told, &page);
    let places = guide
        .conditions
        .iter()
        .map(|(place, condition)| {
            let mine = clauses(condition, &server);
            let theirs = clauses(condition, &told);
            let every = clauses(condition, &all);
            Place {
                place: place.clone(),
                outcome: outcome_of(&every).to_owned(),
                clauses: every
                    .into_iter()
                    .map(|clause| named(clause, &mine, &theirs))
                    .collect(),
            }
        })
        .collect();
    let reason = stays_away(&live, &guide.entry.id, &record, &all, now);
    let is_known = account.users.iter().any(|user| user.id == query.user);
    Ok(Json(Explanation {
        stage: who.stage.clone(),
        starts: reason.is_none(),
        verdict: verdict(&live, guide, reason.as_ref(), is_known),
        progress: record.guides.get(&query.guide).cloned(),
        user: query.user,
        account: query.account,
        guide: query.guide,
        places,
    }))
}

fn ids(live: &Live) -> String {
    let ids: Vec<&str> = live
        .guides
        .iter()
        .map(|guide| guide.entry.id.as_str())
        .collect();
    ids.join(", ")
}

/// Why a guide stays away, among all that could be shown; `None` when it does not.
fn stays_away<F: Facts + ?Sized>(
    live: &Live,
    guide: &str,
    record: &UserRecord,
    facts: &F,
    now: Timestamp,
) -> Option<Reason> {
    let candidates: Vec<Candidate<'_>> = live
        .guides
        .iter()
        .map(|guide| {
            let show = guide.conditions.get("show");
            let holds = show.is_none_or(|condition| reduce(condition, facts).holds());
            Candidate {
                entry: &guide.entry,
                holds,
                // A page that has been open for long enough: a delay is said beside the verdict.
                armed_since: holds.then_some(Timestamp(0)),
                progress: record.guides.get(&guide.entry.id),
                asked: None,
                suspended: false,
            }
        })
        .collect();
    let moment = Moment {
        now,
        pacing: Some(live.fixed.pacing),
        interruptions: &record.interruptions,
        showing: None,
    };
    let decision = arbiter::decide(&candidates, &moment);
    let mut away = decision.away.into_iter();
    away.find(|(id, _)| id == guide).map(|(_, reason)| reason)
}

/// The answer in a sentence.
fn verdict(live: &Live, guide: &LiveGuide, reason: Option<&Reason>, is_known: bool) -> String {
    let delay = Period::from_ms(guide.entry.delay_ms.into());
    match reason {
        None if delay.ms() > 0 => {
            format!("it starts by itself once its conditions have held for {delay}")
        }
        None => "it starts by itself".to_owned(),
        Some(Reason::Conditions) if !is_known => match live.workspace.identity {
            Identity::Verified => {
                "its conditions do not hold; no token that was believed ever named this user, \
                                   so nothing is known of them"
                    .to_owned()
            }
            Identity::Trusted => {
                "its conditions do not hold; nobody was ever identified as this user".to_owned()
            }
        },
        Some(reason) => reason.to_string(),
    }
}

fn outcome_of(clauses: &[Explained]) -> &'static str {
    clauses
        .first()
        .map_or(Outcome::Holds, |whole| whole.outcome)
        .as_str()
}

/// A clause with who decides it: the first of those who can.
fn named(clause: Explained, collector: &[Explained], browser: &[Explained]) -> Clause {
    let decides = |clauses: &[Explained]| {
        clauses
            .iter()
            .any(|known| known.path == clause.path && known.outcome != Outcome::Open)
    };
    let by = if decides(collector) {
        "collector"
    } else if decides(browser) {
        "browser"
    } else {
        "page"
    };
    Clause {
        by: by.to_owned(),
        outcome: clause.outcome.as_str().to_owned(),
        path: clause.path,
        text: clause.text,
        value: clause.value,
    }
}

/// What a page would know that shows this URL in this locale.
struct PageFacts<'a> {
    url: Option<&'a str>,
    locale: Option<&'a str>,
    now: Timestamp,
    patterns: &'a Patterns,
}

impl Facts for PageFacts<'_> {
    fn page(&self, pattern: &str) -> Known<bool> {
        self.url.map_or(Known::Elsewhere, |url| {
            Known::Is(self.patterns.matches(pattern, url))
        })
    }

    fn locale(&self) -> Known<&str> {
        self.locale.map_or(Known::Elsewhere, Known::Is)
    }

    fn now(&self) -> Known<Timestamp> {
        Known::Is(self.now)
    }
}
