//! What tells that a found element has moved, changed its size, was hidden or taken away.

use banso_model::time::digits;
use std::rc::Rc;

use banso_engine::place::Rect;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, IntersectionObserver, IntersectionObserverInit, MutationObserver,
    MutationObserverInit, ResizeObserver,
};

use super::measure::{ancestors, view_of, viewport};
use super::owned::{Listener, Observing};
use crate::browser::{Phase, property, window};

/// Everything that senses one element. Nothing here polls.
pub struct Sensors {
    news: Rc<dyn Fn()>,
    element: Element,
    _resize: Option<Observing<ResizeObserver>>,
    _hidden: Option<Observing<MutationObserver>>,
    moved: Option<Observing<IntersectionObserver>>,
    _listeners: Vec<Listener>,
}

impl Sensors {
    /// Senses `element` from now on; `news` is called whenever it may be elsewhere than before.
    pub fn new(element: &Element, news: Rc<dyn Fn()>) -> Self {
        let resize = Observing::new(call(&news), |callback| {
            made::<ResizeObserver>(element, "ResizeObserver", &js_sys::Array::of1(callback))
        });
        if let Some(resize) = &resize {
            resize.observer().observe(element);
        }
        Self {
            _resize: resize,
            _hidden: watch_hiding(element, &news),
            moved: None,
            _listeners: listeners(element, &news),
            element: element.clone(),
            news,
        }
    }

    /// The element is here and still: from now on tell when it leaves `rect`, for whatever reason.
    ///
    /// An intersection observer whose root is cut down to just that box says so at the first pixel.
    pub fn settled(&mut self, rect: &Rect) {
        let page = viewport();
        let Some(seen) = rect.common(&page) else {
            self.moved = None;
            return;
        };
        // Out by one pixel, so that rounding alone is no movement; a bigger one shows at the next threshold.
        let margin = [
            -(seen.y.floor()) as i32,
            -((page.width - seen.right()).floor()) as i32,
            -((page.height - seen.bottom()).floor()) as i32,
            -(seen.x.floor()) as i32,
        ];
        let options = IntersectionObserverInit::new();
        let mut margins = String::new();
        for px in margin {
            margins.push_str(&digits(i64::from(px.min(0))));
            margins.push_str("px ");
        }
        options.set_root_margin(&margins);
        let share = seen.width * seen.height / (rect.width * rect.height);
        options.set_threshold_f64(if share > 0.99 { 1.0 } else { share * 0.99 });
        let news = Rc::clone(&self.news);
        // The first report is of where the element is already.
        let mut first = true;
        self.moved = Observing::new(
            move || {
                if !std::mem::take(&mut first) {
                    news();
                }
            },
            |callback| {
                let given = js_sys::Array::of2(callback, &options);
                made::<IntersectionObserver>(&self.element, "IntersectionObserver", &given)
            },
        );
        if let Some(moved) = &self.moved {
            moved.observer().observe(&self.element);
        }
    }
}

/// An observer of the window that the element is in: one of another window cannot tell when it is laid out.
fn made<T: JsCast>(element: &Element, class: &str, given: &js_sys::Array) -> Result<T, JsValue> {
    let view = view_of(element).ok_or(JsValue::NULL)?;
    js_sys::Reflect::construct(
        property(&view, class).unchecked_ref::<js_sys::Function>(),
        given,
    )
    .map(JsCast::unchecked_into)
}

fn call(news: &Rc<dyn Fn()>) -> impl FnMut() + 'static {
    let news = Rc::clone(news);
    move || news()
}

/// A class or a style of an ancestor that hides or disables what is in it.
fn watch_hiding(element: &Element, news: &Rc<dyn Fn()>) -> Option<Observing<MutationObserver>> {
    let observing = Observing::new(call(news), MutationObserver::new)?;
    let options = MutationObserverInit::new();
    options.set_attributes(true);
    for node in std::iter::once(element.clone()).chain(ancestors(element)) {
        if observing
            .observer()
            .observe_with_options(&node, &options)
            .is_err()
        {
            crate::loader::problem("a part of the page could not be watched");
        }
    }
    Some(observing)
}

/// Scrolling of whatever scrolls, the window's size, and movement that begins or ends by style sheet.
fn listeners(element: &Element, news: &Rc<dyn Fn()>) -> Vec<Listener> {
    let mut listeners = Vec::new();
    let mut listen = |on: &web_sys::EventTarget, name| {
        let news = Rc::clone(news);
        listeners.push(Listener::new(on, name, Phase::Capture, move |_| news()));
    };
    let page = window();
    for view in [
        page.clone(),
        view_of(element).filter(|view| Some(view) != page.as_ref()),
    ]
    .into_iter()
    .flatten()
    {
        for name in ["scroll", "resize", "transitionrun", "animationstart"] {
            listen(&view, name);
        }
    }
    // A frame that loads another page takes the element away without a word to anyone.
    if let Some(document) = page.and_then(|page| page.document()) {
        listen(&document, "load");
    }
    listeners
}
