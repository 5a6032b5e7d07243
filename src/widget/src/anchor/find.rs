//! Finding the element that is meant.

use banso_engine::reduce::has_part;
use banso_model::target::Target;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlIFrameElement, Node, NodeList};

use super::measure::rect_of;
use super::name::{folded, has_role, name, selector};
use crate::browser::{property, window};

/// Whether a match must be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It must have a box that nothing hides.
    Visible,
    /// It need only be there.
    OrNot,
}

#[wasm_bindgen]
extern "C" {
    /// A document, a shadow root or an element: what can be searched. Those of a frame are of another realm, so they are
    /// told by what they can do.
    #[derive(PartialEq)]
    #[wasm_bindgen(extends = Node)]
    pub type Scope;

    #[wasm_bindgen(method, structural, catch, js_name = querySelectorAll)]
    fn all(this: &Scope, css: &str) -> Result<NodeList, JsValue>;

    #[wasm_bindgen(method, structural, getter)]
    fn children(this: &Scope) -> web_sys::HtmlCollection;

    type Checked;

    #[wasm_bindgen(method, structural, catch, js_name = checkVisibility)]
    fn check_visibility(this: &Checked, options: &JsValue) -> Result<bool, JsValue>;
}

/// The one match of the first candidate that has one; with `nth`, that one of several.
///
/// Candidates are each CSS selector, then, where there is text, a role or a name, whatever has those. Text, role and name
/// must hold of a selector's match too.
pub fn find(target: &Target, seen: Seen) -> Option<Element> {
    let scope = scopes(target)
        .pop()
        .filter(|(_, depth)| *depth == target.within.len())?
        .0;
    let by_selector = target.css.iter().find_map(|css| {
        let found = scope.all(css).ok()?;
        pick(target, seen, elements(&found))
    });
    by_selector.or_else(|| {
        if let Some(role) = &target.role {
            let found = scope.all(&selector(role)).ok()?;
            return pick(target, seen, elements(&found));
        }
        if !target.text.is_empty() {
            let mut found = Vec::new();
            for text in &target.text {
                innermost(&scope, &folded(text), &mut found);
            }
            return pick(target, seen, found);
        }
        if target.css.is_empty() && !target.name.is_empty() {
            let found = scope
                .all("button,a[href],input,select,textarea,summary,[role],[aria-label],[aria-labelledby]")
                .ok()?;
            return pick(target, seen, elements(&found));
        }
        None
    })
}

/// The scopes to look in, outermost first, each with how many steps of the path lead to it. The last one is the one
/// that is searched when the whole path leads there; all of them are watched while it does not.
pub fn scopes(target: &Target) -> Vec<(Scope, usize)> {
    let Some(document) = window().and_then(|window| window.document()) else {
        return Vec::new();
    };
    let mut scopes = vec![(document.unchecked_into::<Scope>(), 0)];
    for (depth, css) in target.within.iter().enumerate() {
        let inner = scopes.last().and_then(|(scope, _)| {
            let found = scope.all(css).ok()?;
            elements(&found).into_iter().find_map(|host| inside(&host))
        });
        match inner {
            Some(inner) => scopes.push((inner, depth + 1)),
            None => break,
        }
    }
    scopes
}

/// What is inside an open shadow host or a same-origin frame.
fn inside(host: &Element) -> Option<Scope> {
    if let Some(shadow) = host.shadow_root() {
        return Some(shadow.unchecked_into());
    }
    let frame: &HtmlIFrameElement = host.dyn_ref()?;
    frame.content_document().map(JsCast::unchecked_into)
}

fn elements(found: &NodeList) -> Vec<Element> {
    (0..found.length())
        .filter_map(|at| found.get(at))
        .map(JsCast::unchecked_into)
        .collect()
}

fn pick(target: &Target, seen: Seen, found: Vec<Element>) -> Option<Element> {
    let mut matching = found
        .into_iter()
        .filter(|element| fits(target, element) && (seen == Seen::OrNot || is_visible(element)));
    match target.nth {
        Some(nth) => matching.nth(usize::try_from(nth).ok()?),
        None => {
            let only = matching.next()?;
            matching.next().is_none().then_some(only)
        }
    }
}

/// Whether an element has the text, the role and the name that are meant.
pub fn fits(target: &Target, element: &Element) -> bool {
    let has_text = || {
        let text = folded(&element.text_content().unwrap_or_default());
        target.text.iter().any(|wanted| folded(wanted) == text)
    };
    let has_name = || {
        let name = name(element);
        target.name.iter().any(|wanted| folded(wanted) == name)
    };
    target
        .role
        .as_ref()
        .is_none_or(|role| has_role(element, role))
        && (target.text.is_empty() || has_text())
        && (target.name.is_empty() || has_name())
}

/// Adds the innermost elements with exactly this text; where that is all a control says, the control.
fn innermost(scope: &Scope, text: &str, found: &mut Vec<Element>) {
    let children = scope.children();
    for child in (0..children.length()).filter_map(|at| children.item(at)) {
        let content = folded(&child.text_content().unwrap_or_default());
        if !has_part(&content, text) || child.matches("script,style,template") == Ok(true) {
            continue;
        }
        let before = found.len();
        innermost(child.unchecked_ref(), text, found);
        if found.len() == before && content == text {
            let control = child
                .closest(
                    "a,button,summary,label,[role=button],[role=link],[role=menuitem],[role=tab]",
                )
                .ok()
                .flatten()
                .filter(|control| folded(&control.text_content().unwrap_or_default()) == text);
            found.push(control.unwrap_or(child));
        }
    }
}

/// Whether an element that was found still is what is meant, and can be seen.
pub fn stands(target: &Target, element: &Element) -> bool {
    let css = &target.css;
    is_visible(element)
        && (css.is_empty() || css.iter().any(|css| element.matches(css) == Ok(true)))
        && fits(target, element)
}

/// Whether an element has a box that nothing hides.
pub fn is_visible(element: &Element) -> bool {
    if !element.is_connected() || !rect_of(element).has_area() {
        return false;
    }
    // One without a box of its own is seen where what is in it is.
    let inner = element.first_element_child();
    let element = match &inner {
        Some(inner) if element.get_client_rects().length() == 0 => inner,
        _ => element,
    };
    let options = js_sys::Object::new();
    let asked = js_sys::Reflect::set(&options, &"visibilityProperty".into(), &JsValue::TRUE);
    // A browser that cannot tell leaves it at the box.
    asked.is_err()
        || element
            .unchecked_ref::<Checked>()
            .check_visibility(&options)
            .unwrap_or(true)
}

/// Whether a control is disabled.
pub fn is_disabled(element: &Element) -> bool {
    element.matches(":disabled,[aria-disabled=true],[inert],[inert] *") == Ok(true)
}

/// Whether a field has something in it.
pub fn is_filled(element: &Element) -> bool {
    if element.matches("input:is([type=checkbox],[type=radio])") == Ok(true) {
        return property(element, "checked").is_truthy();
    }
    match property(element, "value").as_string() {
        Some(value) => !value.is_empty(),
        None => element
            .text_content()
            .is_some_and(|text| !folded(&text).is_empty()),
    }
}
