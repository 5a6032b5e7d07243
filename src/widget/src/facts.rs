//! What the browser knows when it finishes a condition that the collector began.

use std::cell::RefCell;

use banso_engine::reduce::{Facts, Known};
use banso_model::condition::{By, Condition, Device, FeatureUse, GuideState};
use banso_model::named::Named;
use banso_model::target::{ElementState, Target};
use banso_model::time::Timestamp;
use banso_model::value::Value;
use banso_model::wire;
use wasm_bindgen::prelude::*;

use crate::anchor;
use crate::browser;
use crate::loader;
use crate::overlay::Overlay;
use crate::progress::Memory;

/// What is known in this page now.
pub struct PageFacts<'a> {
    /// What the collector knew of this user.
    pub facts: &'a wire::Facts,
    /// Uses it did not know of.
    pub overlay: &'a Overlay,
    /// What this device knows of guides.
    pub memory: &'a Memory,
    /// What was answered in this page, by `survey/question`.
    pub answered: &'a Named<Value>,
    /// Ids of the items of the checklists that were fetched.
    pub lists: &'a Named<Vec<String>>,
    /// The page's address.
    pub url: &'a str,
    /// The browser's URL patterns.
    pub patterns: &'a Patterns,
    /// The user's locale.
    pub locale: &'a str,
    /// The time.
    pub now: Timestamp,
    /// The elements that were asked about: a change of the page may change those answers.
    pub elements: RefCell<Vec<Target>>,
}

impl Facts for PageFacts<'_> {
    fn feature(&self, uses: &FeatureUse) -> Known<u64> {
        if uses.by == By::Account {
            return Known::Elsewhere;
        }
        let days = uses.within.map(|within| within.whole_days().unwrap_or(1));
        Known::Is(
            self.overlay
                .count(self.facts, &uses.feature, days, self.now),
        )
    }

    fn guide(&self, guide: &str, state: GuideState) -> Known<bool> {
        let progress = self.memory.guide(self.facts, guide);
        Known::Is(progress.is_some_and(|progress| progress.is(state)))
    }

    fn item(&self, item: &str) -> Known<bool> {
        Known::Is(self.memory.item(self.facts, item))
    }

    fn items(&self, list: &str) -> Known<&[String]> {
        Known::from_option(self.lists.get(list).map(Vec::as_slice))
    }

    fn answer(&self, question: &str) -> Known<&Value> {
        let here = self.answered.get(question);
        Known::from_option(here.or_else(|| self.facts.answers.get(question)))
    }

    fn page(&self, pattern: &str) -> Known<bool> {
        Known::Is(self.patterns.matches(pattern, self.url))
    }

    fn element(&self, target: &Target, state: ElementState) -> Known<bool> {
        if let Ok(mut elements) = self.elements.try_borrow_mut()
            && !elements.contains(target)
        {
            elements.push(target.clone());
        }
        Known::Is(anchor::is(target, state))
    }

    fn device(&self) -> Known<Device> {
        Known::Is(device())
    }

    fn locale(&self) -> Known<&str> {
        Known::Is(self.locale)
    }

    fn now(&self) -> Known<Timestamp> {
        Known::Is(self.now)
    }
}

/// When the answer to a condition changes next by time alone.
pub fn next_change(condition: &Condition, now: Timestamp) -> Option<Timestamp> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().filter_map(|part| next_change(part, now)).min()
        }
        Condition::Not(part) => next_change(part, now),
        Condition::Time(window) => [window.after, window.before]
            .into_iter()
            .flatten()
            .filter(|at| *at > now)
            .min(),
        _ => None,
    }
}

/// The kind of device, by the viewport's width and the pointer.
fn device() -> Device {
    let Some(window) = browser::window() else {
        return Device::Desktop;
    };
    let width = window.inner_width().ok().and_then(|width| width.as_f64());
    if width.is_some_and(|width| width < 640.0) {
        return Device::Phone;
    }
    let coarse = window.match_media("(pointer: coarse)").ok().flatten();
    if coarse.is_some_and(|query| query.matches()) {
        Device::Tablet
    } else {
        Device::Desktop
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = URLPattern)]
    type UrlPattern;

    #[wasm_bindgen(catch, constructor, js_class = "URLPattern")]
    fn new(pattern: &str, base: &str) -> Result<UrlPattern, JsValue>;

    #[wasm_bindgen(method)]
    fn test(this: &UrlPattern, url: &str) -> bool;
}

/// The browser's own URL patterns, each made once.
#[derive(Default)]
pub struct Patterns {
    made: RefCell<Named<Option<UrlPattern>>>,
}

impl Patterns {
    /// Whether a URL matches a pattern. A pattern that is none matches nothing.
    pub fn matches(&self, pattern: &str, url: &str) -> bool {
        let Ok(mut made) = self.made.try_borrow_mut() else {
            return false;
        };
        if !made.contains_key(pattern) {
            made.insert(pattern.to_owned(), compiled(pattern));
        }
        let pattern = made.get(pattern).and_then(Option::as_ref);
        pattern.is_some_and(|pattern| pattern.test(url))
    }
}

/// The pattern, when it is one and the browser knows of them.
fn compiled(pattern: &str) -> Option<UrlPattern> {
    if !browser::property(&js_sys::global(), "URLPattern").is_function() {
        loader::problem(
            "this browser has no URLPattern: what depends on a page's address is not shown",
        );
        return None;
    }
    UrlPattern::new(pattern, &origin()).ok()
}

fn origin() -> String {
    let location = browser::window().map(|window| window.location());
    location
        .and_then(|location| location.origin().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_model::condition::TimeWindow;

    #[track_caller]
    fn check(json: &str, now: &str, next: Option<&str>) {
        let condition: Condition = serde_json::from_str(json).expect(json);
        let at = |text: &str| Timestamp::parse(text).expect(text);
        assert_eq!(next_change(&condition, at(now)), next.map(at), "{json}");
    }

    #[test]
    fn time_changes_an_answer_at_the_ends_of_its_windows() {
        let window =
            r#"{"time": {"after": "2026-01-01T00:00:00Z", "before": "2026-02-01T00:00:00Z"}}"#;
        check(window, "2025-12-01T00:00:00Z", Some("2026-01-01T00:00:00Z"));
        check(window, "2026-01-01T00:00:00Z", Some("2026-02-01T00:00:00Z"));
        check(window, "2026-02-01T00:00:00Z", None);
        check(
            r#"{"not": {"any": [{"page": "/a"}, {"time": {"before": "2026-02-01T00:00:00Z"}}, {"time": {"before": "2026-01-01T00:00:00Z"}}]}}"#,
            "2025-12-01T00:00:00Z",
            Some("2026-01-01T00:00:00Z"),
        );
        assert_eq!(TimeWindow::default().after, None);
    }
}
