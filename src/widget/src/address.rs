//! What of a page's address may leave the page.

use crate::cut::{cut, pieces};

/// The path, with the query parameters that are allowed by name; never a fragment.
#[must_use]
pub fn recorded(path: &str, query: &str, allowed: &[String]) -> String {
    let mut recorded = path.to_owned();
    let mut mark = '?';
    for pair in parameters(query) {
        let name = cut(pair, b'=').map_or(pair, |(name, _)| name);
        if !name.is_empty() && allowed.iter().any(|allowed| allowed == name) {
            recorded.push(mark);
            recorded.push_str(pair);
            mark = '&';
        }
    }
    recorded
}

/// The guide that `?banso=show:first-report` names.
#[must_use]
pub fn asked_guide(query: &str) -> Option<&str> {
    let value = parameters(query).find_map(|pair| pair.strip_prefix("banso="))?;
    let id = value
        .strip_prefix("show:")
        .or_else(|| value.strip_prefix("show%3A"))
        .or_else(|| value.strip_prefix("show%3a"))?;
    (!id.is_empty()).then_some(id)
}

fn parameters(query: &str) -> impl Iterator<Item = &str> {
    pieces(query.strip_prefix("?").unwrap_or(query), b'&')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allowed_parameters_are_recorded() {
        let allowed = ["tab".to_owned(), "view".to_owned()];
        for (path, query, expected) in [
            ("/a", "", "/a"),
            ("/a", "?", "/a"),
            ("/a", "?q=secret", "/a"),
            ("/a", "?q=secret&tab=2", "/a?tab=2"),
            ("/a", "?tab=2&view=x&tabs=3", "/a?tab=2&view=x"),
            ("/a", "?tab", "/a?tab"),
            ("/a", "?=&&tab=", "/a?tab="),
        ] {
            assert_eq!(recorded(path, query, &allowed), expected, "{query}");
        }
    }

    #[test]
    fn a_link_names_a_guide() {
        for (query, guide) in [
            ("?banso=show:first-report", Some("first-report")),
            ("?a=1&banso=show%3Atour", Some("tour")),
            ("?banso=show:", None),
            ("?banso=hide:tour", None),
            ("?xbanso=show:tour", None),
            ("", None),
        ] {
            assert_eq!(asked_guide(query), guide, "{query}");
        }
    }
}
