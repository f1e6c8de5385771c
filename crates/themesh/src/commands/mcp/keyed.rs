//! An idempotency key for each command that is called: what was not answered is sent again, and must
//! happen once.

use mesh_model::ops::{self, Declaration, OpKind, Operation, TaskTake, ToolCall};
use mesh_sdk::fresh_key;
use serde_json::{Map, Value};

/// The operation that the message calls, if it is a command.
fn command_of(message: &Value) -> Option<&'static Declaration> {
    let params = (message["method"] == "tools/call").then(|| &message["params"])?;
    let called = match params["name"].as_str()? {
        mesh_ops::CALL_TOOL => ops::named(params["arguments"]["operation"].as_str()?),
        tool => mesh_ops::tool_operation(tool),
    };
    called.filter(|operation| operation.kind == OpKind::Command)
}

/// Whether the message is to happen behind those before it. What waits for work or for a tool would hold up all others.
pub fn has_order(message: &Value) -> bool {
    let waits = [TaskTake::DECLARATION.name, ToolCall::DECLARATION.name];
    command_of(message).is_some_and(|operation| !waits.contains(&operation.name))
}

/// The message with a key in it, if it calls a command and has none.
pub fn keyed(mut message: Value) -> Value {
    if command_of(&message).is_none() {
        return message;
    }
    let params = &mut message["params"];
    if params["name"] == mesh_ops::CALL_TOOL {
        add_key(&mut params["arguments"]["input"])
    } else {
        add_key(&mut params["arguments"])
    }
    message
}

fn add_key(input: &mut Value) {
    if input.is_null() {
        *input = Value::Object(Map::new());
    }
    // Some clients send nested objects as text.
    if let Some(Ok(inner @ Value::Object(_))) = input.as_str().map(serde_json::from_str) {
        *input = inner;
    }
    if let Value::Object(fields) = input {
        fields
            .entry("idempotency_key")
            .or_insert_with(|| Value::String(fresh_key()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(name: &str, arguments: Value) -> Value {
        let params = json!({"name": name, "arguments": arguments});
        keyed(json!({"method": "tools/call", "params": params}))["params"]["arguments"].clone()
    }

    #[test]
    fn commands_get_a_key_and_nothing_else_does() {
        let said = call("mesh_say", json!({"to": "general", "text": "hello"}));
        assert!(said["idempotency_key"].is_string(), "{said}");
        let own = call("mesh_say", json!({"idempotency_key": "mine"}));
        assert_eq!(own["idempotency_key"], "mine");
        let read = json!({"room": "general"});
        assert_eq!(call("mesh_read", read.clone()), read);
        let called = call(
            "mesh_call",
            json!({"operation": "room.join", "input": "{\"room\":\"general\"}"}),
        );
        assert_eq!(called["input"]["room"], "general");
        assert!(called["input"]["idempotency_key"].is_string(), "{called}");
        let missing = call("mesh_call", json!({"operation": "logout"}));
        assert!(missing["input"]["idempotency_key"].is_string(), "{missing}");
        for other in [
            json!({"operation": "me.get"}),
            json!({"operation": "no.such"}),
        ] {
            assert_eq!(call("mesh_call", other.clone()), other);
        }
        let by_name = |operation: &str| {
            let arguments = json!({"operation": operation});
            has_order(
                &json!({"method": "tools/call", "params": {"name": "mesh_call", "arguments": arguments}}),
            )
        };
        assert!(by_name("room.join") && by_name("message.post"));
        for aside in ["me.get", "task.take", "tool.call", "no.such"] {
            assert!(!by_name(aside), "{aside}");
        }
        let list = json!({"method": "tools/list"});
        assert_eq!(keyed(list.clone()), list);
    }
}
