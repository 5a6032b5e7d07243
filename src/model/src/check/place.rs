//! Where a problem is: a path into one file.

use std::fmt;
use std::ops::Range;

use serde_json::Value;

use super::tree::{Node, Tree};

/// A path into the JSON of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the file in its folder.
    pub file: usize,
    path: Vec<Segment>,
    /// Whether the name of the last field is meant and not its value.
    named: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Field(String),
    Item(usize),
}

impl Place {
    /// The whole of a file.
    #[must_use]
    pub const fn file(file: usize) -> Self {
        Self {
            file,
            path: Vec::new(),
            named: false,
        }
    }

    /// A field of what is here.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        self.with(Segment::Field(name.to_owned()), false)
    }

    /// The name of a field of what is here.
    #[must_use]
    pub fn name(&self, name: &str) -> Self {
        self.with(Segment::Field(name.to_owned()), true)
    }

    /// An element of the list that is here.
    #[must_use]
    pub fn item(&self, place: usize) -> Self {
        self.with(Segment::Item(place), false)
    }

    /// The element of a list, or the one value that stands for a list of one.
    #[must_use]
    pub fn one_of_many(&self, place: usize, root: &Node) -> Self {
        match self.find(root).map(|node| &node.value) {
            Some(Tree::List(_)) => self.item(place),
            _ => self.clone(),
        }
    }

    fn with(&self, segment: Segment, named: bool) -> Self {
        let mut path = Vec::with_capacity(self.path.len() + 1);
        path.extend(self.path.iter().cloned());
        path.push(segment);
        Self {
            file: self.file,
            path,
            named,
        }
    }

    /// What is here, in the file's tree.
    #[must_use]
    pub fn find<'n>(&self, root: &'n Node) -> Option<&'n Node> {
        self.path.iter().try_fold(root, step)
    }

    /// Whether the name of a field is meant: one that is not known here, or stands here twice.
    #[must_use]
    pub const fn is_name(&self) -> bool {
        self.named
    }

    /// Takes the last field of the path out of what the file says.
    pub fn remove_from(&self, json: &mut Value) {
        let Some((Segment::Field(name), path)) = self.path.split_last() else {
            return;
        };
        let parent = path
            .iter()
            .try_fold(json, |here, segment| match segment {
                Segment::Field(name) => here.get_mut(name),
                Segment::Item(place) => here.get_mut(place),
            })
            .and_then(Value::as_object_mut);
        if let Some(parent) = parent {
            parent.remove(name);
        }
    }

    /// Where it stands. Of a path that leads nowhere, where it stops.
    #[must_use]
    pub fn span(&self, root: &Node) -> Range<usize> {
        let mut here = root;
        for (depth, segment) in self.path.iter().enumerate() {
            if self.named
                && depth + 1 == self.path.len()
                && let Segment::Field(name) = segment
                && let Some(field) = here.fields().iter().rev().find(|field| field.name == *name)
            {
                return field.name_span.clone();
            }
            match step(here, segment) {
                Some(next) => here = next,
                None => return opening(here),
            }
        }
        match here.value {
            Tree::List(_) | Tree::Object(_) => opening(here),
            _ => here.span.clone(),
        }
    }
}

fn step<'n>(here: &'n Node, segment: &Segment) -> Option<&'n Node> {
    match (segment, &here.value) {
        (Segment::Field(name), Tree::Object(_)) => here.field(name),
        (Segment::Item(place), Tree::List(list)) => list.get(*place),
        _ => None,
    }
}

/// The opening bracket of a list or an object stands for all of it.
fn opening(node: &Node) -> Range<usize> {
    match node.value {
        Tree::List(_) | Tree::Object(_) => node.span.start..node.span.start + 1,
        _ => node.span.clone(),
    }
}

/// A JSON Pointer (RFC 6901); the root is the empty text.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.path {
            match segment {
                Segment::Field(name) => {
                    write!(f, "/{}", name.replace('~', "~0").replace('/', "~1"))?;
                }
                Segment::Item(place) => write!(f, "/{place}")?,
            }
        }
        Ok(())
    }
}
