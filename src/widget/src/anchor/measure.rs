//! Where an element is in the viewport, and how much of it is seen.

use banso_engine::place::Rect;
use wasm_bindgen::JsCast;
use web_sys::{
    CssStyleDeclaration, DomRect, Element, HtmlElement, ScrollBehavior, ScrollIntoViewOptions,
    ScrollLogicalPosition, ShadowRoot, Window,
};

use crate::browser::window;

/// The visible part of the page, without its scroll bars.
#[must_use]
pub fn viewport() -> Rect {
    let Some(window) = window() else {
        return Rect::default();
    };
    let inner = |size: Result<wasm_bindgen::JsValue, _>| {
        size.ok().and_then(|size| size.as_f64()).unwrap_or(0.0)
    };
    let (width, height) = (inner(window.inner_width()), inner(window.inner_height()));
    // The root's client width leaves the scroll bar out.
    let without_bar = window
        .document()
        .and_then(|document| document.document_element())
        .map_or(0, |root| root.client_width());
    Rect {
        x: 0.0,
        y: 0.0,
        width: if without_bar > 0 {
            f64::from(without_bar).min(width)
        } else {
            width
        },
        height,
    }
}

/// An element and what may clip it, found once.
pub struct Measured {
    element: Element,
    /// Ancestors that clip it, each with how many frames lie between it and the element.
    clips: Vec<(Element, usize)>,
    /// The frames it is in, innermost first.
    frames: Vec<Element>,
}

impl Measured {
    /// Looks for what clips an element: ancestors that scroll or hide what leaves them, and the frames it is in.
    pub fn new(element: &Element) -> Self {
        let mut clips = Vec::new();
        let mut frames: Vec<Element> = Vec::new();
        let mut fixed = false;
        let mut inner = element.clone();
        loop {
            fixed |= style(&inner).is_some_and(|style| is(&style, "position", "fixed"));
            let outer = match parent(&inner) {
                Some(parent) => parent,
                None => match frame_of(&inner) {
                    Some(frame) => {
                        fixed = false;
                        frames.push(frame.clone());
                        clips.push((frame.clone(), frames.len()));
                        frame
                    }
                    None => break,
                },
            };
            let is_page = matches!(outer.local_name().as_str(), "html" | "body");
            if !fixed && !is_page && style(&outer).is_some_and(|style| clips_content(&style)) {
                clips.push((outer.clone(), frames.len()));
            }
            inner = outer;
        }
        Self {
            element: element.clone(),
            clips,
            frames,
        }
    }

    /// The element's box and what its ancestors leave visible of it.
    pub fn now(&self) -> (Rect, Option<Rect>) {
        let rect = self.placed(&self.element, 0);
        let mut clip: Option<Rect> = None;
        for (ancestor, depth) in &self.clips {
            let rect = self.placed(ancestor, *depth);
            clip = Some(match clip {
                // What has nothing in common leaves nothing visible.
                Some(clip) => clip.common(&rect).unwrap_or(Rect {
                    width: 0.0,
                    height: 0.0,
                    ..rect
                }),
                None => rect,
            });
        }
        (rect, clip)
    }

    /// The box of an element, which is not in the first `depth` of the frames.
    fn placed(&self, element: &Element, depth: usize) -> Rect {
        let mut rect = rect_of(element);
        for frame in self.frames.iter().skip(depth) {
            let outer = rect_of(frame);
            // A frame may be shown bigger or smaller than it is.
            let laid_out = f64::from(frame.unchecked_ref::<HtmlElement>().offset_width());
            let scale = outer.width / laid_out.max(1.0);
            let style = style(frame);
            let inset = |border: i32, padding| {
                let padding = style
                    .as_ref()
                    .and_then(|style| style.get_property_value(padding).ok());
                f64::from(border) + js_sys::parse_float(&padding.unwrap_or_default())
            };
            rect = Rect {
                x: outer.x + (rect.x + inset(frame.client_left(), "padding-left")) * scale,
                y: outer.y + (rect.y + inset(frame.client_top(), "padding-top")) * scale,
                width: rect.width * scale,
                height: rect.height * scale,
            };
        }
        rect
    }

    /// Whether its user can see the middle of what a box, cut by a clip and the viewport, leaves: it is not scrolled away,
    /// and nothing that stays while the page scrolls lies over it.
    pub fn is_in_sight(&self, rect: &Rect, clip: Option<Rect>, viewport: &Rect) -> bool {
        let visible = match clip {
            Some(clip) => rect.common(&clip),
            None => Some(*rect),
        };
        let element = self.frames.last().unwrap_or(&self.element);
        visible
            .and_then(|visible| visible.common(viewport))
            .is_some_and(|visible| !is_covered(element, &visible))
    }
}

/// Brings an element into sight when it is not, in the middle, where no sticky header covers it.
pub fn reveal(element: &Element) {
    let measured = Measured::new(element);
    let (rect, clip) = measured.now();
    let viewport = viewport();
    let room = clip.map_or(Some(viewport), |clip| clip.common(&viewport));
    if room.is_some_and(|room| room.holds(&rect)) && measured.is_in_sight(&rect, clip, &viewport) {
        return;
    }
    let options = ScrollIntoViewOptions::new();
    let tall = rect.height > viewport.height * 0.8;
    options.set_block(if tall {
        ScrollLogicalPosition::Start
    } else {
        ScrollLogicalPosition::Center
    });
    options.set_inline(ScrollLogicalPosition::Nearest);
    options.set_behavior(if wants_stillness() {
        ScrollBehavior::Instant
    } else {
        ScrollBehavior::Smooth
    });
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Whether something that stays while the page scrolls lies over the middle of a box of an element of the page.
fn is_covered(element: &Element, rect: &Rect) -> bool {
    let Some(document) = window().and_then(|window| window.document()) else {
        return false;
    };
    let (x, y) = (rect.x + rect.width / 2.0, rect.y + rect.height / 2.0);
    let found = document.elements_from_point(x as f32, y as f32);
    let mut above = (0..found.length())
        .map(|at| found.get(at).unchecked_into::<Element>())
        // What a step keeps the pointer from is still seen.
        .find(|top| top.local_name() != "banso-root");
    while let Some(cover) = above {
        // A dialog takes the guide in, so that it is used over what the dialog covers.
        if within(element, &cover)
            || cover.contains(Some(element))
            || cover.matches(":modal") == Ok(true)
        {
            return false;
        }
        let stays = style(&cover).is_some_and(|style| {
            is(&style, "position", "fixed") || is(&style, "position", "sticky")
        });
        if stays {
            return true;
        }
        above = parent(&cover);
    }
    false
}

/// Whether an element is the other or in it, or holds it, through shadow roots.
fn within(element: &Element, other: &Element) -> bool {
    element.contains(Some(other)) || ancestors(element).contains(other)
}

/// Whether the user asked for less movement.
fn wants_stillness() -> bool {
    window()
        .and_then(|window| {
            window
                .match_media("(prefers-reduced-motion: reduce)")
                .ok()
                .flatten()
        })
        .is_some_and(|query| query.matches())
}

/// The parent as it is laid out: through slots and shadow roots.
fn parent(element: &Element) -> Option<Element> {
    let slot = crate::browser::property(element, "assignedSlot");
    if slot.is_object() {
        return Some(slot.unchecked_into());
    }
    element.parent_element().or_else(|| {
        let root = element.get_root_node();
        let shadow: &ShadowRoot = root.dyn_ref()?;
        Some(shadow.host())
    })
}

/// The ancestors of an element, innermost first, through shadow roots but not out of its frame.
pub fn ancestors(element: &Element) -> Vec<Element> {
    std::iter::successors(parent(element), parent).collect()
}

/// The window an element is in.
pub fn view_of(element: &Element) -> Option<Window> {
    element.owner_document()?.default_view()
}

/// The frame an element is in; none in the page itself.
fn frame_of(element: &Element) -> Option<Element> {
    let view = view_of(element)?;
    if window().as_ref() == Some(&view) {
        return None;
    }
    view.frame_element().ok().flatten()
}

fn style(element: &Element) -> Option<CssStyleDeclaration> {
    view_of(element)?.get_computed_style(element).ok().flatten()
}

fn clips_content(style: &CssStyleDeclaration) -> bool {
    !is(style, "overflow-x", "visible") || !is(style, "overflow-y", "visible")
}

fn is(style: &CssStyleDeclaration, property: &str, value: &str) -> bool {
    style
        .get_property_value(property)
        .is_ok_and(|have| have == value)
}

/// The box of an element in its own viewport; of one that has none (`display: contents`) that of what is in it.
pub fn rect_of(element: &Element) -> Rect {
    let zoom = zoom(element);
    let rect = |rect: DomRect| Rect {
        x: rect.x() * zoom,
        y: rect.y() * zoom,
        width: rect.width() * zoom,
        height: rect.height() * zoom,
    };
    let own = rect(element.get_bounding_client_rect());
    if own.has_area() {
        return own;
    }
    let range = element
        .owner_document()
        .and_then(|document| document.create_range().ok())
        .filter(|range| range.select_node_contents(element).is_ok());
    range.map_or(own, |range| rect(range.get_bounding_client_rect()))
}

/// How many pixels of the viewport one of an element's own is, where boxes are in those: until `zoom` was standardised,
/// and `currentCSSZoom` came with that.
fn zoom(element: &Element) -> f64 {
    if !crate::browser::property(element, "currentCSSZoom").is_undefined() {
        return 1.0;
    }
    std::iter::successors(Some(element.clone()), parent)
        .filter_map(|element| style(&element)?.get_property_value("zoom").ok())
        .map(|zoom| js_sys::parse_float(&zoom))
        .filter(|zoom| *zoom > 0.0)
        .product()
}
