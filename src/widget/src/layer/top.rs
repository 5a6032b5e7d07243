//! The top layer: popovers, and the host's modal dialogs, which make inert whatever is not in them.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MutationObserverInit};

use super::{Popover, focus, is_open};
use crate::anchor::{Frame, Listener, Observing, ancestors};
use crate::browser::{Phase, property, window};
use crate::loader;

const INERT: &str = "inert";

/// What is shown in the top layer, in its order, and the element that the root is a child of for it.
///
/// While a modal dialog or a fullscreen element of the host's is open, everything outside of it is inert or unseen, so the
/// root moves into it, shows its popovers again, and moves back when it closes or leaves the page. So it does with a popover
/// of the host's that a guide points into: a press anywhere else would close it.
pub struct Top {
    root: HtmlElement,
    shown: RefCell<Vec<HtmlElement>>,
    watch: RefCell<Option<Observing>>,
    /// Watches the dialog the root is in for leaving the page.
    kept: Cell<Option<Observing>>,
    listeners: Cell<Vec<Listener>>,
    frame: Cell<Option<Frame>>,
    moving: Cell<bool>,
    /// The popover of the host's that what a guide points at is in.
    near: RefCell<Option<Element>>,
}

impl Top {
    /// Puts `root` on the page. Nothing is watched until something is shown.
    pub fn new(root: &HtmlElement) -> Option<Rc<Self>> {
        let top = Rc::new(Self {
            root: root.clone(),
            shown: RefCell::default(),
            watch: RefCell::default(),
            kept: Cell::default(),
            listeners: Cell::default(),
            frame: Cell::default(),
            moving: Cell::new(false),
            near: RefCell::default(),
        });
        document_element()?.append_child(root).ok()?;
        Some(top)
    }

    /// Shows a popover over everything else, also over what the host showed since.
    pub fn show(self: &Rc<Self>, popover: &HtmlElement) {
        self.attend();
        self.take_out(popover);
        if is_open(popover) {
            hide(popover);
        }
        show(popover);
        if let Ok(mut shown) = self.shown.try_borrow_mut() {
            shown.push(popover.clone());
        }
    }

    /// Shows a popover if it is not shown.
    pub fn keep(self: &Rc<Self>, popover: &HtmlElement) {
        if !is_open(popover) {
            self.show(popover);
        }
    }

    /// Hides a popover.
    pub fn hide(&self, popover: &HtmlElement) {
        self.take_out(popover);
        if is_open(popover) {
            hide(popover);
        }
        if self.shown.try_borrow().is_ok_and(|shown| shown.is_empty()) {
            self.watch.take();
            self.listeners.take();
        }
    }

    /// What is shown points at this element of the page.
    pub fn beside(self: &Rc<Self>, target: &Element) {
        let is_popover = |element: &Element| {
            element.matches("[popover]:not([popover=manual]):popover-open") == Ok(true)
        };
        let mut around = ancestors(target).into_iter();
        self.near.replace(around.find(is_popover));
        self.settle();
    }

    /// The element in the page that a part of the interface is in: the root, or the host of a bar in the page's flow.
    #[must_use]
    pub fn host_of(&self, part: &HtmlElement) -> Option<Element> {
        property(&part.get_root_node(), "host").dyn_into().ok()
    }

    /// Whether the root is in a dialog of the host's.
    #[must_use]
    pub fn is_in_dialog(&self) -> bool {
        let parent: Option<Element> = self.root.parent_element();
        parent != document_element()
    }

    fn take_out(&self, popover: &HtmlElement) {
        if let Ok(mut shown) = self.shown.try_borrow_mut() {
            shown.retain(|other| other != popover && other.is_connected());
        }
    }

    /// Watches for dialogs from now on, and goes where the root has to be.
    fn attend(self: &Rc<Self>) {
        if self.watch.try_borrow().is_ok_and(|watch| watch.is_some()) {
            return;
        }
        let Some(document) = window().and_then(|window| window.document()) else {
            return;
        };
        let weak = Rc::downgrade(self);
        let watch = Observing::of_changes(move || soon(&weak));
        if let Some(watch) = &watch {
            let options = MutationObserverInit::new();
            options.set_attributes(true);
            options.set_attribute_filter(&js_sys::Array::of2(&"open".into(), &INERT.into()));
            options.set_subtree(true);
            watch.observe(&document, &options);
            if let Some(html) = document.document_element() {
                // A framework that swaps the page's children may drop the root with them.
                let options = MutationObserverInit::new();
                options.set_child_list(true);
                watch.observe(&html, &options);
            }
        }
        self.watch.replace(watch);
        let weak = Rc::downgrade(self);
        let changed = |name| {
            let weak = weak.clone();
            Listener::new(&document, name, Phase::Capture, move |_| soon(&weak))
        };
        self.listeners
            .set(["fullscreenchange", "toggle"].map(changed).into());
        self.settle();
    }

    /// Moves the root to where it can be seen and used.
    fn settle(self: &Rc<Self>) {
        // A focus lock makes everything inert that is not in its box.
        if self.root.remove_attribute(INERT).is_err() {
            loader::refused();
        }
        let near = self.near.try_borrow().ok().and_then(|near| near.clone());
        let Some(home) = home(&self.root, near.filter(is_open)) else {
            return;
        };
        if self.root.is_connected() && self.root.parent_element().as_ref() == Some(&home) {
            return;
        }
        if self.moving.replace(true) {
            return;
        }
        self.move_to(&home);
        self.moving.set(false);
    }

    fn move_to(self: &Rc<Self>, home: &Element) {
        let focused = focus::active().filter(|active| is_within(active, &self.root));
        let scrolled = scroll_positions(&self.root);
        if home.append_child(&self.root).is_err() {
            loader::refused();
            return;
        }
        let shown = self
            .shown
            .try_borrow()
            .map(|shown| shown.clone())
            .unwrap_or_default();
        for popover in &shown {
            show(popover);
        }
        for (element, top) in scrolled {
            element.set_scroll_top(top);
        }
        focus::restore(focused);
        self.keep_in(home);
    }

    /// Watches for the dialog to be taken out of the page: the root would go with it.
    fn keep_in(self: &Rc<Self>, home: &Element) {
        let in_page = Some(home) == document_element().as_ref();
        let document = window().and_then(|window| window.document());
        let kept = document.filter(|_| !in_page).and_then(|document| {
            let weak = Rc::downgrade(self);
            let kept = Observing::of_changes(move || soon(&weak))?;
            let options = MutationObserverInit::new();
            options.set_child_list(true);
            options.set_subtree(true);
            kept.observe(&document, &options);
            Some(kept)
        });
        self.kept.set(kept);
    }
}

/// Settles before the next painting, once.
fn soon(weak: &Weak<Top>) {
    let Some(top) = weak.upgrade() else {
        return;
    };
    let waiting = top.frame.take();
    let frame = waiting.or_else(|| {
        let weak = weak.clone();
        Frame::next(move || {
            if let Some(top) = weak.upgrade() {
                // The frame that runs now must live until it has returned.
                let running = top.frame.take();
                top.settle();
                drop(running);
            }
        })
    });
    top.frame.set(frame);
}

/// Where the root has to be: in the open popover, in the innermost open modal dialog, in the fullscreen element, else in
/// `<html>`.
fn home(root: &HtmlElement, popover: Option<Element>) -> Option<Element> {
    let document = window()?.document()?;
    let dialogs = document.query_selector_all("dialog:modal").ok()?;
    // A later one in the document is taken to be the later opened; one in another always is.
    let dialog = (0..dialogs.length())
        .rev()
        .filter_map(|at| dialogs.get(at))
        .map(JsCast::unchecked_into::<Element>)
        .find(|dialog| {
            !dialog.contains(Some(root)) || root.parent_element().as_ref() == Some(dialog)
        });
    let fullscreen = || {
        document
            .fullscreen_element()
            .filter(|element| element.matches("iframe,video,img,canvas") != Ok(true))
    };
    let outer = dialog.or_else(fullscreen).or_else(document_element);
    // One behind a dialog is of no use.
    popover
        .filter(|popover| {
            outer
                .as_ref()
                .is_some_and(|outer| outer.contains(Some(popover)))
        })
        .or(outer)
}

fn document_element() -> Option<Element> {
    window()?.document()?.document_element()
}

fn show(popover: &HtmlElement) {
    if popover.unchecked_ref::<Popover>().show().is_err() {
        loader::problem("a guide could not be shown: does this browser have popovers?");
    }
}

fn hide(popover: &HtmlElement) {
    if popover.unchecked_ref::<Popover>().hide().is_err() {
        loader::refused();
    }
}

/// Whether an element is in the root's shadow tree.
fn is_within(element: &HtmlElement, root: &HtmlElement) -> bool {
    let host = property(&element.get_root_node(), "host");
    js_sys::Object::is(&host, root)
}

/// What is scrolled in the root, and how far: a move forgets it.
fn scroll_positions(root: &HtmlElement) -> Vec<(Element, i32)> {
    let Some(found) = root
        .shadow_root()
        .and_then(|shadow| shadow.query_selector_all("[data-scrolls]").ok())
    else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.get(at))
        .map(JsCast::unchecked_into::<Element>)
        .map(|element| {
            let top = element.scroll_top();
            (element, top)
        })
        .filter(|(_, top)| *top > 0)
        .collect()
}
