//! An account's place in the journey and its health, from its history.

use std::collections::BTreeSet;

use banso_engine::journey::{self, AccountFacts};
use banso_health::{AccountHealth, At, Ledger};
use banso_model::rollup::AccountHistory;
use banso_model::time::Timestamp;
use banso_model::value::Values;
use banso_store::read::Score;

use crate::live::Live;

/// Days that a trend looks back.
const TREND_DAYS: i32 = 28;

/// The stage an account is in at a point in time; `None` when the workspace has no journey.
#[must_use]
pub fn stage<'a>(live: &'a Live, history: &AccountHistory, at: At) -> Option<&'a str> {
    let facts = AccountFacts::new(history, as_of(live, at))
        .with_segments(&live.segments)
        .with_lists(&live.lists);
    let stages = live.workspace.journey.iter();
    journey::place(
        stages.map(|stage| (stage.id.as_str(), stage.done.as_ref())),
        &facts,
    )
}

/// What the engine calls a point in time.
#[must_use]
pub fn as_of(live: &Live, at: At) -> journey::AsOf {
    match at {
        At::Close(day) => journey::AsOf {
            at: live.calendar.close_of(day),
            day,
        },
        At::Now(now) => journey::AsOf {
            at: now,
            day: live.calendar.day(now),
        },
    }
}

/// An account's health, explained; `None` when the workspace does not score.
#[must_use]
pub fn health(
    live: &Live,
    account: &str,
    history: &AccountHistory,
    at: At,
) -> Option<AccountHealth> {
    let scorecards = live.scorecards.as_ref()?;
    let day_of = |instant: Timestamp| live.calendar.day(instant);
    let ledger = Ledger::new(history, &day_of);
    let stage = stage(live, history, at).unwrap_or_default();
    Some(scorecards.explain(account, stage, &ledger.as_of(at)))
}

/// What is stored of an account's health, or was known of it at a point in time.
#[must_use]
pub fn score(live: &Live, history: &AccountHistory, at: At) -> Score {
    let placed = stage(live, history, at);
    let point = as_of(live, at);
    let mut score = Score {
        stage: placed.map(str::to_owned),
        at: point.at,
        ..Score::default()
    };
    let Some(scorecards) = &live.scorecards else {
        "this workspace has no scorecards".clone_into(&mut score.reason);
        return score;
    };
    let day_of = |instant: Timestamp| live.calendar.day(instant);
    let ledger = Ledger::new(history, &day_of);
    let stage_name = placed.unwrap_or_default();
    let evaluation = scorecards.evaluate(stage_name, &ledger.as_of(at));
    score.score = evaluation.score();
    score.band = evaluation.band().map(str::to_owned);
    score.reason = evaluation.reason(stage_name);
    let then = At::Close(point.day.plus(-TREND_DAYS));
    if let Some(today) = score.score {
        let stage_then = stage(live, history, then).unwrap_or_default();
        score.trend = scorecards
            .evaluate(stage_then, &ledger.as_of(then))
            .score()
            .map(|before| today - before);
    }
    score
}

/// An account as it was known at a point in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its place and health.
    pub score: Score,
    /// Its traits.
    pub traits: Values,
    /// The close of the last day on which someone was active.
    pub last_active: Option<Timestamp>,
}

/// What was known of an account at a point in time; `None` when it had not been heard of.
#[must_use]
pub fn known_by(live: &Live, history: &AccountHistory, at: At) -> Option<Known> {
    let day_of = |instant: Timestamp| live.calendar.day(instant);
    let ledger = Ledger::new(history, &day_of);
    let account = ledger.as_of(at);
    account.known_since()?;
    let names: BTreeSet<&str> = history
        .traits
        .iter()
        .map(|told| told.name.as_str())
        .collect();
    let traits = names.into_iter().filter_map(|name| {
        let value = account.trait_value(name)?;
        Some((name.to_owned(), value.clone()))
    });
    Some(Known {
        score: score(live, history, at),
        traits: traits.collect(),
        last_active: account.last_active().map(|day| live.calendar.close_of(day)),
    })
}
