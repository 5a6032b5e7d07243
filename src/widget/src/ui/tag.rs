//! Elements as values, and the one way they get onto the page.
//!
//! The parts of the interface build trees of [`Tag`]s by calls. A [`Mount`] keeps the tree that it drew last and makes the
//! page as the next one says, changing only what differs, so that the focus, the scrolling and what was typed stay.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

use crate::browser::window;
use crate::cut::{cut, pieces};
use crate::scene::Intent;

/// Nodes one after the other.
pub type Html = Vec<Tag>;

/// Where an element is to be found once it is drawn.
pub type Place = Rc<RefCell<Option<HtmlElement>>>;

/// An element or a text; boxed, since it is handed on at every call.
#[derive(Default)]
pub struct Tag(Box<Part>);

#[derive(Default)]
struct Part {
    /// Empty for a text.
    name: &'static str,
    text: String,
    attributes: Vec<(&'static str, String)>,
    children: Html,
    /// What a press on it means, in order.
    press: Vec<Intent>,
    place: Option<Place>,
    node: Option<Node>,
}

/// An element with these attributes, written `class=button;type=button`. An element whose `id` changes is another
/// element.
#[inline(never)]
pub fn tag(name: &'static str, fixed: &'static str) -> Tag {
    let mut tag = Tag::default();
    tag.0.name = name;
    for one in pieces(fixed, b';') {
        if let Some((name, value)) = cut(one, b'=') {
            tag.0.attributes.push((name, value.to_owned()));
        }
    }
    tag
}

/// Text as a node.
#[inline(never)]
pub fn text(text: &str) -> Tag {
    let mut tag = Tag::default();
    text.clone_into(&mut tag.0.text);
    tag
}

impl Tag {
    /// The same with one more attribute.
    #[inline(never)]
    pub fn set(mut self, name: &'static str, value: &str) -> Self {
        self.0.attributes.push((name, value.to_owned()));
        self
    }

    /// The same with more in it, after what is in it already.
    #[inline(never)]
    pub fn with(mut self, mut children: Html) -> Self {
        self.0.children.append(&mut children);
        self
    }

    /// The same with an element in it, after what is in it already.
    #[inline(never)]
    pub fn put(mut self, child: Self) -> Self {
        self.0.children.push(child);
        self
    }

    /// The same with text in it, after what is in it already.
    #[inline(never)]
    pub fn say(self, words: &str) -> Self {
        self.put(text(words))
    }

    /// The same, to be found at `place` once it is drawn.
    #[inline(never)]
    pub fn at(mut self, place: &Place) -> Self {
        self.0.place = Some(Rc::clone(place));
        self
    }

    /// The same with what a press on it means.
    #[inline(never)]
    pub fn on(mut self, press: Vec<Intent>) -> Self {
        self.0.press = press;
        self
    }
}

impl Part {
    fn attribute(&self, name: &str) -> Option<&String> {
        let found = self.attributes.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value)
    }

    /// Makes the page as this says, by the node that `before` stood for if it can be that. None when the page takes no
    /// more elements.
    fn draw(&mut self, before: Option<Self>, parent: &Node) -> Option<()> {
        let same = before.as_ref().is_some_and(|before| {
            before.name == self.name && before.attribute("id") == self.attribute("id")
        });
        let (mut before, old) = match before {
            Some(before) if same => (before, None),
            before => {
                let made = Self {
                    node: self.make(),
                    ..Self::default()
                };
                (made, before.and_then(|before| before.node))
            }
        };
        let node = before.node.take()?;
        if !same {
            let put = match &old {
                Some(old) => parent.replace_child(&node, old),
                None => parent.append_child(&node),
            };
            put.ok()?;
        }
        if self.name.is_empty() {
            if self.text != before.text {
                node.set_text_content(Some(&self.text));
            }
        } else {
            self.dress(&before, node.unchecked_ref());
            update(&node, &mut self.children, before.children);
            if let Some(place) = &self.place {
                place.replace(Some(node.clone().unchecked_into()));
            }
        }
        self.node = Some(node);
        Some(())
    }

    fn make(&self) -> Option<Node> {
        let document = window()?.document()?;
        Some(match self.name {
            "" => document.create_text_node("").unchecked_into(),
            "svg" | "path" | "rect" => document
                .create_element_ns(Some("http://www.w3.org/2000/svg"), self.name)
                .ok()?
                .unchecked_into(),
            name => document.create_element(name).ok()?.unchecked_into(),
        })
    }

    fn dress(&self, before: &Self, element: &Element) {
        let mut refused = false;
        for (name, value) in &self.attributes {
            if before.attribute(name) != Some(value) {
                refused |= element.set_attribute(name, value).is_err();
            }
        }
        for (name, _) in &before.attributes {
            if self.attribute(name).is_none() {
                refused |= element.remove_attribute(name).is_err();
            }
        }
        if refused {
            crate::loader::refused();
        }
    }

    /// What a press on a node in this means: the innermost element that means something.
    fn pressed(&self, on: &Node) -> Option<&[Intent]> {
        if !self.node.as_ref()?.contains(Some(on)) {
            return None;
        }
        pressed(&self.children, on).or_else(|| Some(&*self.press).filter(|press| !press.is_empty()))
    }
}

fn pressed<'a>(tags: &'a [Tag], on: &Node) -> Option<&'a [Intent]> {
    tags.iter().find_map(|tag| tag.0.pressed(on))
}

/// Makes a node's children as `new` says; `old` is what they are.
fn update(parent: &Node, new: &mut Html, old: Html) {
    let mut old = old.into_iter();
    for tag in new {
        let drawn = tag.0.draw(old.next().map(|tag| *tag.0), parent);
        if drawn.is_none() {
            crate::loader::refused();
        }
    }
    for gone in old.filter_map(|tag| tag.0.node) {
        if parent.remove_child(&gone).is_err() {
            crate::loader::refused();
        }
    }
}

/// An element on the page in which a tree is drawn.
pub struct Mount {
    element: Element,
    tree: Html,
}

impl Mount {
    /// A new element at the end of `parent`; none when the page takes none.
    pub fn new(parent: &Element) -> Option<Self> {
        let element = window()?.document()?.create_element("div").ok()?;
        parent.append_child(&element).ok()?;
        Some(Self {
            element,
            tree: Html::new(),
        })
    }

    /// Makes the page as the tree says.
    pub fn draw(&mut self, mut tree: Html) {
        update(&self.element, &mut tree, std::mem::take(&mut self.tree));
        self.tree = tree;
    }

    /// What a press on a node means.
    pub fn pressed(&self, on: &Node) -> Option<&[Intent]> {
        pressed(&self.tree, on)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        self.element.remove();
    }
}
