//! Formatted text as elements, never as raw HTML.

use banso_model::guide::Rich;
use banso_model::time::digits;

use super::tag::{Html, Tag, tag, text as word};
use crate::cut::{cut, pieces};

/// What `{{user.name|there}}` may say.
pub type Variables = banso_model::named::Named<String>;

/// The elements that a text may have; others are none of it.
const ELEMENTS: [&str; 15] = [
    "p",
    "h3",
    "h4",
    "h5",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "hr",
    "strong",
    "em",
    "a",
    "br",
];

/// A text as elements.
pub fn rich(text: &Rich, variables: &Variables) -> Html {
    let mut open: Vec<Tag> = Vec::new();
    let mut done = Html::new();
    for part in text {
        let (kind, rest) = part.split_at_checked(1).unwrap_or_default();
        let tag = match kind {
            "=" => word(rest),
            "$" => word(said(rest, variables)),
            "<" => {
                open.push(element(rest));
                continue;
            }
            _ => match open.pop() {
                Some(tag) => tag,
                None => continue,
            },
        };
        match open.pop() {
            Some(parent) => open.push(parent.put(tag)),
            None => done.push(tag),
        }
    }
    done
}

fn element(written: &str) -> Tag {
    let (name, rest) = cut(written, b' ').unwrap_or((written, ""));
    let known = ELEMENTS.into_iter().find(|known| *known == name);
    let made = tag(known.unwrap_or("span"), "");
    match known {
        Some("a") => {
            // A path of the host stays in its tab, where the guide goes on; another site opens beside it.
            let place = if rest.starts_with('/') { "" } else { "_blank" };
            made.set("href", rest)
                .set("target", place)
                .set("rel", "noopener noreferrer")
        }
        Some("ol") => made.set("start", rest),
        _ => made,
    }
}

/// What a variable says.
fn said<'a>(written: &'a str, variables: &'a Variables) -> &'a str {
    let (path, otherwise) = cut(written, b'|').unwrap_or((written, ""));
    variables.get(path).map_or(otherwise, String::as_str)
}

/// A text without its formatting, for names and announcements.
pub fn plain(text: &Rich, variables: &Variables) -> String {
    let mut plain = String::new();
    for part in text {
        let (kind, rest) = part.split_at_checked(1).unwrap_or_default();
        match kind {
            "=" => plain.push_str(rest),
            "$" => plain.push_str(said(rest, variables)),
            _ if rest == "br" => plain.push(' '),
            _ => {}
        }
    }
    plain
}

/// How many of how many, for the eye.
pub fn count(n: usize, of: usize) -> Tag {
    let mut text = digits(n as i64);
    text.push_str(" / ");
    text.push_str(&digits(of as i64));
    tag("span", "class=count;aria-hidden=true").say(&text)
}

/// One of the widget's words with its numbers put in.
pub fn counted(word: &str, n: usize, of: usize) -> String {
    let mut text = String::new();
    for (at, part) in pieces(word, b'{').enumerate() {
        let counts = [("n}", n), ("of}", of)];
        let found = counts
            .iter()
            .find_map(|(name, count)| Some((*count, part.strip_prefix(name)?)));
        match found {
            Some((count, rest)) => {
                text.push_str(&digits(count as i64));
                text.push_str(rest);
            }
            None => {
                text.push_str(if at > 0 { "{" } else { "" });
                text.push_str(part);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_its_formatting() {
        let variables = Variables::from([("user.name".to_owned(), "Hana".to_owned())]);
        let hello = [
            "=Hello, ",
            "<strong",
            "$user.name|there",
            ">",
            "<br",
            ">",
            "<a /x",
            "<code",
            "=go",
            ">",
            ">",
            "$user.team|!",
        ];
        let hello: Rich = hello.map(str::to_owned).into();
        assert_eq!(plain(&hello, &variables), "Hello, Hana go!");
        assert_eq!(plain(&Rich::new(), &variables), "");
    }

    #[test]
    fn numbers_are_put_in() {
        for (word, expected) in [
            ("Step {n} of {of}", "Step 2 of 5"),
            ("{of} ステップ中 {n}", "5 ステップ中 2"),
            ("Done", "Done"),
            ("{n}{n} of {", "22 of {"),
            ("{of {n}", "{of 2"),
        ] {
            assert_eq!(counted(word, 2, 5), expected);
        }
    }
}
