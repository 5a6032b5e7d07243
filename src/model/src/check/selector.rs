//! Whether a text can be a CSS selector. Only a browser knows for sure; this finds what surely is none.

/// What is wrong with a selector, as far as can be seen without a browser.
///
/// # Errors
/// The reason why no browser takes it.
pub fn check(selector: &str) -> Result<(), &'static str> {
    let text = selector.trim();
    if text.is_empty() {
        return Err("the selector is empty");
    }
    balanced(text)?;
    let parts = outside(text);
    if parts.split(',').any(|part| part.trim().is_empty()) {
        return Err("a part of the selector's list is empty");
    }
    let last = parts.trim_end().chars().next_back();
    if last.is_some_and(|c| matches!(c, '>' | '+' | '~' | '.' | '#' | ':')) {
        return Err("the selector ends in the middle");
    }
    if parts.contains("..") || parts.contains("##") || parts.contains(">>") {
        return Err("two signs stand where one belongs");
    }
    Ok(())
}

fn balanced(text: &str) -> Result<(), &'static str> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars
                .next()
                .ok_or("the selector ends in the middle of an escape")?;
            continue;
        }
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => open.push(']'),
            (None, '(') => open.push(')'),
            (None, ']' | ')') if open.pop() != Some(c) => return Err("a bracket closes nothing"),
            (None, '{' | '}' | ';') => return Err("this is a rule, not a selector"),
            (None, _) => {}
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed");
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err("a bracket is not closed")
    }
}

/// The selector without what stands in brackets and quotes, each of which leaves an `x`.
fn outside(text: &str) -> String {
    let mut left = String::new();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (_, '\\') => {
                chars.next();
                left.push('x');
            }
            (Some(end), _) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => {
                depth = depth.saturating_sub(1);
                left.push('x');
            }
            (None, _) if depth == 0 => left.push(c),
            (None, _) => {}
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn selectors_and_what_is_none() {
        for good in [
            "#new-report",
            "[data-tour=new-report]",
            "main > .row:nth-child(2n + 1) a[href^='/x,y']",
            "a, b",
            "a:not(.b, .c)::before",
            r"#\31 0",
            "*",
            "テスト",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, reason) in [
            ("", "empty"),
            ("  ", "empty"),
            ("[data-x", "not closed"),
            ("a)", "closes nothing"),
            ("[a='b]", "quote"),
            ("a,", "list"),
            ("a >", "middle"),
            ("a..b", "two signs"),
            ("a { color: red }", "rule"),
            ("a\\", "escape"),
        ] {
            let error = check(bad).expect_err(bad);
            assert!(error.contains(reason), "{bad}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in r#"([\[\]()'",.#:>\\a é]){0,30}"#) {
            prop_assert!(check(&text).err().is_none_or(|reason| !reason.is_empty()));
        }
    }
}
