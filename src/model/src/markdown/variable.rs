//! `{{user.name|there}}`: the parts of a text that are the reader's own.

use std::ops::Range;

use thiserror::Error;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it is written.
    Text(&'a str),
    /// A trait of the user or the account.
    Variable {
        /// Its path: `user.name`.
        path: &'a str,
        /// What is said when it is not known; `None` when the text does not say.
        fallback: Option<&'a str>,
    },
}

/// What is wrong with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VariableProblem {
    /// `{{` without its `}}`.
    #[error("`{{{{` is never closed by `}}}}`")]
    Unclosed,
    /// A path that names no trait.
    #[error("a variable names a trait of the user or the account")]
    Path,
}

/// Splits a text at its variables. What is no proper variable stays text and is reported with its place in bytes.
#[must_use]
pub fn split(text: &str) -> (Vec<Piece<'_>>, Vec<(Range<usize>, VariableProblem)>) {
    let mut pieces = Vec::new();
    let mut problems = Vec::new();
    let mut from = 0;
    let mut search = 0;
    while let Some(open) = text[search..].find("{{").map(|at| search + at) {
        let inside = open + 2;
        let Some(close) = text[inside..].find("}}").map(|at| inside + at) else {
            problems.push((open..text.len(), VariableProblem::Unclosed));
            break;
        };
        let end = close + 2;
        search = end;
        let (path, fallback) = match text[inside..close].split_once('|') {
            Some((path, fallback)) => (path.trim(), Some(fallback.trim())),
            None => (text[inside..close].trim(), None),
        };
        if is_path(path) {
            if open > from {
                pieces.push(Piece::Text(&text[from..open]));
            }
            pieces.push(Piece::Variable { path, fallback });
            from = end;
        } else {
            problems.push((open..end, VariableProblem::Path));
        }
    }
    if from < text.len() {
        pieces.push(Piece::Text(&text[from..]));
    }
    (pieces, problems)
}

fn is_path(path: &str) -> bool {
    path.strip_prefix("user.")
        .or_else(|| path.strip_prefix("account."))
        .is_some_and(|name| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        })
}

#[cfg(test)]
mod tests {
    use super::Piece::{Text, Variable};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_split_at_their_variables() {
        let name = |fallback| Variable {
            path: "user.name",
            fallback,
        };
        for (text, pieces, problem) in [
            ("Hi", vec![Text("Hi")], None),
            ("", vec![], None),
            (
                "Hi {{user.name|there}}!",
                vec![Text("Hi "), name(Some("there")), Text("!")],
                None,
            ),
            ("{{ user.name | }}", vec![name(Some(""))], None),
            ("{{user.name}}さん", vec![name(None), Text("さん")], None),
            (
                "{{name|x}}",
                vec![Text("{{name|x}}")],
                Some((0..10, VariableProblem::Path)),
            ),
            (
                "a {{user.name",
                vec![Text("a {{user.name")],
                Some((2..13, VariableProblem::Unclosed)),
            ),
        ] {
            let (got, problems) = split(text);
            assert_eq!(got, pieces, "{text}");
            assert_eq!(problems.into_iter().next(), problem, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[a{}|.user名 ]{0,40}") {
            let (pieces, _) = split(&text);
            let plain: usize = pieces.iter().map(|piece| match piece { Text(text) => text.len(), Variable { .. } => 0 }).sum();
            let any = pieces.iter().any(|piece| matches!(piece, Variable { .. }));
            prop_assert!(any || plain == text.len());
        }
    }
}
