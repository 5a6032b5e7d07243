//! Texts made comparable: compatibility forms, letter case, white space and kana.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Most characters of a query that count.
pub const LONGEST_QUERY: usize = 200;

/// A text in Unicode NFKC (half-width katakana become whole, full-width letters plain) and in lower case, white space
/// folded.
#[must_use]
pub fn normal(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfkc()
        .normalize(text)
        .to_lowercase();
    let mut normal = String::with_capacity(composed.len());
    for word in composed.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal
}

/// A query as it is kept: [`normal`], and no longer than counts.
#[must_use]
pub fn query(text: &str) -> String {
    // What is cut off first is still enough for every character that may be left.
    let cut: String = text.chars().take(LONGEST_QUERY * 4).collect();
    normal(&cut).chars().take(LONGEST_QUERY).collect()
}

/// Katakana as hiragana, so that a word is found however it is written.
#[must_use]
pub const fn folded(letter: char) -> char {
    match letter {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => match char::from_u32(letter as u32 - 0x60) {
            Some(hiragana) => hiragana,
            None => letter,
        },
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_comparable() {
        for (text, expected) in [
            ("  Ｅxport\n CSV ", "export csv"),
            ("ﾚﾎﾟｰﾄ", "レポート"),
            ("①㌔", "1キロ"),
            ("が", "が"),
            ("ÉTÉ", "été"),
            ("", ""),
        ] {
            assert_eq!(normal(text), expected, "{text}");
        }
        let folded: String = "レポートヽヴヶ亜a".chars().map(folded).collect();
        assert_eq!(folded, "れぽーとゝゔゖ亜a");
        assert_eq!(query(&"あ".repeat(1000)).chars().count(), LONGEST_QUERY);
    }
}
