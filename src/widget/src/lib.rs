//! The widget: browser bindings, capture, delivery, anchoring and the guides themselves.

use wasm_bindgen::prelude::*;

pub mod scene;

mod activity;
mod address;
mod anchor;
mod api;
mod backoff;
mod browser;
mod capture;
mod cut;
mod facts;
mod http;
mod identity;
mod ids;
mod json;
mod layer;
mod loader;
mod navigate;
mod outbox;
mod overlay;
mod progress;
mod queue;
mod rules;
mod runtime;
mod storage;
mod ui;
mod visit;

/// A third of the code of the standard library's allocator.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Starts the widget in the loader's page. Returns why not, when it does not start: the loader is of another build.
#[wasm_bindgen]
pub fn start(loader: loader::Loader) -> Option<String> {
    runtime::start(loader)
}

/// Takes one `banso(name, first, second)` of the host's. What was called before the widget could hear it comes with the
/// time, in milliseconds since the epoch, and the path of the page it was called at.
#[wasm_bindgen]
pub fn call(name: &JsValue, first: &JsValue, second: &JsValue, at: f64, page: &JsValue) {
    runtime::call(name, first, second, api::When::read(at, page));
}

/// What `banso('status')` adds to what the loader knows.
#[wasm_bindgen]
pub fn status() -> JsValue {
    runtime::status()
}
