//! A host product that nobody planned for: pages of its own under a strict policy, and guides that point at what is on
//! them.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::browser::{Browser, WITNESS};
use crate::stack::{KEY, Stack};

/// The nonce of every page: a fixture needs no secret.
const NONCE: &str = "n0nce";

/// A page of the host; its address is its name.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its name.
    pub name: &'static str,
    /// Its style sheet.
    pub css: String,
    /// Its body.
    pub html: &'static str,
    /// Its script, which runs once the body is there and before the widget starts.
    pub js: &'static str,
    /// The body of what its frame at `NAME/inner` shows, with the same style sheet.
    pub inner: &'static str,
}

/// The host, and the collector its pages talk to.
pub struct Host {
    /// The collector.
    pub stack: Stack,
    serving: JoinHandle<()>,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Host {
    /// Starts a host with these pages; `guides` are its guides, each with its `id` and `kind`. What is left out of one
    /// makes it start by call only, and always again.
    ///
    /// # Errors
    /// When a program is missing or does not start, or an address cannot be had.
    pub fn start(pages: Vec<Page>, guides: &[Value]) -> Result<Self> {
        Self::start_with(pages, guides, |_| ())
    }

    /// The same with a workspace that was changed first.
    ///
    /// # Errors
    /// As [`Host::start`].
    pub fn start_with(
        pages: Vec<Page>,
        guides: &[Value],
        change: impl FnOnce(&mut Value),
    ) -> Result<Self> {
        let mut workspace = json!({
            "version": 1, "workspace": "host", "keys": [KEY], "origins": [], "locales": ["en"],
            "timezone": "UTC", "identity": "trusted",
        });
        change(&mut workspace);
        let guides: Vec<Value> = guides.iter().map(completed).collect();
        let stack = Stack::start_serving(&workspace, &guides)?;
        let host = stack.host().to_owned();
        let pages = Arc::new(pages);
        let collector = stack.collector_url();
        let router = Router::new().fallback(move |uri: Uri| {
            let answer = served(&pages, &collector, uri.path());
            async move { answer }
        });
        let serving = crate::relay::serve(&format!("{host}:8787"), router)?;
        Ok(Self { stack, serving })
    }

    /// Opens a page as a user of that page's own, and waits until the widget runs there.
    ///
    /// # Errors
    /// When it does not.
    pub async fn visit(&self, browser: &Browser, page: &str) -> Result<()> {
        let url = format!("{}/{page}", self.stack.product());
        browser.driver.goto(url).await.context("no page")?;
        browser.running().await
    }
}

/// A guide with what a test leaves out.
fn completed(guide: &Value) -> Value {
    let mut guide = guide.clone();
    guide["version"] = 1.into();
    if guide["kind"] == "tour" && guide["title"].is_null() {
        guide["title"] = json!({ "en": guide["id"] });
    }
    if guide["show"].is_null() {
        guide["show"] = json!({ "start": "api", "repeat": "always" });
    }
    guide
}

/// What is answered at a path.
fn served(pages: &[Page], collector: &str, path: &str) -> (StatusCode, HeaderMap, String) {
    let mut parts = path.trim_matches('/').split('/');
    let page = parts
        .next()
        .and_then(|name| pages.iter().find(|page| page.name == name));
    let Some(page) = page else {
        let found = (path == "/favicon.ico").then_some(StatusCode::NO_CONTENT);
        return (
            found.unwrap_or(StatusCode::NOT_FOUND),
            HeaderMap::new(),
            String::new(),
        );
    };
    let (kind, body) = match parts.next() {
        Some("style.css") => ("text/css", page.css.clone()),
        Some("inner") => ("text/html", inner(page)),
        _ => ("text/html", document(page, collector)),
    };
    let policy = format!(
        "default-src 'self'; script-src 'nonce-{NONCE}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         connect-src 'self' {collector}; style-src 'self'; require-trusted-types-for 'script'"
    );
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    (StatusCode::OK, headers, body)
}

fn document(page: &Page, collector: &str) -> String {
    let Page { name, html, js, .. } = page;
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{name}</title>
         <meta name=viewport content='width=device-width,initial-scale=1'>
         <script nonce={NONCE}>{WITNESS}</script><link rel=stylesheet href=/{name}/style.css>
         <script nonce={NONCE} async src='{collector}/banso.js' data-key='{KEY}'></script>
         <script nonce={NONCE}>window.banso ||= function () {{ (banso.q ||= []).push(arguments) }}
         banso('identify', {{ user: {{ id: '{name}' }}, account: {{ id: 'host' }} }})</script></head>
         <body>{html}<script nonce={NONCE}>{js}</script></body></html>"
    )
}

fn inner(page: &Page) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{name}</title>
         <link rel=stylesheet href=/{name}/style.css></head><body>{inner}</body></html>",
        name = page.name,
        inner = page.inner,
    )
}
