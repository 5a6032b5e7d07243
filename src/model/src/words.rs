//! The widget's own words, which come with the session in the user's language.

use serde::{Deserialize, Serialize};

use crate::named::Named;

/// What the widget itself says, by name. Texts with `{n}` and `{of}` have those numbers put in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(pub Named<String>);

/// Each word's name, in English and in Japanese.
#[rustfmt::skip]
const WORDS: [(&str, &str, &str); 35] = [
    ("next", "Next", "次へ"),
    ("back", "Back", "戻る"),
    ("done", "Done", "完了"),
    ("close", "Close", "閉じる"),
    ("later", "Later", "あとで"),
    // Progress of a tour: step `{n}` of `{of}`.
    ("step", "Step {n} of {of}", "{of} ステップ中 {n}"),
    // Opens the hub.
    ("open_hub", "Open the guide", "ガイドを開く"),
    // Title of the hub.
    ("hub", "Guide", "ガイド"),
    // Heading of the list of things to do.
    ("to_do", "To do", "やること"),
    // Nothing is to be done.
    ("nothing", "Nothing to do right now.", "いまやることはありません。"),
    // Progress of a checklist: `{n}` of `{of}` done.
    ("progress", "{n} of {of} done", "{of} 件中 {n} 件完了"),
    // Label of an item that is done.
    ("item_done", "Done", "完了"),
    // Label of an item that is not done yet.
    ("item_open", "Not done yet", "未完了"),
    // Button of an item that leads to it.
    ("start", "Start", "はじめる"),
    // Button that ticks an item off by hand.
    ("mark_done", "Mark as done", "完了にする"),
    // Every item is done.
    ("all_done", "All done. Well done!", "すべて完了しました。おつかれさまでした。"),
    // Button that starts a guide listed in the hub.
    ("show", "Show me", "見てみる"),
    // Folds a checklist.
    ("collapse", "Collapse", "折りたたむ"),
    // Unfolds a checklist.
    ("expand", "Expand", "展開する"),
    // Dismisses a checklist.
    ("dismiss", "Dismiss", "閉じて表示しない"),
    // Thanks at the end of a survey.
    ("thanks", "Thank you! Your answers help us.", "ご協力ありがとうございました。"),
    // Name of a hotspot's mark.
    ("hotspot", "Show a hint", "ヒントを見る"),
    // Label of the search for help.
    ("search", "Search for help", "ヘルプを検索"),
    // No article fits what was searched.
    ("no_hits", "Nothing found. Try other words.", "見つかりませんでした。別の言葉でお試しください。"),
    // How many articles fit what was searched.
    ("hits", "Articles found: {n}", "{n} 件見つかりました。"),
    // Heading of help.
    ("help", "Help", "ヘルプ"),
    // Heading of what is new.
    ("news", "What’s new", "お知らせ"),
    // Heading of how to reach a person.
    ("contact", "Contact", "お問い合わせ"),
    // Asks whether an article helped.
    ("solved", "Did this solve it?", "解決しましたか？"),
    // Answer to that.
    ("yes", "Yes", "はい"),
    // Answer to that.
    ("no", "No", "いいえ"),
    // How long it takes to read, in minutes.
    ("minutes", "{n} min", "{n} 分"),
    // Heading of articles to read next.
    ("related", "Read next", "次に読む"),
    // Help cannot be reached.
    ("offline", "Help cannot be reached right now.", "現在ヘルプを表示できません。"),
    // Label of a field for free text.
    ("write", "Your answer", "ご回答"),
];

impl Words {
    /// The words in a locale: Japanese for `ja` and its regions, English for all others.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let japanese = locale
            .split(['-', '_'])
            .next()
            .is_some_and(|language| language.eq_ignore_ascii_case("ja"));
        let mut words = Named::new();
        for (name, en, ja) in WORDS {
            let word = if japanese { ja } else { en };
            words.insert(name.to_owned(), word.to_owned());
        }
        Self(words)
    }

    /// A word; empty when there is none of that name.
    #[must_use]
    pub fn say(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

#[cfg(all(test, feature = "config"))]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_in_both_languages() {
        for locale in ["en", "ja-JP", "fr"] {
            let words = Words::of(locale);
            assert_eq!(words.0.len(), WORDS.len(), "two words have one name");
            for (name, _, _) in WORDS {
                assert_ne!(words.say(name), "", "{name} in {locale}");
            }
        }
        assert_eq!(Words::of("ja_JP").say("next"), "次へ");
        assert_eq!(Words::of("de").say("next"), "Next");
    }
}
