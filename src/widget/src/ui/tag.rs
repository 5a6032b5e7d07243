//! Elements, built by calls. The macro `html!` writes the same out in place at three times the bytes, and a page
//! downloads them.

use std::rc::Rc;

use yew::Html;
use yew::html::NodeRef;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Listener, VList, VTag, VText};

/// An element in the making.
pub struct Tag(VTag);

/// An element with these attributes: `names` and `values` go in pairs; a value without a name is left out.
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
    Tag(element)
}

/// An element with a class alone.
pub fn of_class(name: &'static str, class: &str) -> Tag {
    tag(name, &["class"], &[class])
}

/// An element without attributes.
pub fn plain(name: &'static str) -> Tag {
    Tag(VTag::new(name))
}

impl Tag {
    /// The same with something in it, after what is in it already.
    pub fn with(mut self, child: impl Into<Html>) -> Self {
        self.add(child.into());
        self
    }

    fn add(&mut self, child: Html) {
        self.0.add_child(child);
    }

    /// The same, to be found by `place` once it is drawn.
    pub fn at(mut self, place: &NodeRef) -> Self {
        self.0.node_ref = place.clone();
        self
    }

    /// The same with what a press does.
    pub fn on(mut self, listener: Rc<dyn Listener>) -> Self {
        self.0.add_listener(listener);
        self
    }
}

impl From<Tag> for Html {
    fn from(tag: Tag) -> Self {
        tag.0.into()
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
