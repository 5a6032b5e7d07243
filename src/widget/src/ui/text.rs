//! Formatted text as elements, never as raw HTML.

use super::tag::{Html, Tag, tag, text as word};
use banso_model::guide::{Block, Inline};
use banso_model::time::digits;

/// What `{{user.name|there}}` may say.
pub type Variables = banso_model::named::Named<String>;

/// Blocks as elements.
pub fn blocks(blocks: &[Block], variables: &Variables) -> Html {
    blocks.iter().map(|one| block(one, variables)).collect()
}

fn block(block: &Block, variables: &Variables) -> Tag {
    match block {
        Block::Paragraph(text) => element("p", inlines(text, variables)),
        // The card's title is a heading of level 2, so headings in its body are below it.
        Block::Heading(level, text) => {
            let name = match level {
                1 | 2 => "h3",
                3 => "h4",
                _ => "h5",
            };
            element(name, inlines(text, variables))
        }
        Block::Bullets(items) => element("ul", list(items, variables)),
        Block::Numbers(start, items) => tag("ol", "")
            .set("start", &digits(i64::from(*start)))
            .with(list(items, variables)),
        Block::Quote(inner) => element("blockquote", blocks(inner, variables)),
        Block::Code(code) => tag("pre", "").put(tag("code", "").say(code)),
        Block::Rule => tag("hr", ""),
    }
}

fn list(items: &[Vec<Block>], variables: &Variables) -> Html {
    let item = |item: &Vec<Block>| element("li", blocks(item, variables));
    items.iter().map(item).collect()
}

fn element(name: &'static str, content: Html) -> Tag {
    tag(name, "").with(content)
}

/// How many of how many, for the eye.
pub fn count(n: usize, of: usize) -> Tag {
    let mut text = digits(n as i64);
    text.push_str(" / ");
    text.push_str(&digits(of as i64));
    tag("span", "class=count;aria-hidden=true").say(&text)
}

/// A line of text as elements.
pub fn inlines(inlines: &[Inline], variables: &Variables) -> Html {
    inlines.iter().map(|one| inline(one, variables)).collect()
}

fn inline(inline: &Inline, variables: &Variables) -> Tag {
    match inline {
        Inline::Text(text) => word(text),
        Inline::Variable(name, otherwise) => word(variables.get(name).unwrap_or(otherwise)),
        Inline::Strong(text) => element("strong", self::inlines(text, variables)),
        Inline::Emphasis(text) => element("em", self::inlines(text, variables)),
        Inline::Code(code) => tag("code", "").say(code),
        Inline::Link(to, text) => {
            // A path of the host stays in its tab, where the tour goes on; another site opens beside it.
            let place = if to.starts_with('/') { "" } else { "_blank" };
            tag("a", "rel=noopener noreferrer")
                .set("href", to)
                .set("target", place)
                .with(self::inlines(text, variables))
        }
        Inline::Break => tag("br", ""),
    }
}

/// A line of text without its formatting, for names and announcements.
pub fn plain(inlines: &[Inline], variables: &Variables) -> String {
    let mut text = String::new();
    add_plain(inlines, variables, &mut text);
    text
}

fn add_plain(inlines: &[Inline], variables: &Variables, to: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => to.push_str(text),
            Inline::Variable(name, otherwise) => {
                to.push_str(variables.get(name).unwrap_or(otherwise));
            }
            Inline::Strong(text) | Inline::Emphasis(text) | Inline::Link(_, text) => {
                add_plain(text, variables, to);
            }
            Inline::Break => to.push(' '),
        }
    }
}

/// One of the widget's words with its numbers put in.
pub fn counted(word: &str, n: usize, of: usize) -> String {
    let mut text = String::new();
    for (at, part) in word.split('{').enumerate() {
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
        let text = |text: &str| Inline::Text(text.to_owned());
        let variables = Variables::from([("user.name".to_owned(), "Hana".to_owned())]);
        let hello = [
            text("Hello, "),
            Inline::Strong(vec![Inline::Variable(
                "user.name".to_owned(),
                "there".to_owned(),
            )]),
            Inline::Break,
            Inline::Link("/x".to_owned(), vec![Inline::Code("go".to_owned())]),
            Inline::Variable("user.team".to_owned(), "!".to_owned()),
        ];
        assert_eq!(plain(&hello, &variables), "Hello, Hana go!");
        assert_eq!(plain(&[], &variables), "");
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
