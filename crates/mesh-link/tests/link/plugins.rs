//! Plugins: this test's own program once more, as a child that speaks MCP.

use std::io::{BufRead, Write};

use serde_json::{Value, json};

use crate::house::House;

/// Says that the program is to be the plugin.
const ROLE: &str = "MESH_TEST_PLUGIN";

/// What a plugin's program does. As a test it does nothing.
#[test]
fn child() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let schema =
        json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    let tool = |name: &str, schema: &Value| json!({"name": name, "description": format!("does {name}"), "inputSchema": schema});
    for line in std::io::stdin().lock().lines() {
        let Ok(asked) = serde_json::from_str::<Value>(&line.unwrap()) else {
            continue;
        };
        let Some(id) = asked.get("id") else {
            continue;
        };
        let text = &asked["params"]["arguments"]["text"];
        let said = |text: String| json!({"content": [{"type": "text", "text": text}]});
        let result = match (
            asked["method"].as_str().unwrap(),
            asked["params"]["name"].as_str(),
        ) {
            ("initialize", _) => {
                json!({"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "child", "version": "1"}})
            }
            ("tools/list", _) => {
                json!({"tools": [tool("echo", &schema), tool("end", &json!({"type": "object"})), tool("environment", &json!({"type": "object"}))]})
            }
            ("tools/call", Some("echo")) => said(text.as_str().unwrap().to_owned()),
            ("tools/call", Some("environment")) => {
                let mut names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
                names.sort();
                said(format!(
                    "{names:?} in {}",
                    std::env::current_dir().unwrap().display()
                ))
            }
            // Its program ends without an answer.
            _ => return,
        };
        let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}").unwrap();
        out.flush().unwrap();
    }
}

fn settings() -> String {
    let program = std::env::current_exe().unwrap();
    format!(
        "[[plugin]]\nname = \"kid\"\ncommand = [\"{}\", \"--exact\", \"plugins::child\", \"--nocapture\"]\nenv = {{ {ROLE} = \"1\" }}\n",
        program.display()
    )
}

#[tokio::test]
async fn a_plugins_tools_are_listed_checked_and_used() {
    let house = House::start(&settings()).await;
    let tools = house.ok("tool.list", json!({})).await;
    let echo = tools["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tool| tool["name"] == "kid.echo");
    let echo = echo.unwrap_or_else(|| panic!("no echo in {tools}"));
    assert_eq!(
        (&echo["plugin"], &echo["needs"]),
        (&json!("kid"), &json!("tasks:write"))
    );
    let said = house.tool("kid.echo", json!({"text": "hello"})).await;
    assert_eq!(
        (&said["ok"], &said["text"]),
        (&json!(true), &json!("hello"))
    );
    assert_eq!(
        house
            .refused(&house.owner, "kid.echo", json!({"text": 7}))
            .await,
        "schema_mismatch"
    );
    assert_eq!(
        house.refused(&house.owner, "kid.none", json!({})).await,
        "not_found"
    );
    let rex = house.agent(&["tasks:read"]).await;
    assert_eq!(
        house.refused(&rex, "kid.echo", json!({"text": "x"})).await,
        "permission_denied"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_plugin_knows_nothing_of_the_nodes_environment_and_lives_in_its_own_folder() {
    let house = House::start(&settings()).await;
    let said = house.tool("kid.environment", json!({})).await;
    let text = said["text"].as_str().unwrap();
    assert!(
        text.starts_with(&format!("[\"{ROLE}\", \"PATH\"] in ")),
        "{text}"
    );
    assert!(text.ends_with("plugins/kid"), "{text}");
    house.stop().await;
}

#[tokio::test]
async fn a_plugin_that_ends_is_started_again_and_then_less_and_less_often() {
    let house = House::start(&settings()).await;
    let ended = house.tool("kid.end", json!({})).await;
    assert_eq!(ended["ok"], false);
    assert!(ended["text"].as_str().unwrap().contains("ended"), "{ended}");
    // The first end is forgiven at once.
    assert_eq!(
        house.tool("kid.echo", json!({"text": "again"})).await["text"],
        "again"
    );
    house.tool("kid.end", json!({})).await;
    let asked = json!({"tool": "kid.echo", "input": {"text": "x"}});
    let refusal = house
        .ask(&house.owner, "tool.call", asked, None)
        .await
        .unwrap_err();
    assert_eq!(refusal.code.code(), "conflict");
    assert!(refusal.detail().contains("started again in"), "{refusal:?}");
    house.stop().await;
}

#[tokio::test]
async fn a_plugin_that_cannot_start_is_told_and_harms_no_other_tool() {
    let house =
        House::start("[[plugin]]\nname = \"gone\"\ncommand = [\"/no/such/program\"]\n").await;
    let tools = house.ok("tool.list", json!({})).await;
    let gone = tools["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tool| tool["plugin"] == "gone");
    assert!(
        gone.unwrap()["off"]
            .as_str()
            .unwrap()
            .contains("cannot be started"),
        "{tools}"
    );
    assert_eq!(
        house.refused(&house.owner, "gone.any", json!({})).await,
        "conflict"
    );
    assert_eq!(
        house.tool("memory_enhance", json!({"query": "x"})).await["ok"],
        true
    );
    house.stop().await;
}
