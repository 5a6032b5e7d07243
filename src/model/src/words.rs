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
        }
    }
}
