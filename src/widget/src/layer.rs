//! `<banso-root>`: the one element in which everything lives, a child of `<html>` or of the host's open modal dialog.

mod focus;
mod quiet;
mod top;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{CssStyleSheet, Element, HtmlElement, ShadowRootInit, ShadowRootMode};

use crate::browser::window;
use crate::loader;

pub use focus::{Tabs, active, first_focusable, focus, is_typing, restore};
pub use quiet::{CLICK, INPUT, is_composing, on_escape, original};
pub use top::Top;

/// The root element with its open shadow root and its style sheets.
pub struct Layer {
    root: HtmlElement,
    mount: Element,
    theme: CssStyleSheet,
    sheets: js_sys::Array,
    top: Rc<Top>,
}

impl Layer {
    /// Puts the root on the page; `css` styles what is in it. None when the page is none, or too old for this.
    #[must_use]
    pub fn new(css: &str) -> Option<Self> {
        let theme = CssStyleSheet::new().ok()?;
        let sheet = CssStyleSheet::new().ok()?;
        sheet.replace_sync(css).ok()?;
        let sheets = js_sys::Array::of2(&sheet, &theme);
        let (root, mount) = host(&sheets)?;
        quiet::keep_all();
        let top = Top::new(&root)?;
        Some(Self {
            root,
            mount,
            theme,
            sheets,
            top,
        })
    }

    /// A host of its own in the page's flow, for what does not lie over the page, and the element to render in. It is
    /// dressed as the root is, and is put where it belongs by whoever asked for it.
    #[must_use]
    pub fn inline(&self) -> Option<(HtmlElement, Element)> {
        let (root, mount) = host(&self.sheets)?;
        let mut dressed = root.set_attribute("data-inline", "").is_ok();
        for name in ["class", "lang", "dir", "data-scheme"] {
            let value = self.mount.get_attribute(name).unwrap_or_default();
            dressed &= mount.set_attribute(name, &value).is_ok();
        }
        dressed.then_some((root, mount))
    }

    /// The element that the interface is rendered in.
    #[must_use]
    pub fn mount(&self) -> &Element {
        &self.mount
    }

    /// What is shown in the top layer, and where the root has to be for that.
    #[must_use]
    pub fn top(&self) -> &Rc<Top> {
        &self.top
    }

    /// Sets the theme's style sheet.
    pub fn set_theme(&self, css: &str) {
        if self.theme.replace_sync(css).is_err() {
            loader::refused();
        }
    }

    /// Sets the language and the direction of everything in the root.
    pub fn set_language(&self, locale: &str, right_to_left: bool, scheme: &str) {
        let direction = if right_to_left { "rtl" } else { "ltr" };
        for (name, value) in [
            ("class", "root"),
            ("lang", locale),
            ("dir", direction),
            ("data-scheme", scheme),
        ] {
            if self.mount.set_attribute(name, value).is_err() {
                loader::refused();
            }
        }
    }

    /// Takes the root away.
    pub fn remove(&self) {
        self.root.remove();
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        self.remove();
    }
}

/// An element with an open shadow root and the style sheets, and the element to render in.
fn host(sheets: &js_sys::Array) -> Option<(HtmlElement, Element)> {
    let document = window()?.document()?;
    let root: HtmlElement = document.create_element("banso-root").ok()?.unchecked_into();
    let shadow = root
        .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
        .ok()?;
    // Not a method of the bindings yet.
    crate::browser::set(&shadow, "adoptedStyleSheets", sheets);
    let mount = document.create_element("div").ok()?;
    shadow.append_child(&mount).ok()?;
    quiet::keep(&root);
    Some((root, mount))
}

/// The popover's methods, which older browsers lack.
#[wasm_bindgen]
extern "C" {
    type Popover;
    #[wasm_bindgen(method, structural, catch, js_name = showPopover)]
    fn show(this: &Popover) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = hidePopover)]
    fn hide(this: &Popover) -> Result<(), JsValue>;
}

/// Whether a popover is open.
fn is_open(element: &Element) -> bool {
    element.matches(":popover-open") == Ok(true)
}
