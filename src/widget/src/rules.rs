//! Which features a click, a page or a tracked name is a use of.

use std::iter::successors;

use banso_model::target::Target;
use banso_model::wire::FeatureRule;
use wasm_bindgen::prelude::*;
use web_sys::{Element, ShadowRoot};

use crate::anchor;
use crate::browser;
use crate::facts::Patterns;

/// Nothing in such an element is looked at: what is private, and the widget itself.
const DARK: &str = "[data-banso-private],banso-root";

/// Without a selector, what is meant is looked for in so many elements around a click: reading the text of more would take
/// long.
const NEAR: usize = 5;

/// The rules of a workspace's features, ready to be asked.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<FeatureRule>,
    /// Every selector of every click, in one: most clicks are told to be none by one question.
    selectors: String,
    /// Whether some click is told by text, role or name alone.
    wordy: bool,
}

/// What kind of act may be a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A click, or a key that does what a click does.
    Click,
    /// A form is submitted.
    Submit,
}

impl Rules {
    /// Prepares rules. Selectors the browser cannot read are left out.
    pub fn new(rules: Vec<FeatureRule>) -> Self {
        let mut prepared = Self {
            rules,
            ..Self::default()
        };
        let document = browser::window().and_then(|window| window.document());
        for rule in &mut prepared.rules {
            let Some(click) = &mut rule.on.click else {
                continue;
            };
            let had = !click.css.is_empty();
            click.css.retain(|css| {
                document
                    .as_ref()
                    .is_some_and(|document| document.query_selector(css).is_ok())
            });
            if had && click.css.is_empty() {
                rule.on.click = None;
                continue;
            }
            prepared.wordy |= !had;
            for css in &click.css {
                if !prepared.selectors.is_empty() {
                    prepared.selectors.push(',');
                }
                prepared.selectors.push_str(css);
            }
        }
        prepared
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The features that an act on `origin`, the innermost element of its composed path, is a use of.
    pub fn acted(&self, origin: &Element, act: Act) -> Vec<&str> {
        if self.selectors.is_empty() && !self.wordy {
            return Vec::new();
        }
        let mut scopes = scopes(origin);
        // What submits a form need not be in it.
        if act == Act::Submit
            && let Ok(form) = browser::property(origin, "form").dyn_into::<Element>()
        {
            scopes.push(form);
        }
        let is = |element: &Element, css: &str| matches!(element.closest(css), Ok(Some(_)));
        if scopes.iter().any(|element| is(element, DARK)) {
            return Vec::new();
        }
        let likely = self.wordy || scopes.iter().any(|element| is(element, &self.selectors));
        if !likely {
            return Vec::new();
        }
        self.rules
            .iter()
            .filter(|rule| {
                let click = rule.on.click.as_ref();
                click.is_some_and(|click| scopes.iter().any(|element| hits(click, element, act)))
            })
            .map(|rule| rule.id.as_str())
            .collect()
    }

    /// The features that opening a page is a use of. `before` is the address before, when it was the same page with
    /// another query or fragment.
    pub fn opened(&self, patterns: &Patterns, url: &str, before: Option<&str>) -> Vec<&str> {
        self.rules
            .iter()
            .filter(|rule| {
                rule.on.page.as_ref().is_some_and(|page| {
                    patterns.matches(page, url)
                        && !before.is_some_and(|before| patterns.matches(page, before))
                })
            })
            .map(|rule| rule.id.as_str())
            .collect()
    }

    /// The features that tracking a name is a use of.
    pub fn tracked<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.rules
            .iter()
            .filter(move |rule| rule.on.track.as_deref() == Some(name))
            .map(|rule| rule.id.as_str())
    }
}

#[wasm_bindgen]
extern "C" {
    type Slotted;
    #[wasm_bindgen(method, getter, js_name = assignedSlot)]
    fn slot(this: &Slotted) -> Option<Element>;
}

/// The element, and where its event comes into another tree on its way up: the slots it is shown in and the hosts of the
/// shadow trees it is in, as far as they are open; innermost first.
fn scopes(origin: &Element) -> Vec<Element> {
    let mut scopes = vec![origin.clone()];
    let mut at = origin.clone();
    loop {
        at = match (at.unchecked_ref::<Slotted>().slot(), at.parent_element()) {
            (None, Some(parent)) => {
                at = parent;
                continue;
            }
            (Some(slot), _) => slot,
            (None, None) => match at.get_root_node().dyn_into::<ShadowRoot>() {
                Ok(shadow) => shadow.host(),
                Err(_) => return scopes,
            },
        };
        scopes.push(at.clone());
    }
}

/// Whether an act in this element is an act on (or in) what a target describes. A form is used by being submitted, not
/// by being clicked into.
fn hits(target: &Target, element: &Element, act: Act) -> bool {
    let is_meant = |candidate: &Element| {
        (act == Act::Submit || candidate.tag_name() != "FORM") && anchor::fits(target, candidate)
    };
    if target.css.is_empty() {
        let around = successors(Some(element.clone()), |inner| inner.parent_element());
        return around.take(NEAR).any(|candidate| is_meant(&candidate));
    }
    target.css.iter().any(|css| {
        let closest = |from: &Element| from.closest(css).ok().flatten();
        let further = |found: &Element| found.parent_element().as_ref().and_then(closest);
        successors(closest(element), further).any(|candidate| is_meant(&candidate))
    })
}
