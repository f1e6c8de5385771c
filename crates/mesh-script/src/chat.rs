//! OpenAI's Chat Completions API.

use serde_json::{Value, json};

use crate::answer::ModelAnswer;
use crate::talk::{End, Talk, text, words};

/// What a request asks.
pub fn read(body: &Value) -> Talk {
    let none = Vec::new();
    let messages = body["messages"].as_array().unwrap_or(&none);
    let system = messages
        .iter()
        .filter(|m| m["role"] == "system" || m["role"] == "developer");
    Talk {
        model: text(body, "model"),
        system: system
            .map(|m| words(&m["content"]))
            .collect::<Vec<_>>()
            .join("\n"),
        tools: body["tools"]
            .as_array()
            .unwrap_or(&none)
            .iter()
            .map(|tool| text(&tool["function"], "name"))
            .collect(),
        end: end(messages),
        stream: body["stream"] == true,
    }
}

fn end(messages: &[Value]) -> End {
    let after = messages
        .iter()
        .rposition(|m| m["role"] == "assistant")
        .map_or(0, |i| i + 1);
    let last = &messages[after..];
    match last.iter().rfind(|m| m["role"] == "tool") {
        Some(result) => {
            let calls = messages
                .iter()
                .flat_map(|m| m["tool_calls"].as_array().into_iter().flatten());
            let mut mine = calls.filter(|call| call["id"] == result["tool_call_id"]);
            End::Result {
                tool: mine
                    .next()
                    .map(|call| text(&call["function"], "name"))
                    .unwrap_or_default(),
                text: words(&result["content"]),
            }
        }
        None => {
            let said = last.iter().filter(|m| m["role"] == "user");
            End::Said(
                said.map(|m| words(&m["content"]))
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        }
    }
}

/// An answer in one piece.
pub fn whole(answer: &ModelAnswer) -> Value {
    let mut message = json!({"role": "assistant", "content": answer.whole()});
    if !answer.calls.is_empty() {
        message["tool_calls"] = Value::Array(calls(answer));
    }
    json!({
        "id": format!("chatcmpl-scripted-{}", answer.number), "object": "chat.completion", "created": 0,
        "model": answer.model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason(answer)}],
        "usage": usage(answer),
    })
}

/// An answer as events.
pub fn events(answer: &ModelAnswer) -> Vec<Value> {
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    deltas.extend(answer.text.iter().map(|piece| json!({"content": piece})));
    for (index, mut call) in calls(answer).into_iter().enumerate() {
        call["index"] = json!(index);
        deltas.push(json!({"tool_calls": [call]}));
    }
    let mut events: Vec<Value> = deltas
        .into_iter()
        .map(|delta| chunk(answer, delta, Value::Null))
        .collect();
    if !answer.hold {
        events.push(chunk(answer, json!({}), json!(reason(answer))));
        let mut last = chunk(answer, json!({}), Value::Null);
        last["choices"] = json!([]);
        last["usage"] = usage(answer);
        events.push(last);
    }
    events
}

fn chunk(answer: &ModelAnswer, delta: Value, reason: Value) -> Value {
    json!({
        "id": format!("chatcmpl-scripted-{}", answer.number), "object": "chat.completion.chunk", "created": 0,
        "model": answer.model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    })
}

fn calls(answer: &ModelAnswer) -> Vec<Value> {
    let call = |call: &crate::answer::Called| {
        json!({
            "id": call.id, "type": "function",
            "function": {"name": call.tool, "arguments": call.input.to_string()},
        })
    };
    answer.calls.iter().map(call).collect()
}

fn reason(answer: &ModelAnswer) -> &'static str {
    if answer.calls.is_empty() {
        "stop"
    } else {
        "tool_calls"
    }
}

fn usage(answer: &ModelAnswer) -> Value {
    let read = answer.usage.input + answer.usage.cached;
    json!({
        "prompt_tokens": read, "completion_tokens": answer.usage.output,
        "total_tokens": read + answer.usage.output,
        "prompt_tokens_details": {"cached_tokens": answer.usage.cached},
    })
}

/// An error in the form of OpenAI's APIs.
pub fn error(status: u16, words: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        429 => "rate_limit_exceeded",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    json!({"error": {"message": words, "type": kind, "code": kind, "param": null}})
}
