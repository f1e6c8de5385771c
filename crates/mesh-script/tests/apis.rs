//! Each API in the form that its clients expect, plain and streamed, and what is said when no step fits.

use mesh_script::{Scenario, Script};
use serde_json::{Value, json};

const STEPS: &str = r#"
[[step]]
user = "count"
text = ["I will ", "count."]
calls = [{ tool = "count_*", input = { of = "files" } }]
usage = { input = 100, output = 20, cached = 50 }

[[step]]
tool = "count_things"
result = "12"
text = ["There are 12."]

[[step]]
user = "call what is not there"
calls = [{ tool = "nothing" }]

[[step]]
user = "wait"
status = 429
retry_after = 7
"#;

struct Server {
    script: Script,
    _runtime: tokio::runtime::Runtime,
}

fn server() -> Server {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
    let scenario = Scenario::parse(STEPS).unwrap();
    let script = runtime.block_on(Script::start_here(scenario)).unwrap();
    Server {
        script,
        _runtime: runtime,
    }
}

impl Server {
    fn post(&self, path: &str, body: &Value) -> (u16, Option<String>, String) {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let mut answer = agent
            .post(format!("{}{path}", self.script.url()))
            .header("authorization", "Bearer secret")
            .send(body.to_string())
            .unwrap();
        let again = answer.headers().get("retry-after");
        let again = again.map(|value| value.to_str().unwrap().to_owned());
        (
            answer.status().as_u16(),
            again,
            answer.body_mut().read_to_string().unwrap(),
        )
    }

    fn json(&self, path: &str, body: &Value) -> Value {
        let (status, _, text) = self.post(path, body);
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    fn events(&self, path: &str, body: &Value) -> Vec<Value> {
        let (status, _, text) = self.post(path, body);
        assert_eq!(status, 200, "{text}");
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.filter(|data| *data != "[DONE]")
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }
}

#[test]
fn anthropic_messages() {
    let server = server();
    let mut body = json!({
        "model": "m", "max_tokens": 10, "tools": [{"name": "count_things"}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Please count."}]}],
    });
    let whole = server.json("/v1/messages", &body);
    assert_eq!(whole["stop_reason"], "tool_use");
    assert_eq!(whole["content"][0]["text"], "I will count.");
    assert_eq!(whole["content"][1]["input"], json!({"of": "files"}));
    assert_eq!(whole["usage"]["cache_read_input_tokens"], 50);
    body["stream"] = json!(true);
    let events = server.events("/v1/messages?beta=true", &body);
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        (kinds[0], *kinds.last().unwrap()),
        ("message_start", "message_stop")
    );
    let pieces = events
        .iter()
        .filter_map(|event| event["delta"]["text"].as_str());
    assert_eq!(pieces.collect::<Vec<_>>(), ["I will ", "count."]);
    let id = whole["content"][1]["id"].clone();
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": whole["content"]}));
    messages.push(json!({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": id, "content": [{"type": "text", "text": "12"}]},
        {"type": "text", "text": "a reminder of the program: count"},
    ]}));
    body["stream"] = json!(false);
    assert_eq!(
        server.json("/v1/messages", &body)["content"][0]["text"],
        "There are 12."
    );
}

#[test]
fn openai_chat_completions() {
    let server = server();
    let tools = json!([{"type": "function", "function": {"name": "count_things"}}]);
    let mut body =
        json!({"model": "m", "tools": tools, "messages": [{"role": "user", "content": "count"}]});
    let whole = server.json("/v1/chat/completions", &body);
    let message = &whole["choices"][0]["message"];
    assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(whole["usage"]["prompt_tokens"], 150);
    let call = message["tool_calls"][0].clone();
    assert_eq!(call["function"]["arguments"], "{\"of\":\"files\"}");
    body["stream"] = json!(true);
    let events = server.events("/v1/chat/completions", &body);
    let pieces = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str());
    assert_eq!(pieces.collect::<String>(), "I will count.");
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(message.clone());
    messages.push(json!({"role": "tool", "tool_call_id": call["id"], "content": "12"}));
    let events = server.events("/chat/completions", &body);
    assert_eq!(events.last().unwrap()["usage"]["completion_tokens"], 10);
}

#[test]
fn openai_responses() {
    let server = server();
    let group = json!([{"type": "namespace", "name": "count", "tools": [{"name": "x"}]}, {"type": "function", "name": "count_things"}]);
    let mut body = json!({"model": "m", "tools": group, "input": "count", "stream": true});
    let events = server.events("/v1/responses", &body);
    assert_eq!(events[0]["type"], "response.created");
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.completed");
    // A tool of a group is called by its group and its own name.
    let call = &last["response"]["output"][1];
    assert_eq!(
        (&call["namespace"], &call["name"]),
        (&json!("count"), &json!("x"))
    );
    body["tools"] = json!([{"type": "function", "name": "count_things"}]);
    body["stream"] = json!(false);
    let whole = server.json("/v1/responses", &body);
    let call = whole["output"][1].clone();
    assert_eq!(call["name"], "count_things");
    body["input"] = json!([
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "count"}]},
        call, {"type": "function_call_output", "call_id": call["call_id"], "output": "12"},
    ]);
    let whole = server.json("/v1/responses", &body);
    assert_eq!(whole["output"][0]["content"][0]["text"], "There are 12.");
}

#[test]
fn gemini() {
    let server = server();
    let mut body = json!({
        "tools": [{"functionDeclarations": [{"name": "count_things"}]}],
        "contents": [{"role": "user", "parts": [{"text": "count"}]}],
    });
    let whole = server.json("/v1beta/models/m:generateContent", &body);
    let content = whole["candidates"][0]["content"].clone();
    assert_eq!(
        content["parts"][1]["functionCall"]["args"],
        json!({"of": "files"})
    );
    let events = server.events("/v1beta/models/m:streamGenerateContent?alt=sse", &body);
    assert_eq!(
        events[0]["candidates"][0]["content"]["parts"][0]["text"],
        "I will "
    );
    let contents = body["contents"].as_array_mut().unwrap();
    contents.push(content);
    contents.push(json!({"role": "user", "parts": [{"functionResponse": {"name": "count_things", "response": {"output": "12"}}}]}));
    let whole = server.json("/v1beta/models/m:generateContent", &body);
    assert_eq!(
        whole["candidates"][0]["content"]["parts"][0]["text"],
        "There are 12."
    );
}

#[test]
fn what_no_step_answers_is_an_error_that_names_it() {
    let server = server();
    let asks = |text: &str| json!({"model": "m", "messages": [{"role": "user", "content": text}]});
    let (status, _, text) = server.post("/v1/messages", &asks("something else"));
    assert!(
        status == 400 && text.contains("something else"),
        "{status} {text}"
    );
    let (status, _, text) = server.post("/v1/chat/completions", &asks("call what is not there"));
    assert!(
        status == 400 && text.contains("not among the offered tools"),
        "{status} {text}"
    );
    assert_eq!(server.script.unmatched().len(), 2);
    let (status, again, _) = server.post("/v1/messages", &asks("wait"));
    assert_eq!((status, again.as_deref()), (429, Some("7")));
    assert_eq!(
        server.script.unmatched().len(),
        2,
        "an error of the scenario is an answer"
    );
    let asked = server.script.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[0].key && !serde_json::to_string(&asked).unwrap().contains("secret"));
}

#[test]
fn the_scenarios_beside_this_crate_can_be_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        Scenario::read(&path).unwrap_or_else(|why| panic!("{why}"));
        read += 1;
    }
    assert!(read > 3);
}
