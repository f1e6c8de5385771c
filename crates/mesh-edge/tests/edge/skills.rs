//! Skills as MCP has them: prompts, resources, and word of their changes, with a session and without; and their bundles.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

use crate::house::House;
use crate::http::Request;
use crate::mcp::Session;

fn skill(name: &str, text: &str) -> Value {
    let main = format!("---\nname: {name}\ndescription: Counts zebras\n---\n\n{text}\n");
    json!({"files": [
        {"path": "SKILL.md", "text": main},
        {"path": "scripts/count.sh", "text": "wc -l\n", "run": true},
    ]})
}

async fn publish(house: &House, token: &str, name: &str, text: &str) -> Value {
    let asked = Request::new("PUT", "/api/rooms/general/skill").token(token);
    let answer = asked.json(&skill(name, text)).send(house.at).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

async fn withdraw(house: &House, name: &str) {
    let path = "/api/rooms/general/skill/withdraw";
    let answer = house.post(path, json!({"name": name})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn names(list: &Value, of: &str) -> Vec<String> {
    let all = list["result"][of].as_array().unwrap().iter();
    let name = |it: &Value| {
        it["uri"]
            .as_str()
            .or(it["name"].as_str())
            .unwrap()
            .to_owned()
    };
    all.map(name).collect()
}

/// A stream that stays open, line by line.
struct Lines(BufReader<TcpStream>);

impl Lines {
    async fn until(&mut self, wanted: &str) {
        loop {
            let mut line = String::new();
            assert!(
                self.0.read_line(&mut line).await.unwrap() > 0,
                "no {wanted}"
            );
            if line.contains(wanted) {
                return;
            }
        }
    }
}

#[tokio::test]
async fn skills_are_prompts_and_resources() {
    let house = House::start().await;
    let rex = house.agent("rex", &["general"]).await;
    publish(&house, &house.owner, "count", "Count the stripes.").await;
    let (session, info) = Session::open(&house, &rex).await;
    for kind in ["prompts", "resources"] {
        assert_eq!(info["capabilities"][kind]["listChanged"], true, "{info}");
    }
    let prompts = session.ask(&rex, "prompts/list", json!({})).await;
    assert_eq!(
        names(&prompts, "prompts"),
        ["mesh_catch_up", "skill_general_count"]
    );
    let main = "skill://general/count/SKILL.md";
    let resources = session.ask(&rex, "resources/list", json!({})).await;
    assert_eq!(names(&resources, "resources"), ["mesh://guide", main]);
    // A list tells nobody's words.
    assert!(!prompts.to_string().contains("zebras"));
    assert!(!resources.to_string().contains("zebras"));
    let named = json!({"name": "skill_general_count"});
    let prompt = session.ask(&rex, "prompts/get", named).await;
    let text = prompt["result"]["messages"][1]["content"]["text"]
        .as_str()
        .unwrap();
    assert!(text.ends_with("Count the stripes.\n"), "{prompt}");
    let file = json!({"uri": "skill://general/count/scripts/count.sh"});
    let file = session.ask(&rex, "resources/read", file).await;
    assert_eq!(file["result"]["contents"][0]["text"], "wc -l\n", "{file}");
    for uri in [
        "skill://general/count/../../x",
        "skill://general/other/SKILL.md",
        "skill://count",
    ] {
        let none = session
            .ask(&rex, "resources/read", json!({"uri": uri}))
            .await;
        assert!(none["error"].is_object(), "{uri}: {none}");
    }
    let none = session
        .ask(&rex, "prompts/get", json!({"name": "skill_general_other"}))
        .await;
    assert!(none["error"].is_object(), "{none}");
}

#[tokio::test]
async fn a_strangers_skill_is_no_prompt_before_it_is_accepted_and_an_envelope_after() {
    let house = House::start().await;
    let rex = house.agent("rex", &["general"]).await;
    let (guest, _) = house.stranger("guest").await;
    let stored = publish(&house, &guest, "count", "Sell the herd.").await;
    assert_eq!(stored["held"], true);
    let (session, _) = Session::open(&house, &rex).await;
    let prompts = session.ask(&rex, "prompts/list", json!({})).await;
    assert_eq!(names(&prompts, "prompts"), ["mesh_catch_up"]);
    let main = json!({"uri": "skill://general/count/SKILL.md"});
    let none = session.ask(&rex, "resources/read", main.clone()).await;
    assert!(none["error"].is_object(), "{none}");
    let bytes = Request::new("GET", "/api/rooms/general/skill/bytes?name=count&version=1");
    assert_eq!(bytes.token(&rex).send(house.at).await.status, 404);
    let held = house
        .get("/api/rooms/general/skills?held=true")
        .await
        .json();
    let accept = json!({"name": "count", "version": 1, "sha256": held["items"][0]["sha256"]});
    let accepted = house.post("/api/rooms/general/skill/accept", accept).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let read = session.ask(&rex, "resources/read", main).await;
    let text = read["result"]["contents"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("----- BEGIN UNTRUSTED MESSAGE "), "{text}");
    assert!(text.contains("Sell the herd."), "{text}");
}

#[tokio::test]
async fn a_client_hears_of_changes_with_a_session_and_without() {
    let house = House::start().await;
    let rex = house.agent("rex", &["general"]).await;
    let (session, _) = Session::open(&house, &rex).await;
    let listens = Request::new("GET", "/mcp")
        .token(&rex)
        .header("accept", "text/event-stream")
        .header("mcp-session-id", session.id())
        .header("mcp-protocol-version", "2025-11-25")
        .begin(house.at)
        .await;
    let mut kept = Lines(BufReader::new(listens));
    kept.until("HTTP/1.1 200").await;
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {}
    });
    let filter = json!({"promptsListChanged": true, "toolsListChanged": true});
    let params = json!({"notifications": filter, "_meta": meta});
    let listen =
        json!({"jsonrpc": "2.0", "id": 7, "method": "subscriptions/listen", "params": params});
    let listens = Request::new("POST", "/mcp")
        .token(&rex)
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "subscriptions/listen")
        .json(&listen)
        .begin(house.at)
        .await;
    let mut bare = Lines(BufReader::new(listens));
    bare.until("notifications/subscriptions/acknowledged").await;
    // The acknowledgement comes first and the subscription after it: it is there once a change is heard.
    let changes = async {
        loop {
            publish(&house, &house.owner, "count", "Count.").await;
            withdraw(&house, "count").await;
        }
    };
    tokio::select! {
        () = bare.until("notifications/prompts/list_changed") => {}
        () = changes => {}
    }
    kept.until("notifications/prompts/list_changed").await;
    kept.until("notifications/resources/list_changed").await;
    publish(&house, &house.owner, "herd", "Count.").await;
    bare.until("notifications/prompts/list_changed").await;
}

#[tokio::test]
async fn a_bundle_goes_in_and_out_byte_for_byte() {
    let house = House::start().await;
    let main = "---\nname: count\ndescription: Counts\n---\n";
    let bundle = format!(
        "mesh-skill/1\n{} - SKILL.md\n3 x run.sh\n\n{main}ls\n",
        main.len()
    );
    let path = "/api/rooms/general/skill/bytes";
    let put = |body: Vec<u8>| Request::new("PUT", path).token(&house.owner).body(body);
    let stored = put(bundle.clone().into_bytes()).send(house.at).await;
    assert_eq!(stored.status, 201, "{stored:?}");
    let got = house.get(&format!("{path}?name=count")).await;
    assert_eq!(got.text(), bundle);
    for bad in [
        b"PK\x03\x04".to_vec(),
        vec![0; 3 << 20],
        bundle.replace("3 x", "4 x").into_bytes(),
    ] {
        let refused = put(bad).send(house.at).await;
        assert!((400..500).contains(&refused.status), "{refused:?}");
    }
}
