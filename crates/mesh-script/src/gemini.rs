//! Gemini's API.

use serde_json::{Value, json};

use crate::answer::ModelAnswer;
use crate::talk::{End, Talk, text, words};

/// What a request asks; the model stands in the address.
pub fn read(body: &Value, model: &str, stream: bool) -> Talk {
    let none = Vec::new();
    let declared = body["tools"].as_array().unwrap_or(&none).iter();
    let declared = declared.flat_map(|tool| {
        tool["functionDeclarations"]
            .as_array()
            .into_iter()
            .flatten()
    });
    Talk {
        model: model.to_owned(),
        system: words(&body["systemInstruction"]["parts"]),
        tools: declared.map(|tool| text(tool, "name")).collect(),
        end: end(body["contents"].as_array().unwrap_or(&none)),
        stream,
    }
}

fn end(contents: &[Value]) -> End {
    let after = contents
        .iter()
        .rposition(|c| c["role"] == "model")
        .map_or(0, |i| i + 1);
    let last = &contents[after..];
    let parts = last
        .iter()
        .flat_map(|c| c["parts"].as_array().into_iter().flatten());
    match parts
        .filter_map(|part| part.get("functionResponse"))
        .next_back()
    {
        Some(result) => End::Result {
            tool: text(result, "name"),
            text: result["response"].to_string(),
        },
        None => End::Said(
            last.iter()
                .map(|c| words(&c["parts"]))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
    }
}

/// An answer in one piece.
pub fn whole(answer: &ModelAnswer) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    if !answer.text.is_empty() {
        parts.push(json!({"text": answer.whole()}));
    }
    parts.extend(calls(answer));
    chunk(answer, parts, true)
}

/// An answer as events.
pub fn events(answer: &ModelAnswer) -> Vec<Value> {
    let mut events: Vec<Value> = answer
        .text
        .iter()
        .map(|piece| chunk(answer, vec![json!({"text": piece})], false))
        .collect();
    if !answer.hold {
        events.push(chunk(answer, calls(answer), true));
    }
    events
}

fn calls(answer: &ModelAnswer) -> Vec<Value> {
    let call = |call: &crate::answer::Called| json!({"functionCall": {"id": call.id, "name": call.tool, "args": call.input}});
    answer.calls.iter().map(call).collect()
}

fn chunk(answer: &ModelAnswer, parts: Vec<Value>, last: bool) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if last {
        candidate["finishReason"] = json!("STOP");
    }
    let read = answer.usage.input + answer.usage.cached;
    json!({
        "responseId": format!("scripted-{}", answer.number), "modelVersion": answer.model,
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": read, "cachedContentTokenCount": answer.usage.cached,
            "candidatesTokenCount": answer.usage.output, "totalTokenCount": read + answer.usage.output,
        },
    })
}

/// An error in this API's form.
pub fn error(status: u16, words: &str) -> Value {
    let kind = match status {
        401 => "UNAUTHENTICATED",
        429 => "RESOURCE_EXHAUSTED",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    };
    json!({"error": {"code": status, "message": words, "status": kind}})
}
