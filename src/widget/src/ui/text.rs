//! Formatted text as elements, never as raw HTML.

use std::collections::BTreeMap;

use banso_model::guide::{Block, Inline};
use yew::prelude::*;
use yew::virtual_dom::VTag;

/// What `{{user.name|there}}` may say.
pub type Variables = BTreeMap<String, String>;

/// Blocks as elements.
pub fn blocks(blocks: &[Block], variables: &Variables) -> Html {
    blocks.iter().map(|one| block(one, variables)).collect()
}

fn block(block: &Block, variables: &Variables) -> Html {
    match block {
        Block::Paragraph(text) => html! { <p>{ inlines(text, variables) }</p> },
        // The card's title is a heading of level 2, so headings in its body are below it.
        Block::Heading(level, text) => {
            let tag = match level {
                1 | 2 => "h3",
                3 => "h4",
                _ => "h5",
            };
            element(tag, inlines(text, variables))
        }
        Block::Bullets(items) => html! { <ul>{ list(items, variables) }</ul> },
        Block::Numbers(start, items) => {
            html! { <ol start={start.to_string()}>{ list(items, variables) }</ol> }
        }
        Block::Quote(inner) => html! { <blockquote>{ blocks(inner, variables) }</blockquote> },
        Block::Code(code) => html! { <pre><code>{ code }</code></pre> },
        Block::Rule => html! { <hr /> },
    }
}

fn list(items: &[Vec<Block>], variables: &Variables) -> Html {
    items
        .iter()
        .map(|item| html! { <li>{ blocks(item, variables) }</li> })
        .collect()
}

fn element(tag: &'static str, content: Html) -> Html {
    let mut tag = VTag::new(tag);
    tag.add_child(content);
    tag.into()
}

/// A line of text as elements.
pub fn inlines(inlines: &[Inline], variables: &Variables) -> Html {
    inlines.iter().map(|one| inline(one, variables)).collect()
}

fn inline(inline: &Inline, variables: &Variables) -> Html {
    match inline {
        Inline::Text(text) => html! { { text } },
        Inline::Variable(name, otherwise) => {
            html! { { variables.get(name).unwrap_or(otherwise) } }
        }
        Inline::Strong(text) => html! { <strong>{ self::inlines(text, variables) }</strong> },
        Inline::Emphasis(text) => html! { <em>{ self::inlines(text, variables) }</em> },
        Inline::Code(code) => html! { <code>{ code }</code> },
        Inline::Link(to, text) => {
            // A path of the host stays in its tab, where the tour goes on; another site opens beside it.
            let target = (!to.starts_with('/')).then_some("_blank");
            html! { <a href={to.clone()} {target} rel="noopener noreferrer">{ self::inlines(text, variables) }</a> }
        }
        Inline::Break => html! { <br /> },
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
    word.replace("{n}", &n.to_string())
        .replace("{of}", &of.to_string())
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
        ] {
            assert_eq!(counted(word, 2, 5), expected);
        }
    }
}
