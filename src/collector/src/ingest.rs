//! `POST /v1/events`: the answer follows the commit.

pub mod batch;
pub mod id;
pub mod judge;
mod meaning;
pub(crate) mod props;

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use banso_model::rollup::Source;
use banso_model::value::Values;
use banso_model::wire::BatchAnswer;
use serde_json::value::RawValue;

use banso_store::write::{Answer, NewEvent, NewTrait, Owner, ProgressChange, StreamReport, Write};

use crate::app::App;
use crate::body::{self, Sizes};
use crate::door::{Caller, Standing, admit, name_of};
use crate::error::Refusal;
use crate::identity::Doubt;
use crate::live::{Catalog, Live};
use batch::Batch;
use judge::{Judge, Reason, Rejection, Visit, Word};

/// Takes a batch.
///
/// # Errors
/// [`Refusal`] when nothing of the batch was kept.
pub async fn events(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<BatchAnswer>, Refusal> {
    let text = body::read(body, Sizes::WIRE, &app.budget).await?;
    let live = app.live.load_full();
    let batch = Batch::parse(&text)?;
    let caller = admit(&app, &live, &batch.key, &headers, batch.events.raw.len())?;
    let sorted = sort(&app, &live, caller, &batch)?;
    let news = sorted.is_news_to_the_page(&live);
    let mut answer = BatchAnswer {
        rejected: sorted.rejected.into_iter().map(Into::into).collect(),
        ..BatchAnswer::default()
    };
    let sources = sorted.sources;
    let stored = futures::future::try_join_all(
        sorted
            .writes
            .into_iter()
            .map(|write| app.store.write(write)),
    )
    .await?;
    count(&mut answer, &stored);
    for (stored, raw) in stored.iter().zip(&sources) {
        let ids = raw.iter().map(|raw| judge::readable_id(raw.get()));
        refuse(&app, &mut answer, stored, ids);
    }
    app.metrics.answered(&answer);
    app.scoring.wake();
    answer.refresh = news || app.stages.moved(&batch.stream, sorted.account.as_deref());
    Ok(Json(answer))
}

/// Adds what became of stored events to an answer.
pub fn count(answer: &mut BatchAnswer, stored: &[Answer]) {
    for stored in stored {
        for (nth, new) in stored.new.iter().enumerate() {
            match (new, stored.refused.get(nth)) {
                (_, Some(true)) => {}
                (true, _) => answer.accepted += 1,
                (false, _) => answer.duplicate += 1,
            }
        }
    }
}

/// Rejects the events of a write that the store refused because whose they are was erased; `ids` are those of all its
/// events.
pub fn refuse(
    app: &App,
    answer: &mut BatchAnswer,
    stored: &Answer,
    ids: impl Iterator<Item = String>,
) {
    for (refused, id) in stored.refused.iter().zip(ids) {
        if *refused {
            let reason = Reason::Erased;
            app.metrics.rejected(reason);
            answer.rejected.push(Rejection { id, reason }.into());
        }
    }
}

/// A batch with its events judged and sorted by whose they are.
struct Sorted<'a> {
    writes: Vec<Write>,
    /// The events of each write as they were sent.
    sources: Vec<Vec<&'a RawValue>>,
    rejected: Vec<Rejection>,
    /// The account, when its identity is believed.
    account: Option<String>,
    /// Whether a token had expired, so that the page should be told that another is wanted.
    expired: bool,
}

impl Sorted<'_> {
    /// Whether a new session answer is worth asking for: something changed that the page cannot work out itself.
    fn is_news_to_the_page(&self, live: &Live) -> bool {
        self.expired
            || self
                .writes
                .iter()
                .flat_map(|write| &write.events)
                .any(|event| live.is_news(event))
    }
}

/// Events that go together, and each as it was sent.
#[derive(Default)]
struct Taken<'a> {
    events: Vec<NewEvent>,
    raw: Vec<&'a RawValue>,
}

impl<'a> Taken<'a> {
    fn push(&mut self, event: NewEvent, raw: &'a RawValue) {
        self.events.push(event);
        self.raw.push(raw);
    }
}

fn sort<'a>(
    app: &App,
    live: &Live,
    caller: Caller,
    batch: &Batch<'a>,
) -> Result<Sorted<'a>, Refusal> {
    let received = app.now();
    let named = |text: &Option<batch::Text<'_>>| {
        text.as_deref()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let (user, account) = (named(&batch.user), named(&batch.account));
    let token = named(&batch.token);
    if batch.device.is_empty() && (caller == Caller::Browser || account.is_none()) {
        return Err(Refusal::Malformed(match caller {
            Caller::Browser => "device is missing".to_owned(),
            Caller::Server => "device and account are both missing".to_owned(),
        }));
    }
    let standing = Standing::of(
        app,
        live,
        caller,
        user.as_deref(),
        account.as_deref(),
        token.as_deref(),
    );
    let word = match caller {
        Caller::Browser => Word::Browser,
        Caller::Server => Word::Server,
    };
    let mut judge = Judge::new(
        &live.catalog,
        live.calendar.reader(),
        word,
        received,
        batch.sent_at,
    );
    let visit = Visit {
        session: &batch.session,
        stream: &batch.stream,
    };
    let (mut believed, mut doubted) = (Taken::default(), Taken::default());
    let mut rejected = Vec::new();
    let mut report = report_of(app, batch, caller);
    let mut expired = false;
    for raw in &batch.events.raw {
        match judge.judge(raw, visit) {
            Ok(event) => match standing.at(live, event.recorded) {
                Ok(true) => believed.push(event, raw),
                Ok(false) => doubted.push(event, raw),
                Err(doubt) => {
                    expired |= doubt == Doubt::Expired;
                    app.metrics.doubted(doubt);
                    doubted.push(event, raw);
                }
            },
            Err(rejection) => {
                app.metrics.rejected(rejection.reason);
                match judge::readable_place(raw) {
                    Some(place) => report.rejected.push(place),
                    None => report.unplaced += 1,
                }
                rejected.push(rejection);
            }
        }
    }
    let batch_of = |owner, user, events| Write {
        owner,
        user,
        device: batch.device.to_string(),
        received,
        received_day: live.calendar.day(received),
        events,
        traits: Vec::new(),
        merge: false,
        stream: None,
    };
    // The account is the one that was vouched for: a token names it even when the page does not.
    let vouched = standing
        .claims()
        .map(|claims| claims.account.clone())
        .or(account);
    let (mut writes, mut sources) = (Vec::new(), Vec::new());
    let source = match word {
        Word::Browser | Word::Foreign => Source::Browser,
        Word::Server | Word::History => Source::Trusted,
    };
    let mut traits = traits_of(&standing, batch, word);
    traits.extend(answered(&live.catalog, &believed.events, source));
    if !believed.events.is_empty() || !traits.is_empty() && !batch.events.raw.is_empty() {
        let owner = vouched.map_or_else(|| Owner::Device(batch.device.to_string()), Owner::Account);
        let merge = caller == Caller::Browser && matches!(owner, Owner::Account(_));
        writes.push(Write {
            traits,
            merge,
            ..batch_of(owner, user, believed.events)
        });
        sources.push(believed.raw);
    }
    if !doubted.events.is_empty() {
        let owner = Owner::Device(batch.device.to_string());
        writes.push(Write {
            traits: answered(&live.catalog, &doubted.events, source).collect(),
            ..batch_of(owner, None, doubted.events)
        });
        sources.push(doubted.raw);
    }
    report_in(&mut writes, report, || {
        batch_of(Owner::Device(batch.device.to_string()), None, Vec::new())
    });
    let account = writes.iter().find_map(|write| match &write.owner {
        Owner::Account(account) => Some(account.clone()),
        Owner::Device(_) => None,
    });
    Ok(Sorted {
        writes,
        sources,
        rejected,
        account,
        expired,
    })
}

/// What a batch tells the accounting of losses, before its events were judged.
fn report_of(app: &App, batch: &Batch<'_>, caller: Caller) -> StreamReport {
    StreamReport {
        key: name_of(app, caller, &batch.key),
        stream: batch.stream.to_string(),
        dropped: batch.dropped,
        ..StreamReport::default()
    }
}

/// Has every write say how it was sent, and the first what was rejected; a write of its own says that nothing is kept.
pub fn report_in(writes: &mut Vec<Write>, report: StreamReport, empty: impl FnOnce() -> Write) {
    let rejected = report.rejected.len() as u64 + u64::from(report.unplaced);
    if writes.is_empty() && (report.dropped > 0 || rejected > 0) {
        writes.push(empty());
    }
    if let Some((first, rest)) = writes.split_first_mut() {
        for write in rest {
            write.stream = Some(StreamReport {
                rejected: Vec::new(),
                unplaced: 0,
                ..report.clone()
            });
        }
        first.stream = Some(report);
    }
}

/// Traits that come with a batch from a server. What a token says comes with the session.
fn traits_of(standing: &Standing, batch: &Batch<'_>, word: Word) -> Vec<NewTrait> {
    if word == Word::Browser || *standing != Standing::Trusted {
        return Vec::new();
    }
    traits(&batch.user_traits, &batch.account_traits, Source::Trusted)
}

/// The user's traits that answers to questions tell.
pub fn answered<'a>(
    catalog: &'a Catalog,
    events: &'a [NewEvent],
    source: Source,
) -> impl Iterator<Item = NewTrait> + 'a {
    events
        .iter()
        .filter_map(move |event| match &event.progress {
            Some(ProgressChange::Answer(value)) => Some(NewTrait {
                of_account: false,
                name: catalog.trait_of(&event.name)?.to_owned(),
                value: value.clone(),
                source,
            }),
            _ => None,
        })
}

/// Traits of a user and an account, told by `source`.
#[must_use]
pub fn traits(user: &Values, account: &Values, source: Source) -> Vec<NewTrait> {
    let named = |of_account: bool, values: &Values| {
        values
            .iter()
            .map(|(name, value)| NewTrait {
                of_account,
                name: name.clone(),
                value: value.clone(),
                source,
            })
            .collect::<Vec<_>>()
    };
    let mut all = named(true, account);
    all.extend(named(false, user));
    all
}

/// Traits that were claimed, and those that a token vouches for instead.
#[must_use]
pub fn with_signed(mut claimed: Vec<NewTrait>, standing: &Standing) -> Vec<NewTrait> {
    if let Some(claims) = standing.claims() {
        let signed = traits(&claims.traits.user, &claims.traits.account, Source::Trusted);
        claimed.retain(|claimed| {
            !signed
                .iter()
                .any(|sure| sure.of_account == claimed.of_account && sure.name == claimed.name)
        });
        claimed.extend(signed);
    }
    claimed
}

#[cfg(test)]
mod tests;
