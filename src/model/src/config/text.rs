//! What people read, in every language of the workspace.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text in one or more languages: `{"en": "Start here", "ja": "ここから始めます"}`.
///
/// Keys are locale tags (`en`, `ja`, `pt-BR`). A reader gets the nearest locale: their own, then its parents
/// (`ja-JP`, then `ja`), then the workspace's locales in order. `{{user.name|there}}` is replaced by the user's trait
/// `name`, or by "there" when it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = example())]
pub struct Text(pub BTreeMap<String, String>);

fn example() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("en", "Start here"), ("ja", "ここから始めます")])
}

impl Text {
    /// The text for a reader of `locale` in a workspace of `locales`, with the tag it was found under.
    ///
    /// The reader's own locale is tried first, then its parents, then a regional form of the same language, then the
    /// workspace's locales in their order, then whatever there is. `None` only when there is no text at all.
    #[must_use]
    pub fn nearest(&self, locale: &str, locales: &[String]) -> Option<(&str, &str)> {
        std::iter::once(locale)
            .chain(locales.iter().map(String::as_str))
            .find_map(|wanted| self.in_language(wanted))
            .or_else(|| self.0.iter().next())
            .map(|(tag, text)| (tag.as_str(), text.as_str()))
    }

    fn in_language(&self, wanted: &str) -> Option<(&String, &String)> {
        parents(wanted)
            .find_map(|tag| {
                self.0
                    .iter()
                    .find(|(have, _)| have.eq_ignore_ascii_case(tag))
            })
            .or_else(|| {
                self.0
                    .iter()
                    .find(|(have, _)| language(have).eq_ignore_ascii_case(language(wanted)))
            })
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Text {
    fn from(texts: [(&str, &str); N]) -> Self {
        Self(
            texts
                .into_iter()
                .map(|(tag, text)| (tag.to_owned(), text.to_owned()))
                .collect(),
        )
    }
}

/// The locale among `locales` nearest to what a reader asks for, which is also the one texts are compiled for. `None`
/// only when there are none.
#[must_use]
pub fn nearest_locale<'a>(wanted: &str, locales: &'a [String]) -> Option<&'a str> {
    parents(wanted)
        .find_map(|tag| locales.iter().find(|have| have.eq_ignore_ascii_case(tag)))
        .or_else(|| {
            locales
                .iter()
                .find(|have| language(have).eq_ignore_ascii_case(language(wanted)))
        })
        .or_else(|| locales.first())
        .map(String::as_str)
}

/// `ja-JP-x` is tried as `ja-JP-x`, `ja-JP`, `ja`.
fn parents(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| {
        tag.rsplit_once('-').map(|(parent, _)| parent)
    })
}

fn language(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_locale_wins() {
        let text = Text::from([("en", "Hello"), ("ja", "こんにちは"), ("pt-BR", "Olá")]);
        let locales = ["ja".to_owned(), "en".to_owned()];
        for (wanted, found) in [
            ("ja", "ja"),
            ("ja-JP", "ja"),
            ("JA-jp", "ja"),
            ("en-GB-oed", "en"),
            ("pt", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("fr", "ja"),
            ("", "ja"),
            ("-", "ja"),
        ] {
            assert_eq!(
                text.nearest(wanted, &locales).map(|(tag, _)| tag),
                Some(found),
                "{wanted}"
            );
        }
        assert_eq!(Text::default().nearest("en", &locales), None);
        assert_eq!(
            Text::from([("fr", "x")]).nearest("en", &locales),
            Some(("fr", "x"))
        );
    }

    #[test]
    fn the_workspace_locale_nearest_to_a_reader() {
        let locales = ["en".to_owned(), "ja".to_owned()];
        for (wanted, found) in [("ja-JP", "ja"), ("en-US", "en"), ("fr", "en"), ("", "en")] {
            assert_eq!(nearest_locale(wanted, &locales), Some(found), "{wanted}");
        }
        assert_eq!(nearest_locale("en", &[]), None);
    }
}
