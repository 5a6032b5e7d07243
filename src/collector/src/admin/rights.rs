//! `GET /v1/admin/export`, `POST /v1/admin/erase` and `POST /v1/admin/backup`.

use std::io::Read as _;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use banso_store::subject::{Erasure, Held, Subject};
use banso_store::{Export, StoreError};
use futures::stream;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::body::{self, Sizes};
use crate::error::Refusal;
use crate::ingest::batch::check_name;

/// Bytes that are read of a backup, and gathered of an export, at a time.
const PIECE: usize = 64 * 1024;

/// Who is meant: a user, a user of one account, or an account with everyone in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// The user's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The account's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// What was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Accounts.
    pub accounts: u64,
    /// Users.
    pub users: u64,
    /// Devices.
    pub devices: u64,
    /// Events of the log.
    pub events: u64,
}

impl Who {
    fn subject(self) -> Result<Subject, Refusal> {
        let named = |field, text: Option<String>| {
            let text = text.filter(|text| !text.is_empty());
            check_name(field, text.as_deref().unwrap_or_default())?;
            Ok::<_, Refusal>(text)
        };
        match (named("user", self.user)?, named("account", self.account)?) {
            (Some(user), account) => Ok(Subject::User { user, account }),
            (None, Some(account)) => Ok(Subject::Account(account)),
            (None, None) => Err(Refusal::BadQuery(
                "nobody is named: give user, account or both".to_owned(),
            )),
        }
    }
}

/// Everything that is held about someone, as newline-delimited JSON; the last line is `{"kind":"end","lines":N}`, so that
/// a file that was cut off is told from a whole one.
///
/// # Errors
/// [`Refusal::NotFound`] when nothing is held about them.
pub async fn export(
    State(app): State<Arc<App>>,
    query: Result<Query<Who>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(who) = query.map_err(|error| Refusal::BadQuery(error.body_text()))?;
    let subject = who.subject()?;
    let mut export = app.store.export(subject.clone());
    let first = export.recv().await.transpose()?.ok_or_else(|| {
        Refusal::NotFound(format!("nothing is held about {subject}: is the id right?"))
    })?;
    tracing::info!("what is held about someone is exported");
    let state = Some((export, Some(first), 0_u64));
    let lines = stream::try_unfold(state, |state| async {
        match state {
            None => Ok(None),
            Some((export, first, lines)) => piece(export, first, lines).await,
        }
    });
    let mut response = Body::from_stream(lines).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    Ok(response)
}

/// Where an export is: what is left, a line that was read ahead, and how many lines were told.
type Going = Option<(Export, Option<Held>, u64)>;

/// Some lines, and how it goes on.
async fn piece(
    mut export: Export,
    first: Option<Held>,
    mut lines: u64,
) -> Result<Option<(Vec<u8>, Going)>, StoreError> {
    let mut bytes = Vec::new();
    let mut next = first;
    loop {
        let held = match next.take() {
            Some(held) => Some(held),
            None => export.recv().await.transpose()?,
        };
        let Some(held) = held else {
            bytes.extend_from_slice(format!("{{\"kind\":\"end\",\"lines\":{lines}}}\n").as_bytes());
            return Ok(Some((bytes, None)));
        };
        let written = serde_json::to_writer(&mut bytes, &held);
        written.map_err(|error| StoreError::Unavailable {
            place: "the export".to_owned(),
            reason: format!("a line cannot be written: {error}"),
        })?;
        bytes.push(b'\n');
        lines += 1;
        if bytes.len() >= PIECE {
            return Ok(Some((bytes, Some((export, None, lines)))));
        }
    }
}

/// Erases someone. It goes on when the caller does not wait for the answer.
///
/// # Errors
/// [`Refusal`] when nobody is named, or the store fails; what was begun is finished at the next start, or when it is asked
/// for again.
pub async fn erase(State(app): State<Arc<App>>, body: Body) -> Result<Json<Erased>, Refusal> {
    let text = body::read(body, Sizes::WIRE, &app.budget).await?;
    let who: Who =
        serde_json::from_str(&text).map_err(|error| Refusal::Malformed(error.to_string()))?;
    let subject = who.subject()?;
    let erasing = tokio::spawn(async move {
        let erased = app.store.erase(subject, app.now()).await;
        app.told.clear();
        app.people.clear();
        app.stages.clear();
        if erased.is_ok() {
            app.metrics.erased();
        }
        app.scoring.wake();
        erased
    });
    let Erasure {
        accounts,
        users,
        devices,
        events,
    } = erasing.await.map_err(|error| {
        tracing::error!(%error, "an erasure failed");
        Refusal::Internal
    })??;
    Ok(Json(Erased {
        accounts,
        users,
        devices,
        events,
    }))
}

/// A copy of everything that was answered until now, as one file for `banso restore`.
///
/// # Errors
/// [`Refusal`] when the store cannot be copied.
pub async fn backup(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let file = app.store.back_up().await?;
    let length = file.metadata().map_err(|error| unreadable(&error))?.len();
    tracing::info!(bytes = length, "a backup was made");
    let pieces = stream::try_unfold(file, |mut file| async {
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; PIECE];
            let count = file.read(&mut bytes)?;
            bytes.truncate(count);
            Ok::<_, std::io::Error>((bytes, file))
        });
        let (bytes, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!bytes.is_empty()).then_some((bytes, file)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/vnd.sqlite3"),
    );
    Ok(response)
}

fn unreadable(error: &std::io::Error) -> Refusal {
    tracing::error!(%error, "a backup cannot be read");
    Refusal::StoreUnavailable
}
