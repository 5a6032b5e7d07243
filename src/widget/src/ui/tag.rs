//! Elements, built by calls. The macro `html!` writes the same out in place at three times the bytes, and a page
//! downloads them.

use std::rc::Rc;

use yew::Html;
use yew::html::NodeRef;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Listener, VList, VTag, VText};

/// An element in the making; boxed, since it is handed on at every call.
pub struct Tag(Box<VTag>);

/// An element with these attributes: `names` and `values` go in pairs; a value without a name is left out.
#[inline(never)]
pub fn tag(name: &'static str, names: &'static [&'static str], values: &[&str]) -> Tag {
    let mut element = VTag::new(name);
    let mut held = Vec::with_capacity(names.len());
    for (_, value) in names.iter().zip(values) {
        held.push(Some(AttributeOrProperty::Attribute(
            (*value).to_owned().into(),
        )));
    }
    element.attributes = Attributes::Dynamic {
        keys: names,
        values: held.into(),
    };
    Tag(Box::new(element))
}

/// An element with a class alone.
#[inline(never)]
pub fn of_class(name: &'static str, class: &str) -> Tag {
    tag(name, &["class"], &[class])
}

/// An element without attributes.
#[inline(never)]
pub fn plain(name: &'static str) -> Tag {
    Tag(Box::new(VTag::new(name)))
}

impl Tag {
    /// The same with something in it, after what is in it already.
    #[inline(never)]
    pub fn with(mut self, child: Html) -> Self {
        self.0.add_child(child);
        self
    }

    /// The same with an element in it, after what is in it already.
    #[inline(never)]
    pub fn put(self, child: Self) -> Self {
        self.with(child.into())
    }

    /// The same with text in it, after what is in it already.
    #[inline(never)]
    pub fn say(self, words: &str) -> Self {
        self.with(text(words))
    }

    /// The same, to be found by `place` once it is drawn.
    #[inline(never)]
    pub fn at(mut self, place: &NodeRef) -> Self {
        self.0.node_ref = place.clone();
        self
    }

    /// The same with what a press does.
    #[inline(never)]
    pub fn on(mut self, listener: Rc<dyn Listener>) -> Self {
        self.0.add_listener(listener);
        self
    }
}

impl From<Tag> for Html {
    fn from(tag: Tag) -> Self {
        (*tag.0).into()
    }
}

/// Text as a node.
pub fn text(text: &str) -> Html {
    VText::new(text.to_owned()).into()
}

/// Nodes one after the other.
pub fn together(parts: Vec<Html>) -> Html {
    VList::with_children(parts, None).into()
}
