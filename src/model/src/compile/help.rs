//! Help articles for readers of a locale: what is listed, what is read, and what is searched.

use std::collections::BTreeSet;

use super::{Reader, audience, speak_of};
use crate::condition::Condition;
use crate::config::Article as Written;
use crate::config::text::nearest_locale;
use crate::guide::Rich;
use crate::wire::{Article, Listed};

/// Characters of an article's beginning that a list shows.
const SUMMARY: usize = 120;
/// Characters of Japanese, and words of other languages, that are read in a minute.
const PER_MINUTE: (usize, usize) = (500, 200);

/// An article in one locale.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// What is read.
    pub article: Article,
    /// What a list shows.
    pub listed: Listed,
    /// All of its text, without formatting.
    pub text: String,
    /// Other words by which it is found.
    pub keywords: Vec<String>,
    /// The traits its text speaks of.
    pub variables: BTreeSet<String>,
}

/// Compiles an article for readers of `locale` in a workspace of `locales`. `related` are articles to read next, as they
/// are listed.
#[must_use]
pub fn article(
    written: &Written,
    related: Vec<Listed>,
    locale: &str,
    locales: &[String],
) -> Compiled {
    let reader = Reader { locale, locales };
    let body = reader.body(Some(&written.body));
    let text = text_of(&body);
    let mut variables = BTreeSet::new();
    speak_of(&body, &mut variables);
    Compiled {
        listed: listed(written, locale, locales),
        article: Article {
            id: written.id.clone(),
            title: reader.line(Some(&written.title)),
            media: reader.media(written.media.as_ref()),
            minutes: minutes(&text),
            body,
            related,
        },
        keywords: keywords(written, locale),
        text,
        variables,
    }
}

/// An article as a list shows it.
#[must_use]
pub fn listed(written: &Written, locale: &str, locales: &[String]) -> Listed {
    let reader = Reader { locale, locales };
    let text = text_of(&reader.body(Some(&written.body)));
    let mut summary: String = text.chars().take(SUMMARY).collect();
    if summary.len() < text.len() {
        summary.push('…');
    }
    Listed {
        id: written.id.clone(),
        title: reader.plain(Some(&written.title)),
        summary,
    }
}

/// Whose an article is: the condition of none always holds.
#[must_use]
pub fn whose(written: &Written) -> Option<Condition> {
    audience(&written.stage, written.when.as_ref())
}

/// A reader finds an article by the words of their own language, and by those of others where it has none of theirs.
fn keywords(written: &Written, locale: &str) -> Vec<String> {
    let tags: Vec<String> = written.keywords.keys().cloned().collect();
    nearest_locale(locale, &tags)
        .and_then(|tag| written.keywords.get(tag))
        .cloned()
        .unwrap_or_default()
}

fn minutes(text: &str) -> u32 {
    let wide = text.chars().filter(|c| *c >= '\u{3000}').count();
    let words = text
        .split(|c: char| c.is_whitespace() || c >= '\u{3000}')
        .filter(|word| !word.is_empty())
        .count();
    let (per_wide, per_word) = PER_MINUTE;
    // In parts of a minute that both divide.
    let parts = wide * per_word + words * per_wide;
    u32::try_from(parts.div_ceil(per_wide * per_word).max(1)).unwrap_or(u32::MAX)
}

/// A text without its formatting, a space between two blocks.
fn text_of(rich: &Rich) -> String {
    let mut text = String::new();
    for part in rich {
        let (kind, rest) = part.split_at_checked(1).unwrap_or_default();
        match kind {
            "=" => text.push_str(rest.trim_matches('\n')),
            "$" => text.push_str(rest.split_once('|').map_or("", |(_, otherwise)| otherwise)),
            "<" if BLOCKS.contains(&rest) && !text.is_empty() && !text.ends_with(' ') => {
                text.push(' ');
            }
            _ => {}
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// The elements that do not stand in a line.
const BLOCKS: [&str; 8] = ["p", "h3", "h4", "h5", "li", "pre", "blockquote", "br"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_compiled_for_its_reader() {
        let written: Written = serde_json::from_str(
            r#"{ "version": 1, "id": "export", "title": {"en": "How do I export?", "ja": "書き出すには？"},
                 "body": {"en": "Open the *report*.\n\n1. Press **Export**.\n2. Choose `CSV`.", "ja": "**書き出し** を押します。"},
                 "keywords": {"en": ["csv"], "ja": ["表計算"]}, "stage": ["setup"] }"#,
        )
        .expect("an article");
        let locales = ["en".to_owned(), "ja".to_owned()];
        for (locale, title, text, keyword) in [
            (
                "en",
                "How do I export?",
                "Open the report. Press Export. Choose CSV.",
                "csv",
            ),
            ("ja-JP", "書き出すには？", "書き出し を押します。", "表計算"),
            (
                "fr",
                "How do I export?",
                "Open the report. Press Export. Choose CSV.",
                "csv",
            ),
        ] {
            let compiled = article(&written, Vec::new(), locale, &locales);
            assert_eq!(compiled.listed.title, title, "{locale}");
            assert_eq!(compiled.text, text, "{locale}");
            assert_eq!(compiled.listed.summary, text, "{locale}");
            assert_eq!(compiled.keywords, [keyword], "{locale}");
            assert_eq!(compiled.article.minutes, 1);
        }
        assert!(whose(&written).is_some());
    }

    #[test]
    fn reading_takes_time() {
        for (text, expected) in [
            (String::new(), 1),
            ("word ".repeat(200), 1),
            ("word ".repeat(201), 2),
            ("文".repeat(500), 1),
            ("文".repeat(1001), 3),
            (format!("{} {}", "文".repeat(250), "word ".repeat(101)), 2),
        ] {
            assert_eq!(minutes(&text), expected, "{} bytes", text.len());
        }
    }
}
