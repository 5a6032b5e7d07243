//! Which locale is meant by which tag.

/// Whether a reader of `locale` is meant by `wanted`: it is that tag, or that tag with a region or script behind it, so
/// `ja` means `ja-JP`. Tags differ in nothing by case or by `_` for `-`.
#[must_use]
pub fn means(wanted: &str, locale: &str) -> bool {
    let mut wanted = subtags(wanted);
    let mut locale = subtags(locale);
    loop {
        match (wanted.next(), locale.next()) {
            (None, _) => return true,
            (Some(want), Some(have)) if want.eq_ignore_ascii_case(have) => {}
            _ => return false,
        }
    }
}

/// Whether lines of this locale's script run from right to left.
#[must_use]
pub fn is_right_to_left(locale: &str) -> bool {
    let mut tags = subtags(locale);
    let language = tags.next().unwrap_or_default();
    let script = tags.find(|tag| tag.len() == 4);
    match script {
        Some(script) => ["arab", "hebr", "thaa", "syrc", "nkoo", "adlm"]
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(script)),
        None => ["ar", "he", "fa", "ur", "ps", "dv", "yi", "ckb", "ug", "sd"]
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(language)),
    }
}

/// The parts of a tag, as bytes: text need not be cut between characters to be compared.
fn subtags(tag: &str) -> impl Iterator<Item = &[u8]> {
    tag.as_bytes().split(|byte| matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_means_its_regions() {
        for (wanted, locale, meant) in [
            ("ja", "ja", true),
            ("ja", "ja-JP", true),
            ("JA", "ja_jp", true),
            ("ja-JP", "ja", false),
            ("en", "eng", false),
            ("pt-BR", "pt-PT", false),
            ("zh-Hant", "zh-Hant-TW", true),
        ] {
            assert_eq!(means(wanted, locale), meant, "{wanted} {locale}");
        }
    }

    #[test]
    fn scripts_run_their_way() {
        for (locale, right_to_left) in [
            ("en", false),
            ("ja-JP", false),
            ("ar", true),
            ("he-IL", true),
            ("az-Arab", true),
            ("ar-Latn", false),
            ("", false),
        ] {
            assert_eq!(is_right_to_left(locale), right_to_left, "{locale}");
        }
    }
}
