//! `help/*.json`: articles a user can search and read without leaving the page.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::media::Media;
use super::text::Text;
use super::version::One;
use super::workspace::ID_PATTERN;
use crate::condition::Condition;
use crate::target::OneOrMany;
use crate::value::one_or_many;

/// `help/*.json`: one help article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Where the JSON Schema of this file is, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Version of the format.
    pub version: One,
    /// Name of the article; unique among the articles, and best the name of its file.
    #[schemars(regex(pattern = ID_PATTERN), example = &"export-csv")]
    pub id: String,
    /// The question it answers, as a user would ask it.
    pub title: Text,
    /// The answer, as Markdown.
    pub body: Text,
    /// A picture or a video beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// Other words by which it should be found, a list for each locale.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("examples" = [{ "en": ["csv", "spreadsheet"] }]))]
    pub keywords: BTreeMap<String, Vec<String>>,
    /// URL patterns of the pages on which it is suggested before anything is searched; one or a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    #[schemars(with = "OneOrMany<String>", example = &"/reports/*")]
    pub page: Vec<String>,
    /// Stages whose accounts see it. Without it, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<String>,
    /// Who sees it. Without it, everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Ids of articles to read next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
}
