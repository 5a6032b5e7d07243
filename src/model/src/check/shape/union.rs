//! Unions: which branch was probably meant.

use serde_json::Value;

use super::super::place::Place;
use super::super::suggest;
use super::super::tree::{Node, Tree};
use super::{Misfit, Shape, is_type, types};

impl<'s> Shape<'s> {
    pub(super) fn union(
        &mut self,
        schema: &'s Value,
        branches: &'s [Value],
        node: &Node,
        place: &Place,
    ) {
        let flat = self.flattened(branches);
        match &node.value {
            Tree::Object(_) => self.object_union(schema, &flat, node, place),
            Tree::Text(_) => {
                let words: Vec<&Value> = flat.iter().copied().flat_map(words).collect();
                let open: Vec<&'s Value> = of_type(&flat, node);
                match open.as_slice() {
                    [] if words.is_empty() => self.wrong_type(schema, node, place),
                    [] => self.one_of(&words, node, place),
                    _ if words.iter().any(|word| node.to_json() == **word) => {}
                    [only, ..] => self.value(only, node, place),
                }
            }
            _ => match of_type(&flat, node).as_slice() {
                [] => self.wrong_type(schema, node, place),
                open => self.best(open, node, place),
            },
        }
    }

    /// The branches of a union, those of unions in it included.
    pub(super) fn flattened(&self, branches: &'s [Value]) -> Vec<&'s Value> {
        let mut flat = Vec::new();
        let mut open: Vec<&'s Value> = branches.iter().rev().collect();
        while let Some(branch) = open.pop() {
            let resolved = self.resolve(branch);
            match self::branches(resolved) {
                Some(inner) => open.extend(inner.iter().rev()),
                None => flat.push(resolved),
            }
        }
        flat
    }

    pub(super) fn object_union(
        &mut self,
        schema: &'s Value,
        flat: &[&'s Value],
        node: &Node,
        place: &Place,
    ) {
        let objects: Vec<&'s Value> = flat
            .iter()
            .copied()
            .filter(|branch| types(branch).contains(&"object"))
            .collect();
        match objects.as_slice() {
            [] => self.wrong_type(schema, node, place),
            [only] => self.value(only, node, place),
            [first, ..] => match tag_of(first, &objects) {
                Some(tag) => self.tagged(tag, &objects, node, place),
                None => self.keyed(&objects, node, place),
            },
        }
    }

    /// A union told apart by the value of one field, such as `kind`.
    pub(super) fn tagged(&mut self, tag: &str, objects: &[&'s Value], node: &Node, place: &Place) {
        let values: Vec<&Value> = objects
            .iter()
            .filter_map(|branch| branch.pointer(&format!("/properties/{tag}/const")))
            .collect();
        let Some(given) = node.field(tag) else {
            let names: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
            let near = node
                .fields()
                .iter()
                .find(|field| suggest::nearest(&field.name, [tag]).is_some());
            let help = match near {
                Some(field) => format!("did you mean it by `{}`?", field.name),
                None => format!("add `\"{tag}\"`: one of {}", suggest::listed(&names)),
            };
            self.say(
                place.clone(),
                format!("the field `{tag}` is missing"),
                Some(help),
            );
            return;
        };
        let json = given.to_json();
        match objects
            .iter()
            .find(|branch| branch.pointer(&format!("/properties/{tag}/const")) == Some(&json))
        {
            Some(branch) => self.value(branch, node, place),
            None => self.one_of(&values, given, &place.field(tag)),
        }
    }

    /// A union told apart by which field is there: the first of the required ones names the branch.
    pub(super) fn keyed(&mut self, objects: &[&'s Value], node: &Node, place: &Place) {
        let keys: Vec<&str> = objects.iter().filter_map(|branch| key_of(branch)).collect();
        let named: Vec<&'s Value> = objects
            .iter()
            .copied()
            .filter(|branch| key_of(branch).is_some_and(|key| node.field(key).is_some()))
            .collect();
        if let [first, second, ..] = named.as_slice() {
            let before = self.found.len();
            self.best(&named, node, place);
            if self.found.len() > before
                && let (Some(first), Some(second)) = (key_of(first), key_of(second))
            {
                self.found.truncate(before);
                self.say(
                    place.name(second),
                    format!("both `{first}` and `{second}` say what this is"),
                    Some(if keys.contains(&"all") {
                        "join two conditions by `{\"all\": [{…}, {…}]}`".to_owned()
                    } else {
                        "keep one of them".to_owned()
                    }),
                );
            }
            return;
        }
        if let [only] = named.as_slice() {
            self.value(only, node, place);
            return;
        }
        let meant = node.fields().iter().find_map(|field| {
            suggest::nearest(&field.name, keys.iter().copied()).map(|key| (field, key))
        });
        match meant {
            Some((field, key)) => self.say(
                place.name(&field.name),
                format!("unknown field `{}`", field.name),
                Some(format!("did you mean `{key}`?")),
            ),
            None => {
                let at = node
                    .fields()
                    .first()
                    .map_or_else(|| place.clone(), |field| place.name(&field.name));
                self.say(
                    at,
                    "none of the fields says what this is".to_owned(),
                    Some(format!("use one of {}", suggest::listed(&keys))),
                );
            }
        }
    }

    /// The branch with the fewest misfits.
    pub(super) fn best(&mut self, branches: &[&'s Value], node: &Node, place: &Place) {
        let mut best: Option<Vec<Misfit>> = None;
        for branch in branches {
            let mut trial = Shape {
                defs: self.defs,
                found: Vec::new(),
            };
            trial.value(branch, node, place);
            if best
                .as_ref()
                .is_none_or(|best| trial.found.len() < best.len())
            {
                best = Some(trial.found);
            }
        }
        self.found.extend(best.unwrap_or_default());
    }
}

pub(super) fn branches(schema: &Value) -> Option<&[Value]> {
    schema
        .get("oneOf")
        .or_else(|| schema.get("anyOf"))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
}

/// The words of a branch that takes only words.
pub(super) fn words_of(branch: &Value) -> Option<Vec<&Value>> {
    if let Some(word) = branch.get("const") {
        return Some(vec![word]);
    }
    branch
        .get("enum")
        .and_then(Value::as_array)
        .map(|words| words.iter().collect())
}

pub(super) fn words(branch: &Value) -> Vec<&Value> {
    words_of(branch).unwrap_or_default()
}

/// The branches that take values of this type, not only certain words.
pub(super) fn of_type<'s>(branches: &[&'s Value], node: &Node) -> Vec<&'s Value> {
    branches
        .iter()
        .copied()
        .filter(|branch| {
            words_of(branch).is_none() && types(branch).iter().any(|kind| is_type(node, kind))
        })
        .collect()
}

/// The field of which every branch fixes the value.
pub(super) fn tag_of<'s>(first: &'s Value, objects: &[&Value]) -> Option<&'s str> {
    let candidates = first.get("properties")?.as_object()?;
    candidates
        .iter()
        .filter(|(_, schema)| schema.get("const").is_some_and(Value::is_string))
        .map(|(name, _)| name.as_str())
        .find(|name| {
            objects.iter().all(|branch| {
                branch
                    .pointer(&format!("/properties/{name}/const"))
                    .is_some()
            })
        })
}

pub(super) fn key_of(branch: &Value) -> Option<&str> {
    branch.get("required")?.as_array()?.first()?.as_str()
}
