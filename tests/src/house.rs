//! The collector without a socket: its routes as a function, over a store in a folder and a clock the test sets.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use banso_collector::app::{App, Settings, routes};
use banso_collector::identity::Secrets;
use banso_collector::{reload, scoring};
use banso_model::time::Timestamp;
use banso_store::sqlite::{Options, SqliteStore};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::stack::{ADMIN_TOKEN, IDENTITY_SECRET, copy_folder, root};

/// Browser key of the fixture.
pub const KEY: &str = "wk_test";
/// Server key of the tests.
pub const SERVER_KEY: &str = "sk_test_0123456789";
/// The origin that the fixture allows.
pub const ORIGIN: &str = "https://app.example.com";
/// What the clock says until a test sets it: a Saturday afternoon in Tokyo.
pub const NOW: &str = "2026-11-21T05:00:00.000Z";

/// A collector in this process.
pub struct House {
    /// Its state.
    pub app: Arc<App>,
    routes: Router,
    folder: TempDir,
    clock: Arc<AtomicI64>,
    scorer: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

/// What it answered.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, as JSON when it is JSON and as a text otherwise.
    pub body: Value,
}

impl Answer {
    /// A header's value; empty when there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Status and error code: `413 too_many_events`; for a success the status alone.
    #[must_use]
    pub fn outcome(&self) -> String {
        match self.body["error"]["code"].as_str() {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }
}

impl House {
    /// A collector that serves the fixture workspace from an empty store.
    ///
    /// # Errors
    /// When the store cannot be opened or the fixture is not served.
    pub fn open() -> Result<Self> {
        Self::with(|settings| settings.quota = 1_000_000, |_| Ok(()))
    }

    /// The same with other settings, and a configuration that was changed first.
    ///
    /// # Errors
    /// As [`House::open`].
    pub fn with(
        settings: impl FnOnce(&mut Settings),
        change: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        Self::over(Options::default(), settings, change)
    }

    /// The same over a store that is opened otherwise.
    ///
    /// # Errors
    /// As [`House::open`].
    pub fn over(
        options: Options,
        settings: impl FnOnce(&mut Settings),
        change: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("config");
        copy_folder(&root().join("tests/fixtures/workspace"), &config)?;
        change(&config)?;
        let store = SqliteStore::open(&folder.path().join("store"), options)?;
        let mut chosen = Settings {
            admin_token: Some(ADMIN_TOKEN.to_owned()),
            server_key: Some(SERVER_KEY.to_owned()),
            secrets: Secrets::parse(IDENTITY_SECRET)?,
            ..Settings::default()
        };
        settings(&mut chosen);
        let clock = Arc::new(AtomicI64::new(at(NOW).0));
        let read = Arc::clone(&clock);
        let app = Arc::new(App::new(
            Arc::new(store),
            reload::load(&config)?,
            chosen,
            Arc::new(move || Timestamp(read.load(Ordering::Relaxed))),
        ));
        Ok(Self {
            routes: routes(Arc::clone(&app)),
            app,
            folder,
            clock,
            scorer: None,
        })
    }

    /// Starts scoring in the background, as `banso serve` does.
    pub fn score(&mut self) {
        let (stop, stopped) = watch::channel(false);
        let scorer = tokio::spawn(scoring::run(Arc::clone(&self.app), stopped));
        self.scorer = Some((stop, scorer));
    }

    /// Its routes, to be served on a socket.
    pub fn routes(&self) -> Router {
        self.routes.clone()
    }

    /// The folder of configuration.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// Sets the clock.
    pub fn set_clock(&self, now: Timestamp) {
        self.clock.store(now.0, Ordering::Relaxed);
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When the answer cannot be read.
    pub async fn send(&self, request: Request<Body>) -> Result<Answer> {
        let response = self.routes.clone().oneshot(request).await?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await?.to_bytes();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned())),
        })
    }

    /// Reads a path.
    ///
    /// # Errors
    /// As [`House::send`].
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Request::get(path).body(Body::empty())?).await
    }

    /// Reads the admin API; `path` is what follows `/v1/admin/`.
    ///
    /// # Errors
    /// As [`House::send`].
    pub async fn admin(&self, path: &str) -> Result<Answer> {
        let request = Request::get(format!("/v1/admin/{path}"))
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"));
        self.send(request.body(Body::empty())?).await
    }

    /// Imports history.
    ///
    /// # Errors
    /// As [`House::send`].
    pub async fn import(&self, body: impl Into<Body>) -> Result<Answer> {
        let request = Request::post("/v1/admin/import")
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"));
        self.send(request.body(body.into())?).await
    }

    /// Posts as a page of the allowed origin does.
    ///
    /// # Errors
    /// As [`House::send`].
    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Result<Answer> {
        let request = Request::post(path)
            .header("origin", ORIGIN)
            .header("content-type", "text/plain;charset=UTF-8");
        self.send(request.body(body.into())?).await
    }

    /// Posts a page's events.
    ///
    /// # Errors
    /// As [`House::send`].
    pub async fn events(&self, sender: &Value, events: &[Value]) -> Result<Answer> {
        let mut body = sender.clone();
        body["events"] = events.into();
        self.post("/v1/events", body.to_string()).await
    }

    /// How often an account used a feature, as the admin API tells; `None` when there is no such account.
    ///
    /// # Errors
    /// As [`House::send`].
    pub async fn uses(&self, account: &str, feature: &str) -> Result<Option<u64>> {
        let answer = self.admin(&format!("accounts/{account}")).await?;
        Ok((answer.status == 200).then(|| answer.body["features"][feature].as_u64().unwrap_or(0)))
    }

    /// Stops scoring and closes the store.
    ///
    /// # Errors
    /// When the scorer failed.
    pub async fn close(self) -> Result<()> {
        if let Some((stop, scorer)) = self.scorer {
            stop.send_replace(true);
            scorer.await.context("the scorer failed")?;
        }
        self.app.store.close().await;
        Ok(())
    }
}

/// An instant.
///
/// # Panics
/// When the test has a wrong one.
#[must_use]
pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|| panic!("{text} is no instant"))
}

/// What a page's request begins with.
#[must_use]
pub fn page() -> Value {
    json!({ "key": KEY, "device": "d1", "stream": "s1", "session": "v1", "sent_at": NOW })
}

/// The same for an identified user.
#[must_use]
pub fn page_of(user: &str, account: &str, token: &str) -> Value {
    let mut page = page();
    page["user"] = user.into();
    page["account"] = account.into();
    page["token"] = token.into();
    page
}

/// The id of an event recorded at an instant; `nth` tells events of one instant apart.
#[must_use]
pub fn id(recorded: Timestamp, nth: u32) -> String {
    let ms = recorded.0;
    format!("{:08x}-{:04x}-7000-8000-{nth:012x}", ms >> 16, ms & 0xffff)
}

/// An event recorded and happened now.
#[must_use]
pub fn event(nth: u32, kind: &str, name: &str) -> Value {
    json!({ "id": id(at(NOW), nth), "seq": nth, "kind": kind, "name": name, "at": NOW })
}

/// An identity token as the vendor's backend signs it, until an hour from [`NOW`].
#[must_use]
pub fn token(user: &str, account: &str) -> String {
    let claims = json!({
        "aud": "hikari", "sub": user, "account": account, "exp": at(NOW).0 / 1000 + 3600,
        "traits": { "user": { "role": "admin", "name": "Ann" }, "account": { "plan": "pro", "seats": 2 } },
    });
    signed(
        &json!({ "alg": "HS256", "kid": "1" }),
        &claims,
        IDENTITY_SECRET,
    )
}

/// A token with any header and claims, signed with HMAC SHA-256 whatever its header says.
#[must_use]
pub fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(signed.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    });
    // HMAC takes a key of any length.
    format!("{signed}.{}", mac.unwrap_or_default())
}
