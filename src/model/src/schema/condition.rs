//! The schema of conditions: one closed object for each kind, told apart by the key that names it.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::condition::{AssignmentState, By, Condition, Device, GuideState, Op, TimeWindow};
use crate::target::{ElementState, OneOrMany, Target};
use crate::time::Period;

impl JsonSchema for Condition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = generator.subschema_for::<OneOrMany<String>>();
        let name = json!({ "type": "string" });
        let op = op_fields(generator);
        let mut kinds = Kinds::default();
        let many = json!({ "type": "array", "items": generator.subschema_for::<Self>() });
        kinds.add(
            "all",
            "Every one of these holds; an empty list always does.",
            many.clone(),
        );
        kinds.add("any", "At least one of these holds.", many);
        kinds.add(
            "not",
            "This does not hold.",
            generator.subschema_for::<Self>(),
        );
        kinds.add_with(
            "user",
            "A trait of the user compares so. An unknown trait satisfies only `not` and `exists: false`.",
            name.clone(),
            op.clone(),
        );
        kinds.add_with(
            "account",
            "A trait of the account compares so.",
            name.clone(),
            op.clone(),
        );
        kinds.add("segment", "The user is in this segment.", name.clone());
        kinds.add(
            "stage",
            "The account is in one of these stages of the journey.",
            names.clone(),
        );
        kinds.add(
            "health",
            "The account's health score (0 to 100) compares so; unknown while there is not enough data.",
            generator.subschema_for::<Op>(),
        );
        kinds.add(
            "band",
            "The account's health is in one of these bands.",
            names.clone(),
        );
        kinds.add_with(
            "feature",
            "The feature was used: so often, within so many days, by the user or the whole account.",
            name.clone(),
            fields([
                ("count", described(generator.subschema_for::<Op>(), "How often. Without it, at least once.")),
                (
                    "within",
                    described(
                        generator.subschema_for::<Period>(),
                        "In the last whole days of the workspace's time zone, today included. Without it, ever.",
                    ),
                ),
                ("by", described(generator.subschema_for::<By>(), "Whose uses are counted. Without it, `user`.")),
            ]),
        );
        kinds.add_needing(
            "guide",
            "How far the user is with this guide.",
            name.clone(),
            ("state", generator.subschema_for::<GuideState>()),
        );
        kinds.add_with(
            "item",
            "The item `checklist/item`, or with `checklist/*` every item of the list, is done.",
            json!({ "type": "string", "examples": ["get-started/report", "get-started/*"] }),
            fields([("done", json!({ "type": "boolean", "default": true, "description": "False: it is not done." }))]),
        );
        kinds.add_needing(
            "assignment",
            "How far the account is with this assignment.",
            name,
            ("state", generator.subschema_for::<AssignmentState>()),
        );
        kinds.add_with(
            "answer",
            "The user's latest answer to `survey/question` compares so.",
            json!({ "type": "string", "examples": ["nps/score"] }),
            op,
        );
        kinds.add(
            "page",
            "The page's URL matches one of these patterns of the URLPattern standard.",
            with_example(names.clone(), "/reports/:id"),
        );
        kinds.add_with(
            "element",
            "An element of the page is so.",
            generator.subschema_for::<Target>(),
            fields([(
                "is",
                described(
                    generator.subschema_for::<ElementState>(),
                    "Without it, `visible`.",
                ),
            )]),
        );
        kinds.add(
            "device",
            "The device is one of these.",
            generator.subschema_for::<OneOrMany<Device>>(),
        );
        kinds.add(
            "locale",
            "The user's locale is, or is nearest to, one of these.",
            names,
        );
        kinds.add(
            "time",
            "Now is in this window.",
            generator.subschema_for::<TimeWindow>(),
        );
        json_schema!({
            "description": "A condition over a user, their account and the page: exactly one of the keys below.",
            "examples": [{ "all": [{ "user": "role", "is": ["admin"] }, { "page": "/reports/*" }] }],
            "oneOf": kinds.0
        })
    }
}

type Fields = Map<String, Value>;

fn fields<const N: usize, V: Into<Value>>(fields: [(&str, V); N]) -> Fields {
    fields
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema.into()))
        .collect()
}

fn described(schema: Schema, description: &str) -> Value {
    let mut schema = schema.to_value();
    if let Value::Object(object) = &mut schema {
        object.insert("description".to_owned(), description.into());
    }
    schema
}

fn with_example(schema: Schema, example: &str) -> Value {
    let mut schema = schema.to_value();
    if let Value::Object(object) = &mut schema {
        object.insert("examples".to_owned(), json!([example]));
    }
    schema
}

/// The comparisons, which stand beside the attribute they are about.
fn op_fields(generator: &mut SchemaGenerator) -> Fields {
    match Op::json_schema(generator).remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

#[derive(Default)]
struct Kinds(Vec<Value>);

impl Kinds {
    fn add(&mut self, key: &str, description: &str, schema: impl Into<Value>) {
        self.push(key, description, schema.into(), Map::new(), &[]);
    }

    /// A kind with further fields: comparisons, at least one of which is needed, or optional ones.
    fn add_with(&mut self, key: &str, description: &str, schema: impl Into<Value>, more: Fields) {
        self.push(key, description, schema.into(), more, &[]);
    }

    fn add_needing(
        &mut self,
        key: &str,
        description: &str,
        schema: impl Into<Value>,
        (needed, needed_schema): (&str, Schema),
    ) {
        let more = fields([(needed, described(needed_schema, "How far it must be."))]);
        self.push(key, description, schema.into(), more, &[needed]);
    }

    fn push(&mut self, key: &str, description: &str, schema: Value, more: Fields, needed: &[&str]) {
        let compares = more.contains_key("exists");
        let mut properties = fields([(key, schema)]);
        properties.extend(more);
        let mut required = vec![key];
        required.extend(needed);
        let mut kind = json!({
            "type": "object",
            "description": description,
            "properties": properties,
            "required": required,
            "additionalProperties": false
        });
        if compares {
            // One beside the attribute itself.
            kind["minProperties"] = 2.into();
        }
        self.0.push(kind);
    }
}
