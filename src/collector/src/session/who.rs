//! Whom a session is for: what they say of themselves is told to the store, and what it knows of them is read.

use std::hash::{Hash as _, Hasher as _};

use banso_health::At;
use banso_model::rollup::{AccountHistory, Source};
use banso_model::time::Timestamp;
use banso_model::wire::SessionRequest;
use banso_store::read::UserRecord;
use banso_store::write::{NewTrait, Owner, Write};
use rustc_hash::FxHasher;

use super::known::Identified;
use crate::app::App;
use crate::door::{Caller, Standing};
use crate::error::Refusal;
use crate::ingest::batch::{check_name, check_traits};
use crate::ingest::{traits, with_signed};
use crate::live::Live;
use crate::placed;
use crate::recent::Recent;

/// How many sessions' words are remembered.
const REMEMBERED: usize = 200_000;

/// What each user of sessions has told the store last, so that asking again every minute writes nothing.
#[derive(Debug)]
pub struct Told(Recent<u64, u64>);

impl Default for Told {
    fn default() -> Self {
        Self(Recent::new(REMEMBERED))
    }
}

impl Told {
    /// Forgets what was told: some of it was erased.
    pub fn clear(&self) {
        self.0.clear();
    }
}

/// What is known of the person a session is for.
#[derive(Debug, Default)]
pub struct Who {
    /// What only the collector may know.
    pub known: Identified,
    /// What the browser may know too.
    pub record: UserRecord,
    /// The account's history, when a guide asks what everyone in it has used.
    pub history: Option<AccountHistory>,
}

/// Whether the names and traits in a request may be kept.
pub fn check(request: &SessionRequest) -> Result<(), Refusal> {
    let sender = &request.sender;
    check_traits("user_traits", &request.user_traits)?;
    check_traits("account_traits", &request.account_traits)?;
    check_name("device", &sender.device)?;
    check_name("stream", &sender.stream)?;
    check_name("user", sender.user.as_deref().unwrap_or_default())?;
    check_name("account", sender.account.as_deref().unwrap_or_default())
}

/// Tells the store what a believed identity says, and reads what it knows.
pub async fn meet(
    app: &App,
    live: &Live,
    caller: Caller,
    request: &SessionRequest,
    standing: &Standing,
    now: Timestamp,
) -> Result<Who, Refusal> {
    let sender = &request.sender;
    let user = sender.user.clone().unwrap_or_default();
    let account = standing
        .claims()
        .map(|claims| claims.account.clone())
        .or_else(|| sender.account.clone())
        .filter(|account| !account.is_empty());
    let owner = match &account {
        Some(account) => Owner::Account(account.clone()),
        None if sender.device.is_empty() => {
            return Err(Refusal::Malformed(
                "device and account are both missing".to_owned(),
            ));
        }
        None => Owner::Device(sender.device.clone()),
    };
    tell(app, live, caller, request, standing, &owner, now).await?;
    let record = app.store.user(owner, &user).await?;
    let mut who = Who {
        known: Identified {
            user: record.traits.clone(),
            ..Identified::default()
        },
        record,
        history: None,
    };
    let Some(account) = account else {
        return Ok(who);
    };
    let Some(known) = app.store.account(&account).await? else {
        return Ok(who);
    };
    who.known.account = known.traits;
    if let Some(score) = &known.score {
        who.known.stage.clone_from(&score.stage);
        who.known.health = score.score;
        who.known.band.clone_from(&score.band);
    }
    if known.score.is_none() || !live.asked_of_account.is_empty() {
        let history = app.store.history(&account).await?;
        // Newer than the stored score may be.
        who.known.stage = placed::stage(live, &history, At::Now(now)).map(str::to_owned);
        who.history = Some(history);
    }
    Ok(who)
}

/// Writes traits and the merge of the device, unless the same was told lately.
async fn tell(
    app: &App,
    live: &Live,
    caller: Caller,
    request: &SessionRequest,
    standing: &Standing,
    owner: &Owner,
    now: Timestamp,
) -> Result<(), Refusal> {
    let sender = &request.sender;
    let traits = told_traits(caller, request, standing);
    let mut hasher = FxHasher::default();
    (owner, &sender.user, &sender.device).hash(&mut hasher);
    let speaker = hasher.finish();
    for told in &traits {
        // A trait's value is JSON, so its text stands for it.
        (
            told.of_account,
            &told.name,
            told.source,
            format!("{:?}", told.value),
        )
            .hash(&mut hasher);
    }
    let said = hasher.finish();
    // What was said before something else is news again.
    if app.told.0.get(&speaker) == Some(said) {
        return Ok(());
    }
    let merge = caller == Caller::Browser
        && matches!(owner, Owner::Account(_))
        && !sender.device.is_empty();
    let write = Write {
        owner: owner.clone(),
        user: sender.user.clone(),
        device: sender.device.clone(),
        received: now,
        received_day: live.calendar.day(now),
        events: Vec::new(),
        traits,
        merge,
        stream: None,
    };
    app.store.write(write).await?;
    app.told.0.put(speaker, said);
    app.scoring.wake();
    Ok(())
}

/// What the page claims, and what a token vouches for.
fn told_traits(caller: Caller, request: &SessionRequest, standing: &Standing) -> Vec<NewTrait> {
    let source = match caller {
        Caller::Browser => Source::Browser,
        Caller::Server => Source::Trusted,
    };
    let claimed = traits(&request.user_traits, &request.account_traits, source);
    with_signed(claimed, standing)
}
