//! Roles and accessible names, as far as targets need them.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, NodeList, ShadowRoot};

use crate::browser::property;

/// Which elements have a role without saying so, as a CSS selector. After "HTML Accessibility API Mappings".
const IMPLIED: [(&str, &str); 20] = [
    (
        "button",
        "button,summary,input:is([type=button],[type=submit],[type=reset],[type=image])",
    ),
    ("link", "a[href],area[href]"),
    (
        "textbox",
        "textarea,input:is(:not([type]),[type=text],[type=email],[type=tel],[type=url]):not([list])",
    ),
    ("searchbox", "input[type=search]:not([list])"),
    ("checkbox", "input[type=checkbox]"),
    ("radio", "input[type=radio]"),
    ("spinbutton", "input[type=number]"),
    ("slider", "input[type=range]"),
    ("combobox", "select:not([multiple],[size]),input[list]"),
    ("option", "option"),
    ("heading", "h1,h2,h3,h4,h5,h6"),
    ("img", "img,svg"),
    ("list", "ul,ol,menu"),
    ("listitem", "li"),
    ("table", "table"),
    ("row", "tr"),
    ("cell", "td"),
    ("dialog", "dialog"),
    ("navigation", "nav"),
    ("main", "main"),
];

/// A selector for whatever may have this role.
pub fn selector(role: &str) -> String {
    let mut selector = String::from("[role]");
    if let Some((_, implied)) = IMPLIED.iter().find(|(name, _)| *name == role) {
        selector.push(',');
        selector.push_str(implied);
    }
    selector
}

/// Whether an element has this role, given or implied.
pub fn has_role(element: &Element, role: &str) -> bool {
    match element.get_attribute("role") {
        Some(given) => given.split_ascii_whitespace().next() == Some(role),
        None => IMPLIED
            .iter()
            .find(|(name, _)| *name == role)
            .is_some_and(|(_, implied)| element.matches(implied) == Ok(true)),
    }
}

/// An element's accessible name: what labels it, else its content. After "Accessible Name and Description Computation",
/// without what only style sheets know.
pub fn name(element: &Element) -> String {
    labelled_by(element)
        .or_else(|| filled(element.get_attribute("aria-label")))
        .or_else(|| labels(element))
        .or_else(|| filled(element.get_attribute("alt")))
        .or_else(|| button_value(element))
        .or_else(|| filled(element.text_content()))
        .or_else(|| filled(element.get_attribute("title")))
        .or_else(|| filled(element.get_attribute("placeholder")))
        .unwrap_or_default()
}

/// Text with its white space folded.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut space = false;
    for letter in text.chars() {
        if letter.is_whitespace() {
            space = !folded.is_empty();
            continue;
        }
        if std::mem::take(&mut space) {
            folded.push(' ');
        }
        folded.push(letter);
    }
    folded
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| folded(&text))
        .filter(|text| !text.is_empty())
}

fn labelled_by(element: &Element) -> Option<String> {
    let ids = element.get_attribute("aria-labelledby")?;
    let scope = element.get_root_node();
    let mut name = String::new();
    for id in ids.split_ascii_whitespace() {
        // A root is a document or a shadow root; that of a frame is of another realm, so it is told by its shape.
        let labelling = if scope.node_type() == web_sys::Node::DOCUMENT_NODE {
            scope.unchecked_ref::<Document>().get_element_by_id(id)
        } else {
            scope.unchecked_ref::<ShadowRoot>().get_element_by_id(id)
        };
        if let Some(text) = labelling.and_then(|labelling| labelling.text_content()) {
            name.push(' ');
            name.push_str(&text);
        }
    }
    filled(Some(name))
}

fn labels(element: &Element) -> Option<String> {
    let labels = property(element, "labels");
    if !labels.is_object() {
        return None;
    }
    let labels: NodeList = labels.unchecked_into();
    filled(labels.get(0)?.text_content())
}

/// What an `<input>` that is a button says.
fn button_value(element: &Element) -> Option<String> {
    let is_button =
        element.matches("input:is([type=button],[type=submit],[type=reset])") == Ok(true);
    is_button
        .then(|| filled(element.get_attribute("value")))
        .flatten()
}
