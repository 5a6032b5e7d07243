//! Requests to the collector: text/plain bodies, so that none needs a preflight, and never a cookie. Larger bodies are
//! packed by the browser; the collector tells by the first bytes.

use banso_model::time::digits;
use banso_model::wire::{ErrorAnswer, ErrorBody};
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, RequestCredentials, RequestInit, Response};

use crate::browser::{self, then};
use crate::json;

/// A request that was not answered by then failed.
const PATIENCE_MS: u32 = 30_000;
/// Shorter bodies are not worth packing.
const WORTH_PACKING: usize = 1024;

#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    // Throws where the browser has none.
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type Readable;
    #[wasm_bindgen(method, catch, js_name = pipeThrough)]
    fn pipe_through(this: &Readable, by: &CompressionStream) -> Result<Readable, JsValue>;

    type Packed;
    #[wasm_bindgen(constructor, catch, js_class = "Response")]
    fn new(stream: &Readable, options: &JsValue) -> Result<Packed, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn blob(this: &Packed) -> Result<Promise, JsValue>;
}

/// What came back.
#[derive(Debug, Default)]
pub struct Answer {
    /// The status; 0 when there was no answer at all.
    pub status: u16,
    /// `Retry-After`, which a collector must expose to be read.
    waits: Option<String>,
    /// The body.
    pub body: String,
}

/// What is done with an answer.
pub type Done = Box<dyn FnOnce(Answer)>;

/// Sends a body, packed when that is worth it.
pub fn post(url: &str, body: &str, done: Done) {
    let packed = (body.len() > WORTH_PACKING).then(|| pack(body)).flatten();
    let Some(packed) = packed else {
        return send(url, Some(&body.into()), false, done);
    };
    let (url, plain) = (url.to_owned(), body.to_owned());
    then(
        &packed,
        Box::new(move |packed| send(&url, Some(&packed.unwrap_or(plain.into())), false, done)),
    );
}

/// Sends a body that may outlive the page and does not wait for what comes back: the events stay in the outbox until a
/// page that lives hears of them. All bodies of this kind together are at most 64 KB.
pub fn post_and_go(url: &str, body: &str) {
    send(url, Some(&body.into()), true, Box::new(|_| {}));
}

/// Gets a JSON document.
pub fn get(url: &str, done: Done) {
    send(url, None, false, done);
}

/// The body packed by gzip, still called text/plain.
fn pack(body: &str) -> Option<Promise> {
    let plain = Response::new_with_opt_str(Some(body)).ok()?.body()?;
    let packed = plain
        .unchecked_ref::<Readable>()
        .pipe_through(&CompressionStream::new("gzip").ok()?)
        .ok()?;
    let headers = browser::object("content-type", &"text/plain".into());
    let options = browser::object("headers", &headers);
    Packed::new(&packed, &options).ok()?.blob().ok()
}

fn send(url: &str, body: Option<&JsValue>, keep: bool, done: Done) {
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(body);
    }
    if keep {
        browser::set(&init, "keepalive", &JsValue::TRUE);
    } else {
        init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    }
    let Some(window) = browser::window() else {
        return done(Answer::default());
    };
    then(
        &window.fetch_with_str_and_init(url, &init),
        Box::new(|response| read(response, done)),
    );
}

fn read(response: Option<JsValue>, done: Done) {
    let response = response.and_then(|response| response.dyn_into::<Response>().ok());
    let Some((response, text)) = response.and_then(|response| {
        let text = response.text().ok()?;
        Some((response, text))
    }) else {
        return done(Answer::default());
    };
    then(
        &text,
        Box::new(move |text| {
            done(Answer {
                status: response.status(),
                waits: response.headers().get("retry-after").ok().flatten(),
                body: text.and_then(|text| text.as_string()).unwrap_or_default(),
            });
        }),
    );
}

impl Answer {
    /// The code of an error's body.
    pub fn code(&self) -> String {
        self.error().map(|error| error.code).unwrap_or_default()
    }

    /// `Retry-After`: the header, or the seconds in an error's body.
    pub fn retry_after(&self) -> Option<String> {
        self.waits.clone().or_else(|| {
            self.error()?
                .retry_after
                .map(|seconds| digits(i64::from(seconds)))
        })
    }

    fn error(&self) -> Option<ErrorBody> {
        json::read(&self.body).map(|ErrorAnswer { error }| error)
    }
}
