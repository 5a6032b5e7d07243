//! The widget's own words, which come with the session in the user's language.

use serde::{Deserialize, Serialize};

/// What the widget itself says. Texts with `{n}` and `{of}` have those numbers put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field is named for what it says")]
pub struct Words {
    pub next: String,
    pub back: String,
    pub done: String,
    pub close: String,
    pub later: String,
    /// Progress of a tour: step `{n}` of `{of}`.
    pub step: String,
    /// Opens the hub.
    pub open_hub: String,
    /// Title of the hub.
    pub hub: String,
    /// Heading of the list of things to do.
    pub to_do: String,
    /// Nothing is to be done.
    pub nothing: String,
    /// Progress of a checklist: `{n}` of `{of}` done.
    pub progress: String,
    /// Label of an item that is done.
    pub item_done: String,
    /// Label of an item that is not done yet.
    pub item_open: String,
    /// Button of an item that leads to it.
    pub start: String,
    /// Button that ticks an item off by hand.
    pub mark_done: String,
    /// Every item is done.
    pub all_done: String,
    /// Button that starts a guide listed in the hub.
    pub show: String,
    /// Folds a checklist.
    pub collapse: String,
    /// Unfolds a checklist.
    pub expand: String,
    /// Dismisses a checklist.
    pub dismiss: String,
    /// Thanks at the end of a survey.
    pub thanks: String,
    /// Name of a hotspot's mark.
    pub hotspot: String,
    /// Label of the search for help.
    pub search: String,
    /// No article fits what was searched.
    pub no_hits: String,
    /// Heading of help.
    pub help: String,
    /// Heading of what is new.
    pub news: String,
    /// Heading of how to reach a person.
    pub contact: String,
    /// Asks whether an article helped.
    pub solved: String,
    /// Answer to that.
    pub yes: String,
    /// Answer to that.
    pub no: String,
    /// How long it takes to read, in minutes.
    pub minutes: String,
    /// Heading of articles to read next.
    pub related: String,
    /// Help cannot be reached.
    pub offline: String,
    /// Label of a field for free text.
    pub write: String,
}

impl Words {
    /// The words in a locale: Japanese for `ja` and its regions, English for all others.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let japanese = locale
            .split(['-', '_'])
            .next()
            .is_some_and(|language| language.eq_ignore_ascii_case("ja"));
        let pick = |en: &str, ja: &str| if japanese { ja } else { en }.to_owned();
        Self {
            next: pick("Next", "次へ"),
            back: pick("Back", "戻る"),
            done: pick("Done", "完了"),
            close: pick("Close", "閉じる"),
            later: pick("Later", "あとで"),
            step: pick("Step {n} of {of}", "{of} ステップ中 {n}"),
            open_hub: pick("Open the guide", "ガイドを開く"),
            hub: pick("Guide", "ガイド"),
            to_do: pick("To do", "やること"),
            nothing: pick("Nothing to do right now.", "いまやることはありません。"),
            progress: pick("{n} of {of} done", "{of} 件中 {n} 件完了"),
            item_done: pick("Done", "完了"),
            item_open: pick("Not done yet", "未完了"),
            start: pick("Start", "はじめる"),
            mark_done: pick("Mark as done", "完了にする"),
            all_done: pick(
                "All done. Well done!",
                "すべて完了しました。おつかれさまでした。",
            ),
            show: pick("Show me", "見てみる"),
            collapse: pick("Collapse", "折りたたむ"),
            expand: pick("Expand", "展開する"),
            dismiss: pick("Dismiss", "閉じて表示しない"),
            thanks: pick(
                "Thank you! Your answers help us.",
                "ご協力ありがとうございました。",
            ),
            hotspot: pick("Show a hint", "ヒントを見る"),
            search: pick("Search for help", "ヘルプを検索"),
            no_hits: pick(
                "Nothing found. Try other words.",
                "見つかりませんでした。別の言葉でお試しください。",
            ),
            help: pick("Help", "ヘルプ"),
            news: pick("What’s new", "お知らせ"),
            contact: pick("Contact", "お問い合わせ"),
            solved: pick("Did this solve it?", "解決しましたか？"),
            yes: pick("Yes", "はい"),
            no: pick("No", "いいえ"),
            minutes: pick("{n} min", "{n} 分"),
            related: pick("Read next", "次に読む"),
            offline: pick(
                "Help cannot be reached right now.",
                "現在ヘルプを表示できません。",
            ),
            write: pick("Your answer", "ご回答"),
        }
    }
}
