//! Formatted text as a tree, and what the tree says when it is walked through.

use crate::guide::Rich;

/// A block of formatted text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading of level 1 to 6.
    Heading(u8, Vec<Inline>),
    /// A list with bullets.
    Bullets(Vec<Vec<Block>>),
    /// A list with numbers from the given one.
    Numbers(u32, Vec<Vec<Block>>),
    /// A quotation.
    Quote(Vec<Block>),
    /// Text as it is, in a fixed-width font.
    Code(String),
    /// A line across.
    Rule,
}

/// A piece of formatted text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// `{{user.name|there}}`: an attribute of the user or the account, and what to say when there is none.
    Variable(String, String),
    /// Strong.
    Strong(Vec<Inline>),
    /// Emphasised.
    Emphasis(Vec<Inline>),
    /// Code.
    Code(String),
    /// A link to an address, and what it says.
    Link(String, Vec<Inline>),
    /// A line break.
    Break,
}

/// A line of text as its parts.
#[must_use]
pub fn line(inlines: &[Inline]) -> Rich {
    let mut parts = Rich::new();
    add_inlines(inlines, &mut parts);
    parts
}

/// Blocks as their parts.
#[must_use]
pub fn parts(blocks: &[Block]) -> Rich {
    let mut parts = Rich::new();
    add_blocks(blocks, &mut parts);
    parts
}

fn add_blocks(blocks: &[Block], parts: &mut Rich) {
    for block in blocks {
        match block {
            Block::Paragraph(text) => element("p", parts, |parts| add_inlines(text, parts)),
            // The card's title is a heading of level 2, so headings in its body are below it.
            Block::Heading(level, text) => {
                let name = match level {
                    1 | 2 => "h3",
                    3 => "h4",
                    _ => "h5",
                };
                element(name, parts, |parts| add_inlines(text, parts));
            }
            Block::Bullets(items) => element("ul", parts, |parts| add_items(items, parts)),
            Block::Numbers(first, items) => {
                element(&format!("ol {first}"), parts, |parts| {
                    add_items(items, parts);
                });
            }
            Block::Quote(inner) => element("blockquote", parts, |parts| add_blocks(inner, parts)),
            Block::Code(code) => element("pre", parts, |parts| {
                element("code", parts, |parts| parts.push(format!("={code}")));
            }),
            Block::Rule => element("hr", parts, |_| {}),
        }
    }
}

fn add_items(items: &[Vec<Block>], parts: &mut Rich) {
    for item in items {
        element("li", parts, |parts| add_blocks(item, parts));
    }
}

fn add_inlines(inlines: &[Inline], parts: &mut Rich) {
    for inline in inlines {
        match inline {
            Inline::Text(text) => parts.push(format!("={text}")),
            Inline::Variable(path, otherwise) => parts.push(format!("${path}|{otherwise}")),
            Inline::Strong(inner) => element("strong", parts, |parts| add_inlines(inner, parts)),
            Inline::Emphasis(inner) => element("em", parts, |parts| add_inlines(inner, parts)),
            Inline::Code(code) => element("code", parts, |parts| parts.push(format!("={code}"))),
            Inline::Link(to, inner) => {
                element(&format!("a {to}"), parts, |parts| add_inlines(inner, parts));
            }
            Inline::Break => element("br", parts, |_| {}),
        }
    }
}

fn element(name: &str, parts: &mut Rich, inside: impl FnOnce(&mut Rich)) {
    parts.push(format!("<{name}"));
    inside(parts);
    parts.push(">".to_owned());
}

/// The paths of the variables in a text.
pub fn variables(text: &Rich) -> impl Iterator<Item = &str> {
    text.iter().filter_map(|part| {
        Some(
            part.strip_prefix('$')?
                .split('|')
                .next()
                .unwrap_or_default(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    #[test]
    fn a_text_is_what_walking_through_its_tree_says() {
        for (text, expected) in [
            ("", ""),
            (
                "Hello **{{user.name|you | me}}**.",
                "<p =Hello  <strong $user.name|you | me > =. >",
            ),
            ("# Big\n\n### Small", "<h3 =Big > <h4 =Small >"),
            ("- a\n- `b>`", "<ul <li <p =a > > <li <p <code =b> > > > >"),
            ("3. a", "<ol 3 <li <p =a > > >"),
            ("> [x](/y 'z')", "<blockquote <p <a /y =x > > >"),
            ("a\\\nb\n\n---", "<p =a <br > =b > <hr >"),
            ("    <b>", "<pre <code =<b> > >"),
        ] {
            let parts = parts(&markdown::blocks(text));
            assert_eq!(parts.join(" ").replace('\n', ""), expected, "{text}");
            let open = parts.iter().filter(|part| part.starts_with('<')).count();
            assert_eq!(
                parts.iter().filter(|part| *part == ">").count(),
                open,
                "{text}"
            );
        }
        assert_eq!(
            variables(&line(&markdown::plain("{{user.b|c}} d"))).collect::<Vec<_>>(),
            ["user.b"]
        );
    }
}
