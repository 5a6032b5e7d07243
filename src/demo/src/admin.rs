//! The collector's admin API, as far as the page for the vendor's team reads it.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;

use crate::settings::Collector;

/// How long the collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the page may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The list of accounts, with the query as the page wrote it.
    Accounts(Option<String>),
    /// One account: its features and users.
    Account(String),
    /// The explained score of one account.
    Health(String),
}

/// What the collector answered, whatever it means.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its HTTP status.
    pub status: u16,
    /// Seconds it asked to wait.
    pub retry_after: Option<u64>,
    /// Its body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Silence {
    /// Nobody listens there.
    #[error(
        "the collector cannot be reached ({0}): is it running, and is --collector its address?"
    )]
    Unreachable(String),
    /// It took too long.
    #[error("the collector did not answer within {} seconds", PATIENCE.as_secs())]
    Late,
}

/// Somebody who answers questions about accounts.
pub trait AdminApi: std::fmt::Debug + Send + Sync {
    /// Asks one question.
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<Answer, Silence>>;
}

/// The collector over HTTP, with the vendor's bearer token.
#[derive(Debug)]
pub struct HttpAdminApi {
    client: reqwest::Client,
    collector: Collector,
}

/// Why the client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The token has a character that no header may have.
    #[error("BANSO_ADMIN_TOKEN cannot be sent as a header: use letters, digits and - . _ ~ + / =")]
    Token(#[from] reqwest::header::InvalidHeaderValue),
    /// The HTTP client does not start.
    #[error("the http client cannot start: {0}")]
    Client(#[from] reqwest::Error),
}

impl HttpAdminApi {
    /// A client that shows `token` to `collector`, and to nobody a redirect names.
    pub fn new(collector: Collector, token: &str) -> Result<Self, ClientError> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::AUTHORIZATION, bearer);
        let client = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { client, collector })
    }

    async fn fetch(&self, question: Question) -> Result<Answer, reqwest::Error> {
        let url = match question {
            Question::Accounts(query) => {
                let mut url = self.collector.join(&["v1", "admin", "accounts"]);
                url.set_query(query.as_deref());
                url
            }
            Question::Account(id) => self.collector.join(&["v1", "admin", "accounts", &id]),
            Question::Health(id) => self
                .collector
                .join(&["v1", "admin", "accounts", &id, "health"]),
        };
        let response = self.client.get(url).send().await?;
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse().ok());
        let status = response.status().as_u16();
        let body = response.bytes().await?.to_vec();
        Ok(Answer {
            status,
            retry_after,
            body,
        })
    }
}

impl AdminApi for HttpAdminApi {
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<Answer, Silence>> {
        async move {
            self.fetch(question).await.map_err(|error| {
                if error.is_timeout() {
                    Silence::Late
                } else {
                    Silence::Unreachable(root_cause(&error))
                }
            })
        }
        .boxed()
    }
}

/// The last reason in a chain, such as "connection refused", which the outer ones only wrap.
fn root_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), root_cause)
}
