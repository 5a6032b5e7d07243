//! What the loader (`www/banso.js`) offers the widget: the page's settings, the one signal that ends every listener,
//! and the way to the host's callbacks.

use std::cell::OnceCell;

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The loader of this page.
    #[derive(Clone)]
    pub type Loader;

    /// The build it loaded.
    #[wasm_bindgen(method, getter)]
    pub fn build(this: &Loader) -> String;

    /// The workspace's browser key.
    #[wasm_bindgen(method, getter)]
    pub fn key(this: &Loader) -> String;

    /// The collector's origin (and path, when it is below one), without a slash at its end.
    #[wasm_bindgen(method, getter)]
    pub fn collector(this: &Loader) -> String;

    /// Whether the script tag has `data-debug`.
    #[wasm_bindgen(method, getter)]
    pub fn debug(this: &Loader) -> bool;

    /// Aborted when the widget failed. Every listener on an object of the host's takes it.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Loader) -> web_sys::AbortSignal;

    /// As whom a failure is reported: a JSON object.
    #[wasm_bindgen(method)]
    pub fn speak(this: &Loader, sender: Option<&str>);

    /// Hands over what no signal ends: the loader calls its `disconnect`, `close` or `remove` when the widget failed.
    #[wasm_bindgen(method)]
    pub fn own(this: &Loader, thing: &JsValue);

    /// Takes it back, when it was ended here.
    #[wasm_bindgen(method)]
    pub fn disown(this: &Loader, thing: &JsValue);

    /// Adds a line to what `banso('status')` says is wrong.
    #[wasm_bindgen(method)]
    pub fn problem(this: &Loader, text: &str);

    /// One line on the console, for a call that cannot work.
    #[wasm_bindgen(method)]
    pub fn misuse(this: &Loader, text: &str);

    /// Calls the host's callbacks for an event, each in a task of its own. Returns whether there is one.
    #[wasm_bindgen(method)]
    pub fn emit(this: &Loader, name: &str, detail: &JsValue) -> bool;

    /// Calls `moved` whenever the page's address changed without a load.
    #[wasm_bindgen(method)]
    pub fn watch(this: &Loader, moved: &JsValue);
}

thread_local! {
    static LOADER: OnceCell<Loader> = const { OnceCell::new() };
}

/// Keeps the loader for [`loader`]. Returns whether it is the first.
pub fn keep(loader: Loader) -> bool {
    LOADER.with(|cell| cell.set(loader).is_ok())
}

/// The loader; none before the widget was started.
pub fn loader() -> Option<Loader> {
    LOADER.with(|cell| cell.get().cloned())
}

/// The page or the browser would not do what every page and browser does.
pub fn refused() {
    problem("the page refused a part of the widget");
}

/// Adds a line to what `banso('status')` says is wrong.
pub fn problem(text: &str) {
    if let Some(loader) = loader() {
        loader.problem(text);
    }
}
