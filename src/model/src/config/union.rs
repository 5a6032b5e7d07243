//! Schemas of structs that share fields between the kinds of a tagged union.

use schemars::Schema;
use serde_json::{Map, Value};

/// Gives every branch of a flattened union the fields beside it, and closes it: `{properties, oneOf: [branch…]}`
/// becomes `{oneOf: [{properties of both}…]}`, which editors complete and in which an unknown field is an error.
pub fn distribute(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    let Some(Value::Array(branches)) = object.remove("oneOf") else {
        return;
    };
    let shared = take_fields(object);
    object.remove("type");
    object.remove("unevaluatedProperties");
    let branches = branches
        .into_iter()
        .map(|branch| closed(&shared, branch))
        .collect();
    object.insert("oneOf".to_owned(), Value::Array(branches));
}

struct Fields {
    properties: Map<String, Value>,
    required: Vec<Value>,
}

fn take_fields(object: &mut Map<String, Value>) -> Fields {
    let properties = match object.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    let required = match object.remove("required") {
        Some(Value::Array(required)) => required,
        _ => Vec::new(),
    };
    Fields {
        properties,
        required,
    }
}

fn closed(shared: &Fields, branch: Value) -> Value {
    let Value::Object(mut branch) = branch else {
        return branch;
    };
    let own = take_fields(&mut branch);
    let mut properties = shared.properties.clone();
    properties.extend(own.properties);
    let mut required = shared.required.clone();
    required.extend(own.required);
    branch.insert("properties".to_owned(), Value::Object(properties));
    branch.insert("required".to_owned(), Value::Array(required));
    branch.insert("additionalProperties".to_owned(), Value::Bool(false));
    Value::Object(branch)
}
