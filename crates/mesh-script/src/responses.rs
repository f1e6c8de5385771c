//! OpenAI's Responses API.

use serde_json::{Value, json};

use crate::answer::{Called, ModelAnswer};
use crate::talk::{End, Talk, text, words};

/// Between a group of tools and a tool in it, where a scenario names one.
const GROUP: &str = "__";

/// What a request asks.
pub fn read(body: &Value) -> Talk {
    let none = Vec::new();
    let items = match &body["input"] {
        Value::String(said) => vec![json!({"type": "message", "role": "user", "content": said})],
        other => other.as_array().cloned().unwrap_or_default(),
    };
    Talk {
        model: text(body, "model"),
        system: words(&body["instructions"]),
        tools: body["tools"]
            .as_array()
            .unwrap_or(&none)
            .iter()
            .flat_map(tools)
            .collect(),
        end: end(&items),
        stream: body["stream"] == true,
    }
}

/// A tool, or the tools of a group, by the names that a scenario calls them.
fn tools(tool: &Value) -> Vec<String> {
    match (tool["type"] == "namespace", tool["tools"].as_array()) {
        (true, Some(inner)) => {
            let group = text(tool, "name");
            inner
                .iter()
                .map(|one| format!("{group}{GROUP}{}", text(one, "name")))
                .collect()
        }
        _ => vec![text(tool, "name")],
    }
}

fn end(items: &[Value]) -> End {
    let ours = |item: &Value| {
        item["role"] == "assistant"
            || item["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("_call"))
    };
    let after = items.iter().rposition(ours).map_or(0, |i| i + 1);
    let last = &items[after..];
    let is_result = |item: &&Value| {
        item["type"]
            .as_str()
            .is_some_and(|kind| kind.ends_with("_call_output"))
    };
    match last.iter().rfind(is_result) {
        Some(result) => {
            let mut calls = items
                .iter()
                .filter(|item| item["call_id"] == result["call_id"] && ours(item));
            End::Result {
                tool: calls.next().map(full_name).unwrap_or_default(),
                text: words(&result["output"]),
            }
        }
        None => {
            let said = last.iter().filter(|item| item["role"] == "user");
            End::Said(
                said.map(|item| words(&item["content"]))
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        }
    }
}

fn full_name(call: &Value) -> String {
    match call["namespace"].as_str() {
        Some(group) => format!("{group}{GROUP}{}", text(call, "name")),
        None => text(call, "name"),
    }
}

/// An answer in one piece.
pub fn whole(answer: &ModelAnswer, asked: &Value) -> Value {
    let mut response = opening(answer, "completed");
    response["output"] = Value::Array(items(answer, asked));
    response["usage"] = usage(answer);
    response
}

/// An answer as events.
pub fn events(answer: &ModelAnswer, asked: &Value) -> Vec<(&'static str, Value)> {
    let mut events = vec![(
        "response.created",
        json!({"response": opening(answer, "in_progress")}),
    )];
    for (index, item) in items(answer, asked).into_iter().enumerate() {
        let mut begun = item.clone();
        begun["status"] = json!("in_progress");
        if item["type"] == "message" {
            begun["content"] = json!([]);
        }
        events.push((
            "response.output_item.added",
            json!({"output_index": index, "item": begun}),
        ));
        if item["type"] == "message" {
            for piece in &answer.text {
                let delta = json!({"output_index": index, "content_index": 0, "item_id": item["id"], "delta": piece});
                events.push(("response.output_text.delta", delta));
            }
        }
        if answer.hold {
            break;
        }
        events.push((
            "response.output_item.done",
            json!({"output_index": index, "item": item}),
        ));
    }
    if !answer.hold {
        events.push((
            "response.completed",
            json!({"response": whole(answer, asked)}),
        ));
    }
    for (number, (name, event)) in events.iter_mut().enumerate() {
        event["type"] = json!(name);
        event["sequence_number"] = json!(number);
    }
    events
}

fn opening(answer: &ModelAnswer, status: &str) -> Value {
    json!({
        "id": format!("resp_scripted_{}", answer.number), "object": "response", "created_at": 0, "status": status,
        "model": answer.model, "output": [], "usage": null,
    })
}

fn items(answer: &ModelAnswer, asked: &Value) -> Vec<Value> {
    let mut items = Vec::new();
    if !answer.text.is_empty() {
        items.push(json!({
            "type": "message", "id": format!("msg_scripted_{}", answer.number), "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": answer.whole(), "annotations": []}],
        }));
    }
    items.extend(answer.calls.iter().map(|call| called(call, asked)));
    items
}

/// A call in the form its tool wants: of a group, with words, or plain.
fn called(call: &Called, asked: &Value) -> Value {
    let mut item = json!({
        "type": "function_call", "id": format!("fc_{}", call.id), "status": "completed", "call_id": call.id,
        "name": call.tool, "arguments": call.input.to_string(),
    });
    for tool in asked["tools"].as_array().into_iter().flatten() {
        if tool["type"] == "custom" && tool["name"] == json!(call.tool) {
            let words = call
                .input
                .as_str()
                .map_or_else(|| call.input.to_string(), str::to_owned);
            return json!({
                "type": "custom_tool_call", "id": format!("ctc_{}", call.id), "status": "completed", "call_id": call.id,
                "name": call.tool, "input": words,
            });
        }
        let group = text(tool, "name");
        let inner = call.tool.strip_prefix(&format!("{group}{GROUP}"));
        if let (true, Some(inner)) = (tool["type"] == "namespace", inner) {
            item["namespace"] = json!(group);
            item["name"] = json!(inner);
        }
    }
    item
}

fn usage(answer: &ModelAnswer) -> Value {
    let read = answer.usage.input + answer.usage.cached;
    json!({
        "input_tokens": read, "input_tokens_details": {"cached_tokens": answer.usage.cached},
        "output_tokens": answer.usage.output, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + answer.usage.output,
    })
}
