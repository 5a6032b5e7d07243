//! `POST /v1/admin/import`: history, each event with its own received time. Otherwise the path of any event: the same
//! ids are counted once, so importing twice changes nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use banso_model::rollup::Source;
use banso_model::time::Timestamp;
use banso_model::value::Values;
use banso_model::wire::{BatchAnswer, limits};
use banso_store::StoreError;
use banso_store::write::{Answer, NewEvent, Owner, Write};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::app::App;
use crate::body::{self, Sizes};
use crate::error::Refusal;
use crate::ingest::batch::{Text, check_traits, is_too_long};
use crate::ingest::judge::{Judge, Reason, Rejection, Visit, Word};
use crate::ingest::{answered, count, refuse, traits};
use crate::live::Live;

/// How large an import may be.
const SIZES: Sizes = Sizes {
    sent: 8 * limits::BODY,
    text: 4 * limits::DECOMPRESSED,
};
/// Most events in one import.
const MOST: usize = 20_000;
/// Most writes that wait for a commit at a time.
const AT_ONCE: usize = 512;

/// Where the received time is.
#[derive(Debug, Deserialize)]
pub struct ImportQuery {
    #[serde(default = "received")]
    as_received: String,
}

fn received() -> String {
    "received".to_owned()
}

/// Whose a line is.
#[derive(Debug, Deserialize)]
struct Sender<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    device: Text<'a>,
    #[serde(borrow, default)]
    stream: Text<'a>,
    #[serde(borrow, default)]
    session: Text<'a>,
    #[serde(borrow, default)]
    user: Text<'a>,
    #[serde(borrow, default)]
    account: Text<'a>,
    #[serde(default)]
    user_traits: Values,
    #[serde(default)]
    account_traits: Values,
}

/// A line with when it was received.
struct Line<'a> {
    sender: Sender<'a>,
    received: Timestamp,
    raw: &'a RawValue,
}

/// Takes newline-delimited JSON, one event with its `user`, `account`, … and received time a line; or one object whose
/// `events` is a list of those.
///
/// # Errors
/// [`Refusal`] when the body cannot be read, or the store fails; what was stored by then is found again by its ids.
pub async fn import(
    State(app): State<Arc<App>>,
    query: Result<Query<ImportQuery>, QueryRejection>,
    body: Body,
) -> Result<Json<BatchAnswer>, Refusal> {
    let Query(query) = query.map_err(|error| Refusal::BadQuery(error.body_text()))?;
    let text = body::read(body, SIZES, &app.budget).await?;
    let live = app.live.load_full();
    let now = app.now();
    let mut answer = BatchAnswer::default();
    let mut reject = |rejection: Rejection| {
        app.metrics.rejected(rejection.reason);
        answer.rejected.push(rejection.into());
    };
    let mut lines = Vec::new();
    for raw in split(&text)? {
        match line(raw, &query.as_received, now) {
            Ok(line) => lines.push(line),
            Err(rejection) => reject(rejection),
        }
    }
    // What was received first is stored first, so that "as of" and the first of two traits come out right.
    lines.sort_by_key(|line| line.received);
    let (mut writes, mut ids) = (Vec::new(), Vec::new());
    for line in &lines {
        match event(&live, line) {
            Ok(event) => add(&live, &mut writes, &mut ids, line, event),
            Err(rejection) => reject(rejection),
        }
    }
    let mut ids = ids.into_iter();
    while !writes.is_empty() {
        let rest = writes.split_off(writes.len().min(AT_ONCE));
        let some = std::mem::replace(&mut writes, rest);
        let stored =
            futures::future::try_join_all(some.into_iter().map(|write| patiently(&app, write)));
        let stored = stored.await?;
        count(&mut answer, &stored);
        for (stored, ids) in stored.iter().zip(&mut ids) {
            refuse(&app, &mut answer, stored, ids.into_iter());
        }
    }
    app.metrics.answered(&answer);
    app.scoring.wake();
    Ok(Json(answer))
}

/// Writes, waiting for room: an import is in no hurry.
async fn patiently(app: &App, write: Write) -> Result<Answer, StoreError> {
    loop {
        match app.store.write(write.clone()).await {
            Err(StoreError::Busy { retry_after }) => {
                tokio::time::sleep(Duration::from_secs(retry_after.into())).await;
            }
            other => return other,
        }
    }
}

/// The events of a body: of `events`, or one a line.
fn split(text: &str) -> Result<Vec<&RawValue>, Refusal> {
    #[derive(Deserialize)]
    struct Whole<'a> {
        #[serde(borrow)]
        events: Vec<&'a RawValue>,
    }
    let raw = match serde_json::from_str::<Whole<'_>>(text) {
        Ok(whole) => whole.events,
        Err(_) => text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                serde_json::from_str(line)
                    .map_err(|error| Refusal::Malformed(format!("line {}: {error}", number + 1)))
            })
            .collect::<Result<_, _>>()?,
    };
    if raw.len() > MOST {
        return Err(Refusal::Malformed(format!(
            "it has {} events: import at most {MOST} at a time",
            raw.len()
        )));
    }
    Ok(raw)
}

fn line<'a>(raw: &'a RawValue, field: &str, now: Timestamp) -> Result<Line<'a>, Rejection> {
    let reject = |id: &str, reason| Rejection {
        id: id.chars().take(limits::NAME).collect(),
        reason,
    };
    let sender: Sender<'_> =
        serde_json::from_str(raw.get()).map_err(|_| reject("", Reason::InvalidEvent))?;
    let traits = [&sender.user_traits, &sender.account_traits];
    if traits
        .into_iter()
        .any(|traits| check_traits("", traits).is_err())
    {
        return Err(reject(&sender.id, Reason::PropsTooLarge));
    }
    let names = [
        &sender.device,
        &sender.stream,
        &sender.session,
        &sender.user,
        &sender.account,
    ];
    if sender.account.is_empty() && sender.device.is_empty()
        || names.iter().any(|name| name.chars().any(char::is_control))
    {
        return Err(reject(&sender.id, Reason::InvalidEvent));
    }
    if names.iter().any(|name| is_too_long(name)) {
        return Err(reject(&sender.id, Reason::NameTooLong));
    }
    match received_at(raw.get(), field) {
        // What has not been received yet would change what was known before.
        Some(received) if received <= now => Ok(Line {
            sender,
            received,
            raw,
        }),
        _ => Err(reject(&sender.id, Reason::InvalidReceived)),
    }
}

/// The received time, in the field that the caller named.
fn received_at(json: &str, field: &str) -> Option<Timestamp> {
    struct Pick<'f>(&'f str);
    impl<'de> serde::de::DeserializeSeed<'de> for Pick<'_> {
        type Value = Option<Timestamp>;
        fn deserialize<D: serde::Deserializer<'de>>(
            self,
            from: D,
        ) -> Result<Self::Value, D::Error> {
            from.deserialize_map(self)
        }
    }
    impl<'de> serde::de::Visitor<'de> for Pick<'_> {
        type Value = Option<Timestamp>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an event")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(name) = map.next_key::<Text<'de>>()? {
                if *name == *self.0 {
                    found = Some(map.next_value()?);
                } else {
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    let mut from = serde_json::Deserializer::from_str(json);
    serde::de::DeserializeSeed::deserialize(Pick(field), &mut from)
        .ok()
        .flatten()
}

fn event(live: &Live, line: &Line<'_>) -> Result<NewEvent, Rejection> {
    let mut judge = Judge::new(
        &live.catalog,
        live.calendar.reader(),
        Word::History,
        line.received,
        None,
    );
    judge.judge(
        line.raw,
        Visit {
            session: &line.sender.session,
            stream: &line.sender.stream,
        },
    )
}

/// Adds an event, and its id as it was sent, to the last write, when it is of the same sender at the same time; else begins another.
fn add(
    live: &Live,
    writes: &mut Vec<Write>,
    ids: &mut Vec<Vec<String>>,
    line: &Line<'_>,
    event: NewEvent,
) {
    let Sender {
        device,
        user,
        account,
        user_traits,
        account_traits,
        ..
    } = &line.sender;
    let owner = if account.is_empty() {
        Owner::Device(device.to_string())
    } else {
        Owner::Account(account.to_string())
    };
    let user = (!user.is_empty()).then(|| user.to_string());
    let mut told = traits(user_traits, account_traits, Source::Trusted);
    let answers = std::slice::from_ref(&event);
    told.extend(answered(&live.catalog, answers, Source::Trusted));
    let id = line.sender.id.to_string();
    if let (Some(last), Some(ids)) = (writes.last_mut(), ids.last_mut())
        && last.owner == owner
        && last.user == user
        && last.device == **device
        && last.received == line.received
    {
        last.events.push(event);
        ids.push(id);
        last.traits.extend(told);
        return;
    }
    ids.push(vec![id]);
    writes.push(Write {
        owner,
        user,
        device: device.to_string(),
        received: line.received,
        received_day: live.calendar.day(line.received),
        events: vec![event],
        traits: told,
        merge: false,
        stream: None,
    });
}
