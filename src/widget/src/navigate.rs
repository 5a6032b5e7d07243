//! Opening an address the way the host does it.
//!
//! A product that routes by history takes a click on one of its links, not `location.assign`, which would load the page
//! anew. So in order: the host's own `banso('on', 'open', …)`; a link on the page that leads there, clicked; a link of
//! our own, clicked, which products that listen on the document take for theirs and the browser follows otherwise.
//! The Navigation API's `navigate` is not used: a product that routes by `history.pushState` does not hear it, and
//! where one does it hears clicks as well.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlAnchorElement, Url, Window};

use crate::browser;
use crate::loader;

thread_local! {
    static CLICKING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a click that is being seen is ours.
pub fn is_clicking() -> bool {
    CLICKING.get()
}

/// Opens a path of the host, or another site in a tab of its own. Anything but http and https stays closed.
pub fn open(address: &str) {
    let Some(window) = browser::window() else {
        return;
    };
    let Ok(here) = window.location().href() else {
        return;
    };
    let Ok(url) = Url::new_with_base(address, &here) else {
        return;
    };
    if !matches!(url.protocol().as_str(), "https:" | "http:") {
        return;
    }
    if window
        .location()
        .origin()
        .is_ok_and(|origin| origin != url.origin())
    {
        if window
            .open_with_url_and_target_and_features(&url.href(), "_blank", "noopener")
            .is_err()
        {
            loader::problem("the browser kept a tab from opening");
        }
        return;
    }
    let taken = loader::loader().is_some_and(|loader| loader.emit("open", &url.href().into()));
    if !taken {
        CLICKING.set(true);
        follow(&window, &url.href());
        CLICKING.set(false);
    }
}

fn follow(window: &Window, href: &str) {
    let Some(document) = window.document() else {
        return;
    };
    match link(&document, href) {
        Some(link) => link.click(),
        None => follow_own(&document, href),
    }
}

/// A link of the page that leads there in this tab.
fn link(document: &Document, href: &str) -> Option<HtmlAnchorElement> {
    let links = document
        .query_selector_all("a[href]:not([target=_blank],[download])")
        .ok()?;
    let links = (0..links.length())
        .filter_map(|place| links.item(place)?.dyn_into::<HtmlAnchorElement>().ok());
    links.into_iter().find(|link| link.href() == href)
}

fn follow_own(document: &Document, href: &str) {
    let made = document
        .create_element("a")
        .ok()
        .and_then(|made| made.dyn_into::<HtmlAnchorElement>().ok());
    if let Some((link, body)) = made.zip(document.body()) {
        link.set_href(href);
        link.set_hidden(true);
        if body.append_child(&link).is_ok() {
            link.click();
            link.remove();
        }
    }
}
