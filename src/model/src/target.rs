//! How a step finds its element on the page.

use serde::{Deserialize, Serialize};

use crate::value::one_or_many;

/// How a step finds its element: candidates are tried in order, one unambiguous visible match or it is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// CSS selectors, tried in order; one or a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    #[cfg_attr(feature = "config", schemars(with = "OneOrMany<String>"))]
    pub css: Vec<String>,
    /// Visible text the element must have, white space folded; one or a list (a text for each language).
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    #[cfg_attr(feature = "config", schemars(with = "OneOrMany<String>"))]
    pub text: Vec<String>,
    /// ARIA role the element must have, given or implied by its tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Accessible names, one of which the element must have; one or a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    #[cfg_attr(feature = "config", schemars(with = "OneOrMany<String>"))]
    pub name: Vec<String>,
    /// Which of several matches, counted from 0 in document order. Without it several matches are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// A path of CSS selectors, outermost first, of the open shadow hosts and same-origin frames to look in.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    #[cfg_attr(feature = "config", schemars(with = "OneOrMany<String>"))]
    pub within: Vec<String>,
}

/// What an element can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ElementState {
    /// On the page and seen: it has a box, and nothing hides it.
    Visible,
    /// On the page, seen or not.
    Present,
    /// Visible and not disabled.
    Enabled,
    /// A field with something in it. Its content is not read further.
    Filled,
}

/// One value or a list of them, for JSON Schema.
#[cfg(feature = "config")]
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Several.
    Many(#[schemars(length(min = 1))] Vec<T>),
}
