//! What passes between a page and the collector: recorded, and answered in the collector's place where a test says so.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::wait::until;
use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use flate2::read::GzDecoder;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Largest body that is passed on, in bytes.
const LARGEST: usize = 8_000_000;

/// A request of the page's.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its headers as text, a line each.
    pub headers: String,
    /// Its body, unpacked.
    pub body: String,
    /// Length of the body as it was sent, in bytes.
    pub length: usize,
    /// Whether the body was packed.
    pub packed: bool,
    /// When it came, in milliseconds since the epoch.
    pub at: i64,
    /// How many others with the same path were on their way then.
    pub beside: usize,
    /// What was answered; 0 until then.
    pub status: u16,
}

/// What the collector's place is taken by.
#[derive(Clone, Debug)]
pub enum Instead {
    /// An answer.
    Answer {
        /// Its status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<String>,
    },
    /// Nothing, for as long as the page waits.
    Silence,
    /// What the collector says, once a permit is there.
    Later(Arc<Semaphore>),
}

type Rule = Box<dyn Fn(&Passed) -> Option<Instead> + Send + Sync>;

#[derive(Default)]
struct Traffic {
    passed: Vec<Passed>,
    rule: Option<Rule>,
}

type Shared = Arc<Mutex<Traffic>>;

/// A relay before a collector; it ends with this.
pub struct Relay {
    traffic: Shared,
    serving: JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Relay {
    /// Listens at an address and passes everything on to a collector, given without a trailing slash.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn start(address: &str, collector: &str) -> Result<Self> {
        let traffic = Shared::default();
        let passing = Passing {
            traffic: Arc::clone(&traffic),
            collector: collector.to_owned(),
            client: reqwest::Client::new(),
        };
        let router = Router::new().fallback(pass).with_state(passing);
        Ok(Self {
            traffic,
            serving: serve(address, router)?,
        })
    }

    /// From now on `rule` says what is answered in the collector's place.
    pub fn answer(&self, rule: impl Fn(&Passed) -> Option<Instead> + Send + Sync + 'static) {
        lock(&self.traffic).rule = Some(Box::new(rule));
    }

    /// From now on everything that begins with a path is answered with a status.
    pub fn refuse(&self, path: &'static str, status: u16) {
        self.answer(move |passed| {
            passed.path.starts_with(path).then_some(Instead::Answer {
                status,
                retry_after: None,
            })
        });
    }

    /// From now on what has a path with this in it is not answered.
    pub fn silence(&self, part: &'static str) {
        self.answer(move |passed| passed.path.contains(part).then_some(Instead::Silence));
    }

    /// Waits until a batch with this in it came, and gives all that did.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn tried(&self, part: &str, times: usize) -> Result<Vec<Passed>> {
        until(&format!("{times} batches with {part}"), async || {
            let mut sent = self.sent();
            sent.retain(|passed| passed.body.contains(part));
            Ok((sent.len() >= times).then_some(sent))
        })
        .await
    }

    /// From now on the collector answers for itself.
    pub fn pass(&self) {
        lock(&self.traffic).rule = None;
    }

    /// Everything that came, in order.
    #[must_use]
    pub fn passed(&self) -> Vec<Passed> {
        lock(&self.traffic).passed.clone()
    }

    /// The batches that came, in order, as the page sent them.
    #[must_use]
    pub fn sent(&self) -> Vec<Passed> {
        let mut passed = self.passed();
        passed.retain(|passed| passed.method == "POST" && passed.path == "/v1/events");
        passed
    }

    /// Every event that was answered, once, in the order of arrival, with its sender's members beside its own.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        for passed in self.sent().iter().filter(|passed| passed.status == 200) {
            for event in events_of(&passed.body) {
                if !events.iter().any(|known| known["id"] == event["id"]) {
                    events.push(event);
                }
            }
        }
        events
    }
}

/// The events of a batch, each with its sender's members (but the time of sending) beside its own.
#[must_use]
pub fn events_of(body: &str) -> Vec<Value> {
    let Ok(Value::Object(mut batch)) = serde_json::from_str(body) else {
        return Vec::new();
    };
    let events = batch.remove("events");
    events
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|event| {
            let mut whole = batch.clone();
            whole.extend(event.clone());
            Value::Object(whole)
        })
        .collect()
}

/// Serves routes at an address until the returned task is aborted.
///
/// # Errors
/// When the address cannot be had.
pub fn serve(address: &str, router: Router) -> Result<JoinHandle<()>> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot have {address}"))?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("a server of the tests ended: {error}");
        }
    }))
}

#[derive(Clone)]
struct Passing {
    traffic: Shared,
    collector: String,
    client: reqwest::Client,
}

async fn pass(State(passing): State<Passing>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let path = parts.uri.to_string();
    let (text, packed) = unpacked(&body);
    let mut passed = Passed {
        method: parts.method.to_string(),
        headers: lines(&parts.headers),
        body: text,
        length: body.len(),
        packed,
        at: now_ms(),
        beside: 0,
        status: 0,
        path,
    };
    let (place, instead) = {
        let mut traffic = lock(&passing.traffic);
        let same = |other: &&Passed| other.status == 0 && other.path == passed.path;
        passed.beside = traffic.passed.iter().filter(same).count();
        let instead = traffic.rule.as_ref().and_then(|rule| rule(&passed));
        traffic.passed.push(passed.clone());
        (traffic.passed.len() - 1, instead)
    };
    let answer = match instead {
        None => forward(&passing, &passed, &parts.headers, body).await,
        Some(Instead::Answer {
            status,
            retry_after,
        }) => said(status, retry_after),
        Some(Instead::Silence) => std::future::pending().await,
        Some(Instead::Later(gate)) => {
            // A gate that was closed for good lets everything pass.
            drop(gate.acquire().await);
            forward(&passing, &passed, &parts.headers, body).await
        }
    };
    if let Some(passed) = lock(&passing.traffic).passed.get_mut(place) {
        passed.status = answer.status().as_u16();
    }
    answer
}

async fn forward(passing: &Passing, passed: &Passed, headers: &HeaderMap, body: Bytes) -> Response {
    let url = format!("{}{}", passing.collector, passed.path);
    let Ok(method) = reqwest::Method::from_bytes(passed.method.as_bytes()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut headers = headers.clone();
    for name in [header::HOST, header::CONTENT_LENGTH, header::CONNECTION] {
        headers.remove(name);
    }
    let request = passing.client.request(method, url).headers(headers);
    let Ok(answer) = request.body(body).send().await else {
        return said(502, None);
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    for name in [header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
        headers.remove(name);
    }
    match answer.bytes().await {
        Ok(body) => (status, headers, body).into_response(),
        Err(_) => said(502, None),
    }
}

/// What any page may read.
fn said(status: u16, retry_after: Option<String>) -> Response {
    let mut answer = Response::builder()
        .status(status)
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header(header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after");
    if let Some(retry_after) = retry_after {
        answer = answer.header(header::RETRY_AFTER, retry_after);
    }
    answer
        .body(Body::from("{}"))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn unpacked(body: &[u8]) -> (String, bool) {
    let packed = body.starts_with(&[0x1f, 0x8b]);
    let mut text = Vec::new();
    if packed && GzDecoder::new(body).read_to_end(&mut text).is_err() {
        return ("a body that cannot be unpacked".to_owned(), true);
    }
    let text = if packed { &text } else { body };
    (String::from_utf8_lossy(text).into_owned(), packed)
}

fn lines(headers: &HeaderMap) -> String {
    let line = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
    };
    headers.iter().map(line).collect()
}

/// Milliseconds since the epoch.
#[must_use]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or(Duration::ZERO).as_millis()).unwrap_or(i64::MAX)
}

fn lock(traffic: &Shared) -> std::sync::MutexGuard<'_, Traffic> {
    traffic.lock().unwrap_or_else(PoisonError::into_inner)
}
