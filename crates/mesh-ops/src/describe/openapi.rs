//! The OpenAPI 3.1 document, assembled from the declarations. It needs no server.

use mesh_model::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use mesh_model::ops::{self, Declaration, Needs, OpKind};
use serde_json::{Map, Value, json};

use crate::describe::schema::{COMPONENTS, Schemas};

/// The whole document. The same every time, so that it can be kept and compared.
pub fn openapi() -> Value {
    let schemas = Schemas::all();
    let mut paths = Map::new();
    for declaration in ops::all() {
        let path = paths
            .entry(declaration.path.to_owned())
            .or_insert_with(|| json!({}));
        path[declaration.method.name().to_ascii_lowercase()] = operation(schemas, declaration);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The Mesh",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "People and agents meet in rooms. Errors are RFC 9457 problem documents with a stable `code`. \
                Commands answer when they are durable and carry `seq`, their place in the log; reads see what was answered before.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"browser": []}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {"Problem": {
                "description": "Why it was not done, and what to do next",
                "content": {"application/problem+json": {"schema": {"$ref": format!("{COMPONENTS}Problem")}}}
            }},
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": "The same key with the same request is carried out once, however often it is sent. \
                        Signing in and out, acknowledgements, presence and typing are the same however often they are sent, and take no notice of it.",
                    "schema": idempotency_key()
                },
                "MeshSession": {
                    "name": "Mesh-Session", "in": "header", "required": false,
                    "description": "An open session of the caller's: what is answered counts as read there, and what is asked is judged by what was \
                        read there. Without it, or if it is over or somebody else's, a program counts as having read all that it may read.",
                    "schema": {"$ref": format!("{COMPONENTS}SessionId")}
                },
                "MinSeq": {
                    "name": "min_seq", "in": "query", "required": false,
                    "description": "Wait until the node's views have reached this place in the log.",
                    "schema": {"type": "integer", "format": "uint64", "minimum": 0}
                }
            },
            "headers": {"IdempotencyReplayed": {
                "description": "`true` if the request was carried out before and this is its answer again",
                "schema": {"type": "string", "const": "true"}
            }},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token, an API key or the owner's token"},
                "browser": {"type": "apiKey", "in": "cookie", "name": "mesh_session", "description": "A browser that signed in"}
            }
        }
    })
}

fn idempotency_key() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_CHARS_MAX, "pattern": "^[ -~]+$"})
}

fn tags() -> Vec<Value> {
    let mut names: Vec<_> = ops::all().map(noun).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| json!({"name": name}))
        .collect()
}

fn noun(declaration: &Declaration) -> &'static str {
    declaration
        .name
        .split('.')
        .next()
        .unwrap_or(declaration.name)
}

fn operation(schemas: &Schemas, declaration: &Declaration) -> Value {
    let example: Map<String, Value> = serde_json::from_str(declaration.example).unwrap_or_default();
    let mut operation = json!({
        "operationId": declaration.name,
        "tags": [noun(declaration)],
        "summary": declaration.doc,
        "parameters": parameters(schemas, declaration, &example),
        "responses": {
            (declaration.status.to_string()): success(schemas, declaration),
            "default": {"$ref": "#/components/responses/Problem"}
        }
    });
    match declaration.needs {
        Needs::Nothing => operation["security"] = json!([]),
        Needs::Credential => {}
        Needs::Permission(permission) => operation["x-permission"] = json!(permission),
        Needs::Owner => operation["x-permission"] = json!("owner"),
    }
    if declaration.kind == OpKind::Command {
        operation["requestBody"] = body(schemas, declaration, example);
    }
    operation
}

fn success(schemas: &Schemas, declaration: &Declaration) -> Value {
    let mut response = json!({
        "description": "Done",
        "content": {"application/json": {"schema": schemas.output(declaration)}}
    });
    if declaration.kind == OpKind::Command {
        response["headers"] =
            json!({"Idempotency-Replayed": {"$ref": "#/components/headers/IdempotencyReplayed"}});
    }
    response
}

/// The names in a path's braces.
pub(crate) fn path_fields(declaration: &Declaration) -> impl Iterator<Item = &'static str> {
    declaration
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameters(
    schemas: &Schemas,
    declaration: &Declaration,
    example: &Map<String, Value>,
) -> Vec<Value> {
    let fields = schemas.fields(declaration);
    let mut list = Vec::new();
    let parameter = |name: &str, place: &str, required: bool| {
        let mut schema = fields
            .get(name)
            .cloned()
            .unwrap_or_else(|| json!({"type": "string"}));
        let about = schema
            .as_object_mut()
            .and_then(|schema| schema.remove("description"));
        let mut made = json!({"name": name, "in": place, "required": required, "schema": sendable(schemas, schema)});
        if let Some(about) = about {
            made["description"] = about;
        }
        if let Some(value) = example.get(name).and_then(plain) {
            made["example"] = value;
        }
        made
    };
    for name in path_fields(declaration) {
        list.push(parameter(name, "path", true));
    }
    let session = json!({"$ref": "#/components/parameters/MeshSession"});
    let session = (declaration.needs != Needs::Nothing).then_some(session);
    if declaration.kind == OpKind::Command {
        list.extend(session);
        list.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
        return list;
    }
    let required: Vec<_> = schemas.required(declaration).collect();
    for name in fields
        .keys()
        .filter(|name| path_fields(declaration).all(|path| path != *name) && *name != "min_seq")
    {
        list.push(parameter(name, "query", required.contains(&name.as_str())));
    }
    list.extend(session);
    list.push(json!({"$ref": "#/components/parameters/MinSeq"}));
    list
}

/// A parameter is text: `null` cannot be sent, leaving it out says the same.
fn sendable(schemas: &Schemas, mut schema: Value) -> Value {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|found| found != "null");
        if let [one] = types.as_slice() {
            schema["type"] = one.clone();
        }
    }
    if let Some(parts) = schema.get("anyOf").and_then(Value::as_array) {
        let rest: Vec<_> = parts
            .iter()
            .filter(|part| schemas.types(part) != ["null"])
            .cloned()
            .collect();
        if let [one] = rest.as_slice() {
            return one.clone();
        }
    }
    if let Some(object) = schema.as_object_mut() {
        object.retain(|word, value| !(word == "default" && value.is_null()));
    }
    schema
}

/// Example values that stand for things made before cannot be shown as they are.
fn plain(value: &Value) -> Option<Value> {
    (!stands_for_another(value)).then(|| value.clone())
}

fn stands_for_another(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with('$'),
        Value::Array(items) => items.iter().any(stands_for_another),
        Value::Object(fields) => fields.values().any(stands_for_another),
        _ => false,
    }
}

fn body(schemas: &Schemas, declaration: &Declaration, mut example: Map<String, Value>) -> Value {
    let in_path: Vec<_> = path_fields(declaration).collect();
    let mut schema = schemas.input(declaration).clone();
    for word in ["title", "description"] {
        schema.remove(word);
    }
    let required: Vec<_> = schemas
        .required(declaration)
        .filter(|name| !in_path.contains(name))
        .collect();
    let needed = !required.is_empty();
    schema.insert("required".to_owned(), json!(required));
    if !needed {
        schema.remove("required");
    }
    let mut fields = schemas.fields(declaration).clone();
    fields.retain(|name, _| !in_path.contains(&name.as_str()));
    let mut key = idempotency_key();
    key["description"] = json!("As the header Idempotency-Key.");
    fields.insert("idempotency_key".to_owned(), key);
    schema.insert("properties".to_owned(), Value::Object(fields));
    schema.insert("type".to_owned(), json!("object"));
    example.retain(|name, value| !in_path.contains(&name.as_str()) && plain(value).is_some());
    json!({
        "required": needed,
        "content": {"application/json": {"schema": schema, "example": example}}
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Page and SDKs make their types from the kept document: what is added here and not there is missing in them.
    #[test]
    fn it_is_the_one_that_is_kept() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/reference/openapi.json"
        );
        let kept: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert!(
            kept == openapi(),
            "docs/reference/openapi.json is not what the declarations say: run `make goldens`"
        );
    }

    #[test]
    fn every_operation_is_in_it_once() {
        let document = openapi();
        let mut count = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                count += 1;
                let declaration = ops::named(operation["operationId"].as_str().unwrap()).unwrap();
                assert_eq!(declaration.path, path);
                assert_eq!(declaration.method.name().to_ascii_lowercase(), *method);
            }
        }
        assert_eq!(count, ops::all().count());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn visit(document: &Value, value: &Value) {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(path)) = fields.get("$ref") {
                        assert!(
                            document.pointer(path.trim_start_matches('#')).is_some(),
                            "{path}"
                        );
                    }
                    fields.values().for_each(|value| visit(document, value));
                }
                Value::Array(items) => items.iter().for_each(|value| visit(document, value)),
                _ => {}
            }
        }
        let document = openapi();
        visit(&document, &document);
    }

    #[test]
    fn an_input_keeps_its_path_fields_out_of_the_body() {
        let document = openapi();
        let post = &document["paths"]["/api/rooms/{room}/messages"]["post"];
        let schema = &post["requestBody"]["content"]["application/json"]["schema"];
        assert!(schema.get("required").is_none());
        assert!(schema["properties"].get("room").is_none());
        assert!(schema["properties"].get("idempotency_key").is_some());
        assert_eq!(schema["additionalProperties"], json!(false));
        let list = &document["paths"]["/api/rooms/{room}/messages"]["get"]["parameters"];
        let names: Vec<_> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().or(one["$ref"].as_str()).unwrap())
            .map(|name| name.rsplit('/').next().unwrap())
            .collect();
        let queried = ["room", "after", "before", "limit"];
        assert_eq!(names[..4], queried);
        assert_eq!(names[4..], ["MeshSession", "MinSeq"]);
    }
}
