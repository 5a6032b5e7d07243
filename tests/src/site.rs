//! A vendor's site of a test's own, with a relay between its pages and the collector.

use anyhow::{Context as _, Result};
use axum::Router;
use axum::response::Html;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::browser::{Browser, WITNESS};
use crate::relay::Relay;
use crate::stack::{KEY, Stack};
use crate::wait::until;

/// A site that serves one page at every path.
pub struct Site {
    /// What passes between its pages and the collector.
    pub relay: Relay,
    /// The collector.
    pub stack: Stack,
    serving: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Site {
    /// Starts it. `head` comes before the script tag and `body` after; the workspace has `features`, trusts what the page
    /// says of its users, and has no guides.
    ///
    /// # Errors
    /// When a program is missing or does not start, or an address cannot be had.
    pub fn start(head: &str, body: &str, features: &Value) -> Result<Self> {
        Self::with_guides(head, body, features, &[])
    }

    /// The same with guides.
    ///
    /// # Errors
    /// As [`Site::start`]; or when the collector refuses a guide.
    pub fn with_guides(head: &str, body: &str, features: &Value, guides: &[Value]) -> Result<Self> {
        let workspace = json!({
            "version": 1, "workspace": "site", "keys": [KEY], "origins": [], "locales": ["en"], "timezone": "UTC",
            "identity": "trusted", "features": features, "privacy": { "params": ["tab"] },
        });
        let stack = Stack::start_serving(&workspace, guides)?;
        let host = stack.host().to_owned();
        let relay = Relay::start(&format!("{host}:8789"), &stack.collector_url())?;
        let page = format!(
            "<!doctype html><html lang=en><head><meta charset=utf-8><title>A site</title><link rel=icon href=data:,>
             <script>{WITNESS}</script>{head}
             <script async src='http://{host}:8789/banso.js' data-key='{KEY}'></script>
             <script>window.banso ||= function () {{ (banso.q ||= []).push(arguments) }}</script></head>
             <body>{body}</body></html>"
        );
        let router = Router::new().fallback(async move || Html(page));
        let serving = crate::relay::serve(&format!("{host}:8787"), router)?;
        Ok(Self {
            relay,
            stack,
            serving,
        })
    }

    /// Opens a page of it; `path` begins with a slash.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn open(&self, browser: &Browser, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.stack.product());
        browser.driver.goto(url).await.context("no page")
    }

    /// Opens a page of it and waits until the widget runs there.
    ///
    /// # Errors
    /// When it does not.
    pub async fn visit(&self, browser: &Browser, path: &str) -> Result<()> {
        self.open(browser, path).await?;
        browser.running().await
    }

    /// Has the page ask for its session, which it does when it has nothing to deliver or may not, and waits for that.
    ///
    /// # Errors
    /// When it does not ask in time.
    pub async fn asks(&self, browser: &Browser) -> Result<()> {
        let asked = || {
            let passed = self.relay.passed();
            passed
                .iter()
                .filter(|passed| passed.path == "/v1/session")
                .count()
        };
        let before = asked();
        browser
            .js("banso('flush'); banso('locale', 'x-' + (window.__asks = (window.__asks || 0) + 1))")
            .await?;
        until("the session to be asked for", async || {
            Ok((asked() > before).then_some(()))
        })
        .await
    }

    /// Waits until so many events with a name were answered, and gives all that were.
    ///
    /// # Errors
    /// When they are not in time.
    pub async fn stored(&self, name: &str, times: usize) -> Result<Vec<Value>> {
        until(
            &format!("{times} times {name} at the collector"),
            async || {
                let events = self.relay.events();
                let named = events.iter().filter(|event| event["name"] == name).count();
                Ok((named >= times).then_some(events))
            },
        )
        .await
    }
}
