//! What tells that a found element has moved or changed its size.

use banso_model::time::digits;
use std::rc::Rc;

use banso_engine::place::Rect;
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserverInit};

use super::measure::{view_of, viewport};
use super::owned::{Listener, Observing};
use crate::browser::{Phase, window};

/// Everything that senses one element. Nothing here polls.
pub struct Sensors {
    news: Rc<dyn Fn()>,
    element: Element,
    _resize: Option<Observing>,
    moved: Option<Observing>,
    _listeners: Vec<Listener>,
}

impl Sensors {
    /// Senses `element` from now on; `news` is called whenever it may be elsewhere than before.
    pub fn new(element: &Element, news: Rc<dyn Fn()>) -> Self {
        let resized = Rc::clone(&news);
        let resize = sizes(element, move || resized());
        Self {
            _resize: resize,
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
        self.moved = observing(&self.element, "IntersectionObserver", &options, move || {
            if !std::mem::take(&mut first) {
                news();
            }
        });
    }
}

/// Watches the size of an element.
pub fn sizes(element: &Element, news: impl FnMut() + 'static) -> Option<Observing> {
    observing(element, "ResizeObserver", &JsValue::UNDEFINED, news)
}

/// An observer of an element, of the window that the element is in: one of another window cannot tell when it is laid out.
fn observing(
    element: &Element,
    class: &str,
    settings: &JsValue,
    news: impl FnMut() + 'static,
) -> Option<Observing> {
    let observing = Observing::new(&view_of(element)?, class, settings, news)?;
    observing.observe(element, &JsValue::UNDEFINED);
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
    listeners
}
