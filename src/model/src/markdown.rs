//! Markdown to the tree that the widget renders as elements.
//!
//! There is no HTML in the tree: what looks like HTML stays the text it is. Links go only where [`is_safe`] allows;
//! others are reduced to what they say, and `check` refuses them before that.

use pulldown_cmark::{CowStr, Event, LinkType, Parser, Tag, TagEnd, TextMergeStream};

pub use tree::{Block, Inline};
use variable::Piece;

pub mod tree;
pub mod variable;

/// Deepest nesting of blocks and inlines; what is deeper is kept at that depth.
const DEPTH: usize = 12;

/// A text without markup: its variables, and nothing else, are special.
#[must_use]
pub fn plain(text: &str) -> Vec<Inline> {
    let (pieces, _) = variable::split(text);
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Inline::Text(text.to_owned()),
            Piece::Variable { path, fallback } => variable_node(path, fallback),
        })
        .collect()
}

/// A Markdown text as a tree.
#[must_use]
pub fn blocks(text: &str) -> Vec<Block> {
    let (marked, variables) = take_variables(text);
    let mut tree = Tree::new(&variables);
    for event in Parser::new(&marked) {
        tree.take(event);
    }
    tree.finish()
}

/// Where a Markdown text leads, and what in it does not become what it looks like.
#[must_use]
pub fn oddities(text: &str) -> Vec<Oddity> {
    let mut found = Vec::new();
    let mut code = 0_usize;
    for event in TextMergeStream::new(Parser::new(text)) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code += 1,
            Event::End(TagEnd::CodeBlock) => code = code.saturating_sub(1),
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => found.push(Oddity::Link(address(link_type, dest_url))),
            Event::Start(Tag::Image { dest_url, .. }) => {
                found.push(Oddity::Picture(dest_url.into_string()));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                found.push(Oddity::Html(html.into_string()));
            }
            Event::Text(text) if code == 0 && text.contains("**") => {
                found.push(Oddity::LooseStars);
            }
            _ => {}
        }
    }
    found
}

/// Something in a Markdown text that is worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// A link to this address.
    Link(String),
    /// A picture, for which the tree has no place: pictures are the field `media`.
    Picture(String),
    /// HTML, which stays the text it is.
    Html(String),
    /// `**` that begins or ends nothing, as happens between Japanese letters and brackets.
    LooseStars,
}

/// Whether a link may lead to this address: `http:`, `https:`, `mailto:` or an address without a scheme, and no
/// control characters or white space, by which browsers could be led to see another scheme.
#[must_use]
pub fn is_safe(address: &str) -> bool {
    if address.is_empty() || address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    match scheme(address) {
        Some(scheme) => ["http", "https", "mailto"]
            .iter()
            .any(|allowed| scheme.eq_ignore_ascii_case(allowed)),
        None => true,
    }
}

/// The scheme of an address: what stands before a colon that comes before any `/`, `?` or `#`.
#[must_use]
pub fn scheme(address: &str) -> Option<&str> {
    let end = address.find([':', '/', '?', '#'])?;
    (address.as_bytes().get(end) == Some(&b':')).then(|| &address[..end])
}

fn variable_node(path: &str, fallback: Option<&str>) -> Inline {
    Inline::Variable(path.to_owned(), fallback.unwrap_or_default().to_owned())
}

// Variables pass through the Markdown parser as one character each side of their number, so that no markup in a
// fallback and no `|` or `_` is read as Markdown. Both are Unicode noncharacters: no text holds them.
const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';

fn take_variables(text: &str) -> (String, Vec<Inline>) {
    let mut marked = String::with_capacity(text.len());
    let mut variables = Vec::new();
    for piece in variable::split(text).0 {
        match piece {
            Piece::Text(text) => {
                marked.extend(text.chars().filter(|c| !matches!(*c, OPEN | CLOSE)));
            }
            Piece::Variable { path, fallback } => {
                marked.push(OPEN);
                marked.push_str(&variables.len().to_string());
                marked.push(CLOSE);
                variables.push(variable_node(path, fallback));
            }
        }
    }
    (marked, variables)
}

/// What is open while the parser walks the text.
enum Open {
    Paragraph,
    Heading(u8),
    Quote,
    Bullets,
    Numbers(u32),
    Item,
    Code,
    Html,
    Strong,
    Emphasis,
    Link(String),
    /// Something the tree has no place for, or that is nested too deep: its content goes to what holds it.
    Through,
}

struct Frame {
    open: Open,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    items: Vec<Vec<Block>>,
}

impl Frame {
    const fn new(open: Open) -> Self {
        Self {
            open,
            blocks: Vec::new(),
            inlines: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Text that stands in a block without a paragraph of its own, as in a tight list, gets one.
    fn settle(&mut self) {
        if !self.inlines.is_empty() {
            let inlines = std::mem::take(&mut self.inlines);
            self.blocks.push(Block::Paragraph(inlines));
        }
    }
}

struct Tree<'a> {
    variables: &'a [Inline],
    frames: Vec<Frame>,
    root: Frame,
}

impl<'a> Tree<'a> {
    const fn new(variables: &'a [Inline]) -> Self {
        Self {
            variables,
            frames: Vec::new(),
            root: Frame::new(Open::Through),
        }
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap_or(&mut self.root)
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(code) => {
                let code = self.as_written(&code);
                self.top().inlines.push(Inline::Code(code));
            }
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.top().inlines.push(Inline::Break),
            Event::Rule => {
                let top = self.top();
                top.settle();
                top.blocks.push(Block::Rule);
            }
            // These need extensions that are not enabled.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.text(&text);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let open = if self.frames.len() >= DEPTH {
            Open::Through
        } else {
            opened(tag)
        };
        let block = !matches!(
            open,
            Open::Strong | Open::Emphasis | Open::Link(_) | Open::Through
        );
        if block {
            self.top().settle();
        }
        self.frames.push(Frame::new(open));
    }

    fn end(&mut self, _: TagEnd) {
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        let top = self.top();
        let inlines = std::mem::take(&mut frame.inlines);
        match frame.open {
            Open::Paragraph => top.blocks.push(Block::Paragraph(inlines)),
            Open::Html => top.blocks.push(Block::Paragraph(trimmed(inlines))),
            Open::Heading(level) => top.blocks.push(Block::Heading(level, inlines)),
            Open::Code => top.blocks.push(Block::Code(said(&inlines))),
            Open::Strong => top.inlines.push(Inline::Strong(inlines)),
            Open::Emphasis => top.inlines.push(Inline::Emphasis(inlines)),
            Open::Link(address) if is_safe(&address) => {
                top.inlines.push(Inline::Link(address, inlines));
            }
            Open::Link(_) => append(&mut top.inlines, inlines),
            Open::Quote => {
                frame.inlines = inlines;
                frame.settle();
                top.blocks.push(Block::Quote(frame.blocks));
            }
            Open::Bullets => top.blocks.push(Block::Bullets(frame.items)),
            Open::Numbers(first) => top.blocks.push(Block::Numbers(first, frame.items)),
            Open::Item => {
                frame.inlines = inlines;
                frame.settle();
                top.items.push(frame.blocks);
            }
            Open::Through => {
                for item in frame.items {
                    top.blocks.extend(item);
                }
                top.blocks.append(&mut frame.blocks);
                append(&mut top.inlines, inlines);
            }
        }
    }

    fn text(&mut self, text: &str) {
        let variables = self.variables;
        let top = self.top();
        for part in text.split_inclusive(CLOSE) {
            let (before, variable) = match part.split_once(OPEN) {
                Some((before, number)) => (
                    before,
                    number
                        .trim_end_matches(CLOSE)
                        .parse::<usize>()
                        .map_or(None, |number| variables.get(number)),
                ),
                None => (part, None),
            };
            push_text(&mut top.inlines, before);
            top.inlines.extend(variable.cloned());
        }
    }

    /// Puts the variables of a piece of code back as they were written.
    fn as_written(&self, code: &CowStr<'_>) -> String {
        let mut text = code.to_string();
        for (number, variable) in self.variables.iter().enumerate() {
            if let Inline::Variable(path, fallback) = variable {
                let mark = format!("{OPEN}{number}{CLOSE}");
                text = text.replace(&mark, &format!("{{{{{path}|{fallback}}}}}"));
            }
        }
        text
    }

    fn finish(mut self) -> Vec<Block> {
        while !self.frames.is_empty() {
            self.end(TagEnd::Paragraph);
        }
        self.root.settle();
        self.root.blocks
    }
}

fn address(link: LinkType, address: CowStr<'_>) -> String {
    match link {
        LinkType::Email => format!("mailto:{address}"),
        _ => address.into_string(),
    }
}

fn opened(tag: Tag<'_>) -> Open {
    match tag {
        Tag::Paragraph => Open::Paragraph,
        Tag::Heading { level, .. } => Open::Heading(level as u8),
        Tag::BlockQuote(_) => Open::Quote,
        Tag::CodeBlock(_) => Open::Code,
        Tag::HtmlBlock => Open::Html,
        Tag::List(None) => Open::Bullets,
        Tag::List(Some(first)) => Open::Numbers(u32::try_from(first).unwrap_or(u32::MAX)),
        Tag::Item => Open::Item,
        Tag::Strong => Open::Strong,
        Tag::Emphasis => Open::Emphasis,
        Tag::Link {
            link_type,
            dest_url,
            ..
        } => Open::Link(address(link_type, dest_url)),
        _ => Open::Through,
    }
}

fn push_text(inlines: &mut Vec<Inline>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Inline::Text(last)) = inlines.last_mut() {
        last.push_str(text);
    } else {
        inlines.push(Inline::Text(text.to_owned()));
    }
}

fn append(to: &mut Vec<Inline>, inlines: Vec<Inline>) {
    for inline in inlines {
        match inline {
            Inline::Text(text) => push_text(to, &text),
            other => to.push(other),
        }
    }
}

fn trimmed(mut inlines: Vec<Inline>) -> Vec<Inline> {
    if let Some(Inline::Text(last)) = inlines.last_mut() {
        last.truncate(last.trim_end().len());
    }
    inlines
}

/// What inlines say, without their form; variables are written out.
fn said(inlines: &[Inline]) -> String {
    let mut text = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(piece) | Inline::Code(piece) => text.push_str(piece),
            Inline::Variable(path, fallback) => {
                text.push_str(&format!("{{{{{path}|{fallback}}}}}"));
            }
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link(_, inner) => {
                text.push_str(&said(inner));
            }
            Inline::Break => text.push('\n'),
        }
    }
    text
}

#[cfg(test)]
mod tests;
