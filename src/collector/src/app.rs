//! The collector's state and its routes. [`routes`] needs no socket, so tests call it as a function.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use banso_model::time::Timestamp;
use banso_store::Store;
use futures::FutureExt as _;

use crate::body::{Budget, Room};
use crate::compat::people::People;
use crate::error::{Code, Refusal};
use crate::identity::Secrets;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::quota::Quotas;
use crate::scoring::Scoring;
use crate::session::Told;
use crate::stages::Stages;
use crate::tokens::Tokens;
use crate::upkeep::Upkeep;
use crate::{admin, compat, files, guides, help, ingest, probes, session};

/// How long a request may take before it is answered with 503.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same of what rewrites or copies the whole store.
const LONG_PATIENCE: Duration = Duration::from_secs(4 * 3600);

/// What is told from outside and never changes while the collector runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bearer token of the admin API; without it that API is off.
    pub admin_token: Option<String>,
    /// The secret key of the vendor's servers; without it there is none.
    pub server_key: Option<String>,
    /// Secrets of identity tokens.
    pub secrets: Secrets,
    /// Events per second that one key may send.
    pub quota: u32,
    /// What the bodies of all requests may take together.
    pub room: Room,
    /// How long a body may take to arrive.
    pub body_patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            admin_token: None,
            server_key: None,
            secrets: Secrets::default(),
            quota: 1_000_000,
            room: Room {
                bytes: 64_000_000,
                bodies: 1024,
            },
            body_patience: Duration::from_secs(10),
        }
    }
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The system's clock, so many seconds ahead or, when negative, behind.
#[must_use]
pub fn system_clock(ahead: i64) -> Clock {
    let ahead = ahead.saturating_mul(1000);
    Arc::new(move || Timestamp(jiff::Timestamp::now().as_millisecond()).plus_ms(ahead))
}

/// Everything a request may need.
pub struct App {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The configuration that is served now.
    pub live: ArcSwap<Live>,
    /// What was told from outside.
    pub settings: Settings,
    /// Memory for bodies.
    pub budget: Budget,
    /// What each key may send.
    pub quotas: Quotas,
    /// What is counted.
    pub metrics: Metrics,
    /// Stages of accounts and what pages know of them.
    pub stages: Stages,
    /// What sessions have told the store lately.
    pub told: Told,
    /// What foreign clients' users lately were.
    pub people: People,
    /// Tokens of programs.
    pub tokens: Tokens,
    /// Wakes the scorer.
    pub scoring: Scoring,
    /// Wakes what drops what is over.
    pub upkeep: Upkeep,
    clock: Clock,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

impl App {
    /// The state of a collector that serves `live` from `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, live: Live, settings: Settings, clock: Clock) -> Self {
        Self {
            store,
            live: ArcSwap::from_pointee(live),
            budget: Budget::new(settings.room, settings.body_patience),
            quotas: Quotas::new(settings.quota),
            metrics: Metrics::default(),
            stages: Stages::default(),
            told: Told::default(),
            people: People::default(),
            tokens: Tokens::default(),
            scoring: Scoring::default(),
            upkeep: Upkeep::default(),
            settings,
            clock,
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Serves another configuration from now on. Guides of the one before can still be fetched.
    pub fn serve(&self, live: Live) {
        let before = self.live.load_full();
        self.live.store(Arc::new(live.after(&before)));
        self.scoring.everything();
        self.upkeep.wake();
    }
}

/// All routes.
pub fn routes(app: Arc<App>) -> Router {
    let wire = Router::new()
        .route("/v1/events", post(ingest::events).options(preflight))
        .route("/v1/session", post(session::session).options(preflight))
        .route("/v1/help", get(help::served::list))
        .route("/v1/help/{id}", get(help::served::one))
        .merge(compat::routes())
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            allow_origin,
        ));
    Router::new()
        .merge(wire)
        .nest("/v1/admin", admin::routes(&app))
        .route("/v1/guides/{hash}", get(guides::guide))
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .fallback(files::file)
        .method_not_allowed_fallback(|| async { Refusal::MethodNotAllowed })
        .layer(middleware::from_fn_with_state(Arc::clone(&app), observe))
        .with_state(app)
}

/// Lets pages of allowed origins read the answer. Never with credentials, which no request needs.
async fn allow_origin(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = headers.get(header::ORIGIN)
        && let Ok(text) = origin.to_str()
        && app.live.load().allows_origin(text)
    {
        response
            .headers_mut()
            .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        // A page of another origin reads this one header only when it is told that it may.
        response.headers_mut().insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Retry-After"),
        );
    }
    response
}

/// The widget never needs one, but a page that posts JSON itself does.
async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Counts and times every answer, ends what takes too long, and answers for a handler that failed.
async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("files", MatchedPath::as_str)
        .to_owned();
    let method = request.method().clone();
    let answer = std::panic::AssertUnwindSafe(next.run(request)).catch_unwind();
    let patience = if admin::takes_long(&route) {
        LONG_PATIENCE
    } else {
        PATIENCE
    };
    let response = match tokio::time::timeout(patience, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(%method, route, "a handler panicked");
            Refusal::Internal.into_response()
        }
        Err(_) => Refusal::TimedOut {
            seconds: patience.as_secs(),
        }
        .into_response(),
    };
    let code = response.extensions().get::<Code>().map(|code| code.0);
    let status = response.status();
    let took = started.elapsed();
    app.metrics.requested(&route, status.as_u16(), code, took);
    if method != Method::OPTIONS {
        tracing::debug!(%method, route, status = status.as_u16(), code, ?took, "answered");
    }
    response
}
