//! A collector that a command talks to.

use std::time::Duration;

use anyhow::{Context as _, bail};
use banso_model::wire::ErrorAnswer;
use clap::Args;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, header};

/// How often a request is tried that may succeed later.
#[derive(Clone, Copy, Debug)]
pub struct Attempts(u32);

impl Attempts {
    /// Somebody waits for the answer.
    pub const ONE: Self = Self(1);
    /// A long work should outlive a restart of the collector.
    pub const MANY: Self = Self(12);
}

/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Where the collector is.
#[derive(Debug, Args)]
pub struct Remote {
    /// Address of the collector
    #[arg(
        long = "to",
        env = "BANSO_COLLECTOR",
        value_name = "URL",
        default_value = "http://127.0.0.1:8788",
        global = true
    )]
    to: Url,
}

impl Remote {
    /// The address of a path on it.
    pub fn url(&self, path: &str) -> anyhow::Result<Url> {
        if self.to.scheme() != "http" {
            bail!(
                "{} is not http: this command speaks to a collector directly, not through TLS",
                self.to
            );
        }
        self.to
            .join(path)
            .with_context(|| format!("{} is no address of a collector", self.to))
    }
}

/// Where the collector is, and what opens its admin API.
#[derive(Debug, Args)]
pub struct Admin {
    #[command(flatten)]
    remote: Remote,
    /// Token of the admin API
    #[arg(long, env = "BANSO_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
}

impl Admin {
    /// The address of a path on it.
    pub fn url(&self, path: &str) -> anyhow::Result<Url> {
        self.remote.url(path)
    }

    /// The token.
    pub fn token(&self) -> anyhow::Result<&str> {
        self.admin_token
            .as_deref()
            .context("no token of the admin API: set BANSO_ADMIN_TOKEN")
    }
}

/// A client for what takes as long as the store is large: the connection is asked now and then whether it still holds.
pub fn patient_client() -> anyhow::Result<Client> {
    Ok(Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .tcp_keepalive(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}

/// A client with patience for one request.
pub fn client() -> anyhow::Result<Client> {
    Ok(Client::builder()
        .timeout(Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}

/// Sends a request until it is answered: again when the collector cannot be reached, is busy or asks to wait.
pub async fn send(
    attempts: Attempts,
    make: impl Fn() -> RequestBuilder,
) -> anyhow::Result<Response> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let outcome = make().send().await;
        let wait = match &outcome {
            Ok(answer) if is_temporary(answer.status()) => told_wait(answer),
            Err(error) if error.is_connect() || error.is_timeout() => None,
            _ => return refused(outcome?).await,
        };
        if attempt == attempts.0 {
            let answer = outcome
                .context("the collector cannot be reached: is it running, and is --to right?")?;
            return refused(answer).await;
        }
        let wait = wait.unwrap_or_else(|| Duration::from_millis(100 << attempt.min(8)));
        tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
    }
}

fn is_temporary(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        )
}

fn told_wait(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(header::RETRY_AFTER)?;
    seconds.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// The answer, or what the collector says against it.
async fn refused(answer: Response) -> anyhow::Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let text = answer.text().await?;
    match serde_json::from_str::<ErrorAnswer>(&text) {
        Ok(answer) => bail!("{} ({status}, {})", answer.error.message, answer.error.code),
        Err(_) => bail!("the collector answered {status}: {text:.200}"),
    }
}
