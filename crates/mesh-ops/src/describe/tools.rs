//! The MCP tools: the operations of daily use, and two that reach all others.

use std::borrow::Cow;

use mesh_model::ops::{
    self, Declaration, JournalList, JournalWrite, Needs, OpKind, Operation, ParticipantList,
    ReportGet,
};
use mesh_model::{Effect, ErrorCode, Refusal};
use serde_json::{Map, Value, json};

use crate::describe::schema::Schemas;

/// The tool that calls any operation.
pub const CALL_TOOL: &str = "mesh_call";
/// The tool that explains operations.
pub const HELP_TOOL: &str = "mesh_help";
/// Tools that are called by their names without standing in the list, whose room is taken by what every agent needs. The
/// documentation of their operations names them, which `mesh_help` tells.
const UNLISTED: [(&str, &str); 3] = [
    ("mesh_log", JournalWrite::DECLARATION.name),
    ("mesh_logs", JournalList::DECLARATION.name),
    ("mesh_report", ReportGet::DECLARATION.name),
];
/// Fields that the list leaves out for the same reason: by the tool's name, and taken all the same.
const UNLISTED_FIELDS: [(&str, [&str; 5]); 1] = [(
    ParticipantList::DECLARATION.name,
    ["role", "group", "skill", "capability", "state"],
)];
/// What `tools/list` may hold, bytes of compact JSON: it is in every agent's context all the time.
pub const TOOLS_BYTES_MAX: usize = 12_000;

/// One tool as MCP lists it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it does.
    pub description: Cow<'static, str>,
    /// What it takes.
    pub input_schema: Value,
    /// Hints for the client.
    pub annotations: Value,
}

/// All tools, in the order of the registry.
pub fn mcp_tools() -> Vec<Tool> {
    let mut tools: Vec<_> = ops::all()
        .filter_map(|declaration| Some(daily(declaration, declaration.tool?)))
        .collect();
    tools.push(Tool {
        name: CALL_TOOL.into(),
        description: "Call any operation of the mesh by name. mesh_help lists them.".into(),
        input_schema: json!({
            "type": "object",
            "properties": {
                "operation": {"type": "string", "description": "such as room.create"},
                "input": {"type": "object", "description": "what the operation takes"}
            },
            "required": ["operation"],
            "additionalProperties": false
        }),
        annotations: json!({"openWorldHint": false}),
    });
    tools.push(Tool {
        name: HELP_TOOL.into(),
        description:
            "List the operations, or explain one: its input, an example, the permission it needs."
                .into(),
        input_schema: json!({
            "type": "object",
            "properties": {"operation": {"type": "string"}},
            "additionalProperties": false
        }),
        annotations: json!({"readOnlyHint": true, "openWorldHint": false}),
    });
    tools
}

/// The operation that a tool is: one of daily use, or one that is not listed.
pub fn tool_operation(tool: &str) -> Option<&'static Declaration> {
    let unlisted = UNLISTED.iter().find(|(name, _)| *name == tool);
    match unlisted {
        Some((_, operation)) => ops::named(operation),
        None => ops::all().find(|declaration| declaration.tool == Some(tool)),
    }
}

fn daily(declaration: &'static Declaration, tool: &'static str) -> Tool {
    let query = declaration.kind == OpKind::Query;
    Tool {
        name: tool.into(),
        description: declaration.doc.into(),
        input_schema: trimmed_input(declaration),
        annotations: if query {
            json!({"readOnlyHint": true, "openWorldHint": false})
        } else {
            json!({"destructiveHint": false, "openWorldHint": false})
        },
    }
}

/// An input's schema without what a caller does not need, and without references.
fn trimmed_input(declaration: &Declaration) -> Value {
    let schemas = Schemas::all();
    let unlisted: Vec<&str> = UNLISTED_FIELDS
        .iter()
        .filter(|(operation, _)| *operation == declaration.name)
        .flat_map(|(_, fields)| fields.iter().copied())
        .collect();
    let fields: Map<String, Value> = schemas
        .fields(declaration)
        .iter()
        .filter(|(name, _)| *name != "min_seq" && !unlisted.contains(&name.as_str()))
        .map(|(name, schema)| (name.clone(), trim(schemas, schema)))
        .collect();
    let required: Vec<_> = schemas.required(declaration).collect();
    let mut schema = json!({"type": "object", "properties": fields, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn trim(schemas: &Schemas, schema: &Value) -> Value {
    let about = schema.get("description").cloned();
    let mut inner = schemas.follow(schema).clone();
    if let Some(parts) = inner.get("anyOf").and_then(Value::as_array) {
        let rest: Vec<_> = parts
            .iter()
            .filter(|part| schemas.types(part) != ["null"])
            .collect();
        if let [one] = rest.as_slice() {
            inner = trim(schemas, one);
        }
    }
    if let Some(parts) = inner.get("oneOf").and_then(Value::as_array) {
        // An enumeration whose values are documented one by one.
        let names: Vec<_> = parts
            .iter()
            .filter_map(|part| part.get("const").cloned())
            .collect();
        if names.len() == parts.len() {
            inner = json!({"type": "string", "enum": names});
        }
    }
    let Value::Object(mut fields) = inner else {
        return inner;
    };
    for word in [
        "title",
        "format",
        "default",
        "pattern",
        "minimum",
        "maximum",
        "description",
    ] {
        fields.remove(word);
    }
    // Both go without saying.
    if fields.get("additionalProperties") == Some(&Value::Bool(true)) {
        fields.remove("additionalProperties");
    }
    if fields.contains_key("const") {
        fields.remove("type");
    }
    if let Some(Value::Array(types)) = fields.get("type") {
        let kept: Vec<_> = types
            .iter()
            .filter(|found| *found != "null")
            .cloned()
            .collect();
        fields.insert(
            "type".to_owned(),
            kept.first().cloned().unwrap_or(Value::Null),
        );
    }
    if let Some(items) = fields.get("items").cloned() {
        fields.insert("items".to_owned(), nameless(schemas, &items));
    }
    let inner = match fields.get_mut("properties") {
        Some(Value::Object(inner)) => inner.values_mut().collect(),
        _ => Vec::new(),
    };
    inner
        .into_iter()
        .for_each(|schema| *schema = nameless(schemas, schema));
    for word in ["oneOf", "anyOf"] {
        if let Some(Value::Array(parts)) = fields.get_mut(word) {
            parts
                .iter_mut()
                .for_each(|schema| *schema = nameless(schemas, schema));
        }
    }
    if let Some(about) = about {
        fields.insert("description".to_owned(), about);
    }
    Value::Object(fields)
}

/// A schema inside another: what its fields are for stands in `mesh_help`, and that there are no others says
/// the refusal.
fn nameless(schemas: &Schemas, schema: &Value) -> Value {
    let mut schema = trim(schemas, schema);
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("description");
        fields.remove("additionalProperties");
    }
    schema
}

/// What `mesh_help` answers: one line an operation, or all about one.
pub fn help(operation: Option<&str>) -> Result<Value, Refusal> {
    let Some(name) = operation else {
        let lines: Vec<_> = ops::all()
            .map(|one| json!({"operation": one.name, "doc": one.doc}))
            .collect();
        return Ok(json!({"items": lines}));
    };
    let declaration = ops::named(name).ok_or_else(|| unknown_operation(name))?;
    let example: Value = serde_json::from_str(declaration.example).unwrap_or_default();
    Ok(json!({
        "operation": declaration.name,
        "doc": declaration.doc,
        "kind": if declaration.kind == OpKind::Query { "query" } else { "command" },
        "needs": needs(declaration),
        "input": trimmed_input(declaration),
        "example": example
    }))
}

pub(crate) fn needs(declaration: &Declaration) -> Value {
    match declaration.needs {
        Needs::Nothing => json!("nothing"),
        Needs::Credential => json!("any credential"),
        Needs::Permission(permission) => json!(permission),
        Needs::Owner => json!("the owner"),
    }
}

/// That there is no operation of that name.
pub(crate) fn unknown_operation(name: &str) -> Refusal {
    let shown: String = name.chars().take(60).collect();
    Refusal::new(
        ErrorCode::UnknownOperation,
        format!("there is no operation '{shown}'"),
        Effect::NothingDone,
        "`mesh ops`, GET /api/operations or the tool mesh_help list them",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_small_and_plain() {
        let tools = mcp_tools();
        let list = serde_json::to_string(&json!({"tools": tools})).unwrap();
        assert!(list.len() <= TOOLS_BYTES_MAX, "{} bytes", list.len());
        assert!(!list.contains("$ref"), "{list}");
        let daily = tools
            .iter()
            .filter(|tool| tool_operation(&tool.name).is_some());
        assert!((17..=20).contains(&daily.count()), "{}", tools.len());
        for tool in &tools {
            assert_eq!(tool.input_schema["type"], "object", "{}", tool.name);
            assert!(
                tool.name == CALL_TOOL
                    || tool.name == HELP_TOOL
                    || tool_operation(&tool.name).is_some()
            );
        }
    }

    #[test]
    fn tools_that_are_not_listed_are_named_by_their_operations() {
        let listed = mcp_tools();
        for (tool, operation) in UNLISTED {
            let declaration = tool_operation(tool).unwrap();
            assert_eq!(declaration.name, operation);
            assert!(declaration.doc.contains(&format!("`{tool}`")), "{tool}");
            assert!(listed.iter().all(|known| known.name != tool), "{tool}");
        }
    }

    #[test]
    fn enumerations_are_named() {
        let say = mcp_tools()
            .into_iter()
            .find(|tool| tool.name == "mesh_say")
            .unwrap();
        assert_eq!(
            say.input_schema["properties"]["priority"]["enum"],
            json!(["now", "next", "low"])
        );
        // A message may bring files or data and say nothing.
        assert_eq!(say.input_schema["required"], json!(["to"]));
    }

    #[test]
    fn help_explains_every_operation() {
        for declaration in ops::all() {
            let page = help(Some(declaration.name)).unwrap();
            assert_eq!(page["operation"], declaration.name);
            assert!(page["input"].is_object());
        }
        assert_eq!(
            help(Some("nothing.such")).unwrap_err().code,
            ErrorCode::UnknownOperation
        );
        assert_eq!(
            help(None).unwrap()["items"].as_array().unwrap().len(),
            ops::all().count()
        );
    }
}
