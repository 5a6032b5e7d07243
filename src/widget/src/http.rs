//! Requests to the collector: text/plain bodies, so that none needs a preflight, and never a cookie.

use std::pin::Pin;

use banso_model::wire::{ErrorAnswer, ErrorBody};
use js_sys::{Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestCredentials, RequestInit, Response};

use crate::browser;
use crate::json;

/// A request that was not answered by then failed.
const PATIENCE_MS: u32 = 30_000;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status; 0 when there was no answer at all.
    pub status: u16,
    headers: Option<web_sys::Headers>,
    /// The body.
    pub body: String,
}

/// How long a request may live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// As long as the page.
    Page,
    /// Longer than the page; its body is at most 64 KB, with all others of this kind.
    KeepAlive,
}

/// Sends a body.
pub fn post(url: &str, body: &str, life: Life) -> Sent {
    send(url, Some(body), life)
}

/// Sends a body and does not wait for what comes back.
pub fn post_and_go(url: &str, body: &str) {
    let sent = send(url, Some(body), Life::KeepAlive);
    // Whatever comes back, the events stay in the outbox until a page that lives hears of them.
    wasm_bindgen_futures::spawn_local(async move { drop(sent.await) });
}

/// Gets a JSON document.
pub fn get(url: &str) -> Sent {
    send(url, None, Life::Page)
}

/// A request on its way. One type for all, or each place that waits for an answer would hold the reading of it.
pub type Sent = Pin<Box<dyn Future<Output = Answer>>>;

fn send(url: &str, body: Option<&str>, life: Life) -> Sent {
    let sent = request(url, body, life);
    Box::pin(async move {
        match sent {
            Some(sent) => read(sent).await,
            None => Answer::nothing(),
        }
    })
}

fn request(url: &str, body: Option<&str>, life: Life) -> Option<Promise> {
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body_opt_str(Some(body));
    }
    match life {
        Life::KeepAlive => {
            Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE).ok()?;
        }
        Life::Page => init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS))),
    }
    Some(browser::window()?.fetch_with_str_and_init(url, &init))
}

async fn read(sent: Promise) -> Answer {
    let Ok(response) = JsFuture::from(sent).await else {
        return Answer::nothing();
    };
    let Ok(response) = response.dyn_into::<Response>() else {
        return Answer::nothing();
    };
    let body = match response.text() {
        Ok(body) => JsFuture::from(body).await,
        Err(error) => Err(error),
    };
    Answer {
        status: response.status(),
        headers: Some(response.headers()),
        body: body
            .ok()
            .and_then(|body| body.as_string())
            .unwrap_or_default(),
    }
}

impl Answer {
    fn nothing() -> Self {
        Self {
            status: 0,
            headers: None,
            body: String::new(),
        }
    }

    /// The code of an error's body.
    pub fn code(&self) -> String {
        self.error().map(|error| error.code).unwrap_or_default()
    }

    /// `Retry-After`: the header, which a collector must expose to be read, or the seconds in an error's body.
    pub fn retry_after(&self) -> Option<String> {
        let header = self
            .headers
            .as_ref()
            .and_then(|headers| headers.get("retry-after").ok()?);
        header.or_else(|| self.error()?.retry_after.map(|seconds| seconds.to_string()))
    }

    fn error(&self) -> Option<ErrorBody> {
        json::read(&self.body).map(|ErrorAnswer { error }| error)
    }
}
