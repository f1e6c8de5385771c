//! The Anthropic Messages API.

use serde_json::{Value, json};

use crate::answer::ModelAnswer;
use crate::talk::{End, Talk, text, words};

/// What a request asks.
pub fn read(body: &Value) -> Talk {
    let none = Vec::new();
    let messages = body["messages"].as_array().unwrap_or(&none);
    Talk {
        model: text(body, "model"),
        system: words(&body["system"]),
        tools: body["tools"]
            .as_array()
            .unwrap_or(&none)
            .iter()
            .map(|tool| text(tool, "name"))
            .collect(),
        end: end(messages),
        stream: body["stream"] == true,
    }
}

/// A result outweighs words beside it: programs put reminders of their own there.
fn end(messages: &[Value]) -> End {
    let after = messages
        .iter()
        .rposition(|m| m["role"] == "assistant")
        .map_or(0, |i| i + 1);
    let last = &messages[after..];
    let mut blocks = last
        .iter()
        .flat_map(|m| m["content"].as_array().into_iter().flatten());
    match blocks.rfind(|block| block["type"] == "tool_result") {
        Some(result) => End::Result {
            tool: tool_of(messages, &result["tool_use_id"]),
            text: words(&result["content"]),
        },
        None => End::Said(
            last.iter()
                .map(|m| words(&m["content"]))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
    }
}

fn tool_of(messages: &[Value], id: &Value) -> String {
    let blocks = messages
        .iter()
        .flat_map(|m| m["content"].as_array().into_iter().flatten());
    let mut calls = blocks.filter(|block| block["type"] == "tool_use" && block["id"] == *id);
    calls
        .next()
        .map(|call| text(call, "name"))
        .unwrap_or_default()
}

/// An answer in one piece.
pub fn whole(answer: &ModelAnswer) -> Value {
    let mut message = opening(answer);
    message["content"] = Value::Array(blocks(answer));
    message["stop_reason"] = json!(reason(answer));
    message["usage"]["output_tokens"] = json!(answer.usage.output);
    message
}

/// An answer as events.
pub fn events(answer: &ModelAnswer) -> Vec<(&'static str, Value)> {
    let mut events = vec![(
        "message_start",
        json!({"type": "message_start", "message": opening(answer)}),
    )];
    for (index, block) in blocks(answer).into_iter().enumerate() {
        let (empty, deltas) = if block["type"] == "text" {
            let deltas = answer
                .text
                .iter()
                .map(|piece| json!({"type": "text_delta", "text": piece}));
            (
                json!({"type": "text", "text": ""}),
                deltas.collect::<Vec<_>>(),
            )
        } else {
            let input = block["input"].to_string();
            let mut empty = block;
            empty["input"] = json!({});
            (
                empty,
                vec![json!({"type": "input_json_delta", "partial_json": input})],
            )
        };
        events.push((
            "content_block_start",
            json!({"type": "content_block_start", "index": index, "content_block": empty}),
        ));
        for delta in deltas {
            events.push((
                "content_block_delta",
                json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ));
        }
        if answer.hold {
            return events;
        }
        events.push((
            "content_block_stop",
            json!({"type": "content_block_stop", "index": index}),
        ));
    }
    events.push((
        "message_delta",
        json!({
            "type": "message_delta",
            "delta": {"stop_reason": reason(answer), "stop_sequence": null},
            "usage": {"output_tokens": answer.usage.output},
        }),
    ));
    events.push(("message_stop", json!({"type": "message_stop"})));
    events
}

fn opening(answer: &ModelAnswer) -> Value {
    json!({
        "id": format!("msg_scripted_{}", answer.number), "type": "message", "role": "assistant",
        "model": answer.model, "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": {
            "input_tokens": answer.usage.input, "output_tokens": 1,
            "cache_read_input_tokens": answer.usage.cached, "cache_creation_input_tokens": 0,
        },
    })
}

fn blocks(answer: &ModelAnswer) -> Vec<Value> {
    let mut blocks = Vec::new();
    if !answer.text.is_empty() {
        blocks.push(json!({"type": "text", "text": answer.whole()}));
    }
    for call in &answer.calls {
        blocks.push(
            json!({"type": "tool_use", "id": call.id, "name": call.tool, "input": call.input}),
        );
    }
    blocks
}

fn reason(answer: &ModelAnswer) -> &'static str {
    if answer.calls.is_empty() {
        "end_turn"
    } else {
        "tool_use"
    }
}

/// An error in this API's form.
pub fn error(status: u16, words: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        429 => "rate_limit_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    };
    json!({"type": "error", "error": {"type": kind, "message": words}})
}
