//! The patterns of the schema. Each has its own small matcher, so that no regular expressions are needed; a test holds
//! that there is no other pattern.

/// What a text of this pattern looks like, in words.
pub(super) fn help(pattern: &str) -> Option<&'static str> {
    PATTERNS
        .iter()
        .find(|(known, ..)| *known == pattern)
        .map(|(_, name, _)| *name)
}

/// Whether a text has this pattern. What is not known fits.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    PATTERNS
        .iter()
        .find(|(known, ..)| *known == pattern)
        .is_none_or(|(_, _, matches)| matches(text))
}

type Pattern = (&'static str, &'static str, fn(&str) -> bool);

/// Every pattern of the schema, its help and its meaning.
pub(in crate::check) const PATTERNS: [Pattern; 3] = [
    (
        crate::config::workspace::ID_PATTERN,
        "an id has letters, digits, `.`, `_` and `-`, and begins with a letter or a digit",
        |text| {
            text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        },
    ),
    (
        "^[0-9]+(ms|s|m|h|d|w)$",
        "a length of time is a whole number and a unit: `250ms`, `6s`, `30m`, `12h`, `28d` or `2w`",
        |text| crate::time::Period::parse(text).is_some(),
    ),
    (
        "^[1-9][0-9]{0,4}/[1-9][0-9]{0,4}$",
        "a ratio is written as `16/9`",
        |text| {
            text.split_once('/').is_some_and(|(width, height)| {
                [width, height].iter().all(|part| {
                    (1..=5).contains(&part.len())
                        && part.bytes().all(|b| b.is_ascii_digit())
                        && !part.starts_with('0')
                })
            })
        },
    ),
];
