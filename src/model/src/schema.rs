//! JSON Schema of the configuration, generated from the types that read it.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::config::{Article, Guide, Workspace};

mod condition;
mod page;

pub use page::{example, page};

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// `banso.json`.
    Workspace,
    /// `guides/*.json`.
    Guide,
    /// `help/*.json`.
    Article,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Workspace, Self::Guide, Self::Article];

    /// Name of the schema's file.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace.schema.json",
            Self::Guide => "guide.schema.json",
            Self::Article => "article.schema.json",
        }
    }

    /// Its schema, JSON Schema 2020-12.
    #[must_use]
    pub fn schema(self) -> &'static Value {
        static SCHEMAS: LazyLock<[Value; 3]> = LazyLock::new(|| {
            [
                generated::<Workspace>("Banso workspace"),
                generated::<Guide>("Banso guide"),
                generated::<Article>("Banso help article"),
            ]
        });
        let [workspace, guide, article] = &*SCHEMAS;
        match self {
            Self::Workspace => workspace,
            Self::Guide => guide,
            Self::Article => article,
        }
    }
}

fn generated<T: JsonSchema>(title: &str) -> Value {
    let settings = SchemaSettings::draft2020_12()
        .for_deserialize()
        .with_transform(RecursiveTransform(without_null))
        .with_transform(RecursiveTransform(unwrapped));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

/// An optional field is left out; it is never null.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = object.get_mut(union) {
            branches.retain(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
            if let [Value::Object(only)] = branches.as_slice() {
                let only = only.clone();
                object.remove(union);
                for (name, value) in only {
                    object.entry(name).or_insert(value);
                }
            }
        }
    }
    if object.get("default") == Some(&Value::Null) {
        object.remove("default");
    }
}

/// A description's lines are as long as the source's; readers wrap it themselves.
fn unwrapped(schema: &mut Schema) {
    if let Some(object) = schema.as_object_mut()
        && let Some(Value::String(description)) = object.get_mut("description")
    {
        let paragraphs: Vec<String> = description
            .split("\n\n")
            .map(|paragraph| paragraph.replace('\n', " "))
            .collect();
        *description = paragraphs.join("\n\n");
    }
}

#[cfg(test)]
mod tests;
