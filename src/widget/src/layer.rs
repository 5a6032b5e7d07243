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
pub use quiet::on_escape;
pub use top::Top;

/// The root element with its open shadow root and its style sheets.
pub struct Layer {
    root: HtmlElement,
    mount: Element,
    theme: CssStyleSheet,
    top: Rc<Top>,
}

impl Layer {
    /// Puts the root on the page; `css` styles what is in it. None when the page is none, or too old for this.
    #[must_use]
    pub fn new(css: &str) -> Option<Self> {
        let document = window()?.document()?;
        let root: HtmlElement = document.create_element("banso-root").ok()?.unchecked_into();
        let shadow = root
            .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
            .ok()?;
        let theme = CssStyleSheet::new().ok()?;
        let sheet = CssStyleSheet::new().ok()?;
        sheet.replace_sync(css).ok()?;
        // Not a method of the bindings yet.
        js_sys::Reflect::set(
            &shadow,
            &"adoptedStyleSheets".into(),
            &js_sys::Array::of2(&sheet, &theme),
        )
        .ok()?;
        let mount = document.create_element("div").ok()?;
        shadow.append_child(&mount).ok()?;
        quiet::keep(&root);
        let top = Top::new(&root)?;
        Some(Self {
            root,
            mount,
            theme,
            top,
        })
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
            loader::problem("the theme could not be set");
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
                loader::problem("the language could not be set");
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
