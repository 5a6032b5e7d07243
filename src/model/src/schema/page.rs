//! `docs/config.md`: every field of every kind, from the schema that editors and `check` use.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::FileKind;
use types::{heading, kind, object, referenced};

mod types;

const INTRO: &str = "\
# Configuration

A workspace is a folder of JSON files, in git or published from the console:

| file | what it holds |
|---|---|
| `banso.json` | the [workspace](#bansojson): keys, features, journey, health, hub |
| `guides/*.json` | one [guide](#guides) a file, of the kind tour, checklist, announcement, banner, hotspot or survey |
| `help/*.json` | one [help article](#help-articles) a file |

`banso check DIR` reports every problem of a folder at once, each with its file, line, column and what to do about it;
`--json` gives the same as JSON. A folder that fails is never served: the last good version stays. `banso schema DIR`
writes the JSON Schema of each kind of file for editors, which a file names by `$schema`.

Every file states its `version`, which is 1. Files are plain JSON without comments. Guides of one priority go in the
order of their files' names. A field that is left out has the default named here; a field that is not named here is an
error. What is read and checked but does nothing yet is said by a warning.

This page is generated from the types that read the files.
";

const EXAMPLES: [(&str, &str); 8] = [
    ("banso.json", include_str!("examples/banso.json")),
    ("tour", include_str!("examples/tour.json")),
    ("checklist", include_str!("examples/checklist.json")),
    ("announcement", include_str!("examples/announcement.json")),
    ("banner", include_str!("examples/banner.json")),
    ("hotspot", include_str!("examples/hotspot.json")),
    ("survey", include_str!("examples/survey.json")),
    ("article", include_str!("examples/article.json")),
];

/// The example of a kind of file or guide; together they are one folder that `check` reads.
#[must_use]
pub fn example(of: &str) -> Option<&'static str> {
    EXAMPLES
        .iter()
        .find(|(name, _)| *name == of)
        .map(|(_, text)| *text)
}

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = Page::default();
    page.text.push_str(INTRO);
    page.workspace();
    page.guides();
    page.articles();
    page.shared();
    page.text
}

/// Types that more than one kind of file uses; they stand at the end, once.
const SHARED: [&str; 12] = [
    "Text",
    "Condition",
    "Op",
    "Target",
    "Action",
    "Button",
    "Done",
    "Media",
    "Image",
    "Video",
    "Period",
    "Timestamp",
];

#[derive(Default)]
struct Page {
    text: String,
    /// Types that have their section, or will have it at the end.
    told: BTreeSet<String>,
}

impl Page {
    fn say(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push_str("\n\n");
    }

    fn workspace(&mut self) {
        let schema = FileKind::Workspace.schema();
        self.told.extend(SHARED.map(str::to_owned));
        self.say("\n## banso.json");
        self.say(description(schema));
        self.example("banso.json");
        self.fields(schema, &[]);
        self.used_by(schema, schema);
    }

    fn guides(&mut self) {
        let schema = FileKind::Guide.schema();
        let kinds = branches(schema).unwrap_or_default();
        let mut shared = shared_fields(kinds, "kind");
        self.say("## Guides");
        self.say("Fields that guides of every kind have, beside `kind`, which is required:");
        if let Some(first) = kinds.first() {
            self.fields_of(first, |name| shared.contains(&name));
        }
        shared.push("kind");
        for kind in kinds {
            let name = kind
                .pointer("/properties/kind/const")
                .and_then(Value::as_str);
            let name = name.unwrap_or_default();
            self.say(&format!("### {}", capitalised(name)));
            self.say(description(kind));
            self.say(&format!(
                "Beside the fields of every guide, a guide of the kind `{name}` has:"
            ));
            self.fields(kind, &shared);
            self.example(name);
        }
        self.used_by(schema, schema);
    }

    fn articles(&mut self) {
        let schema = FileKind::Article.schema();
        self.say("## Help articles");
        self.say(description(schema));
        self.fields(schema, &[]);
        self.example("article");
        self.used_by(schema, schema);
    }

    fn shared(&mut self) {
        self.say("## What all of them use");
        for name in SHARED {
            let found = FileKind::ALL.into_iter().find_map(|kind| {
                let schema = kind.schema();
                schema.get("$defs")?.get(name).map(|own| (schema, own))
            });
            if let Some((root, own)) = found {
                self.section(name, own);
                self.used_by(root, own);
            }
        }
    }

    fn example(&mut self, of: &str) {
        if let Some(example) = example(of) {
            self.say(&format!("```json\n{}\n```", example.trim_end()));
        }
    }

    /// Sections for the types that a schema uses and that have none yet, and for those that they use.
    fn used_by(&mut self, root: &Value, schema: &Value) {
        for name in references(schema) {
            if !self.told.insert(name.clone()) {
                continue;
            }
            if let Some(own) = root.get("$defs").and_then(|defs| defs.get(&name)) {
                self.section(&name, own);
                self.used_by(root, own);
            }
        }
    }

    fn section(&mut self, name: &str, schema: &Value) {
        self.say(&format!("### {}", heading(name)));
        self.say(description(schema));
        if let Some(branches) = branches(schema) {
            self.branches(branches);
        } else if properties(schema).is_some() {
            self.fields(schema, &[]);
        }
        if let Some(Value::Array(examples)) = schema.get("examples") {
            let said: Vec<String> = examples
                .iter()
                .map(|example| format!("`{example}`"))
                .collect();
            self.say(&format!("For example {}.", said.join(" or ")));
        }
    }

    fn fields(&mut self, schema: &Value, without: &[&str]) {
        self.fields_of(schema, |name| !without.contains(&name));
    }

    fn fields_of(&mut self, schema: &Value, is_meant: impl Fn(&str) -> bool) {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        self.text
            .push_str("| field | type | default | meaning |\n|---|---|---|---|\n");
        for (name, field) in properties(schema).into_iter().flatten() {
            if !is_meant(name) {
                continue;
            }
            let default = match field.get("default") {
                _ if required.contains(&name.as_str()) => "required".to_owned(),
                Some(default) => short(default),
                None => String::new(),
            };
            self.row(&[format!("`{name}`"), kind(field), default, meaning(field)]);
        }
        self.text.push('\n');
    }

    /// A union: its words, and its objects by the field that tells them apart.
    fn branches(&mut self, branches: &[Value]) {
        self.text.push_str("| written as | meaning |\n|---|---|\n");
        for branch in branches {
            let written = match properties(branch) {
                Some(fields) => object(branch, fields),
                None => kind(branch),
            };
            self.row(&[written, meaning(branch)]);
        }
        self.text.push('\n');
        let is_tagged = |branch: &Value| branch.pointer("/properties/type/const").is_some();
        if branches.iter().any(is_tagged) {
            self.tagged(branches);
        }
    }

    /// Objects told apart by `type`: the fields they share, then those of each.
    fn tagged(&mut self, branches: &[Value]) {
        let mut shared = shared_fields(branches, "type");
        self.say("Beside `type`, which is required, all of them have:");
        if let Some(first) = branches.first() {
            self.fields_of(first, |name| shared.contains(&name));
        }
        shared.push("type");
        for branch in branches {
            let own = properties(branch).into_iter().flat_map(Map::keys);
            if own.filter(|name| !shared.contains(&name.as_str())).count() > 0 {
                let name = branch
                    .pointer("/properties/type/const")
                    .and_then(Value::as_str);
                self.say(&format!(
                    "With `\"type\": \"{}\"` also:",
                    name.unwrap_or_default()
                ));
                self.fields(branch, &shared);
            }
        }
    }

    fn row(&mut self, cells: &[String]) {
        for cell in cells {
            let cell = cell.replace('|', "\\|").replace("\n\n", "<br>");
            self.text.push_str("| ");
            self.text.push_str(&cell);
            self.text.push(' ');
        }
        self.text.push_str("|\n");
    }
}

fn description(schema: &Value) -> &str {
    schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

fn branches(schema: &Value) -> Option<&[Value]> {
    let union = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
    union.as_array().map(Vec::as_slice)
}

/// The fields that all of these objects have, but for the one that tells them apart.
fn shared_fields<'s>(branches: &'s [Value], tag: &str) -> Vec<&'s str> {
    branches
        .first()
        .and_then(properties)
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
        .filter(|name| {
            *name != tag
                && branches.iter().all(|branch| {
                    properties(branch).is_some_and(|fields| fields.contains_key(*name))
                })
        })
        .collect()
}

/// What a field means, with an example.
fn meaning(schema: &Value) -> String {
    let mut said = description(schema).to_owned();
    if let Some(Value::Array(examples)) = schema.get("examples")
        && let Some(example) = examples.first()
    {
        write!(said, " For example `{example}`.").expect("a string takes it");
    }
    said
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// A default in a table; those of whole objects are told where the object is.
fn short(default: &Value) -> String {
    match default {
        Value::Object(_) => "as below".to_owned(),
        // `4.0` is written as `4`.
        Value::Number(number) => format!("`{}`", number.as_f64().unwrap_or_default()),
        other => format!("`{other}`"),
    }
}

/// The types a schema uses, in the order in which it does.
fn references(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(schema, &mut found);
    found
}

fn collect(schema: &Value, found: &mut Vec<String>) {
    if let Some(name) = referenced(schema)
        && !found.iter().any(|known| known == name)
    {
        found.push(name.to_owned());
    }
    match schema {
        Value::Object(object) => {
            for (name, inner) in object {
                if name != "$defs" {
                    collect(inner, found);
                }
            }
        }
        Value::Array(list) => {
            for inner in list {
                collect(inner, found);
            }
        }
        _ => {}
    }
}
