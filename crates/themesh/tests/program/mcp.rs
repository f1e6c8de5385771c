//! `mesh mcp`: a conversation over standard input and output.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use super::node::{Node, command};

struct Talk {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Talk {
    fn say(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the pump ended"
            );
            let answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == id {
                return answer;
            }
        }
    }
}

#[test]
fn an_agent_talks_through_its_tools() {
    let node = Node::start();
    node.mesh(&["register", "rex"]);
    node.mesh(&["--as", "rex", "join", "general"]);
    let mut child = command(&node.home())
        .args(["--as", "rex", "mcp"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut talk = Talk {
        input: child.stdin.take().unwrap(),
        output: BufReader::new(child.stdout.take().unwrap()),
        id: 0,
    };
    let client = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
    let hello = talk.ask("initialize", client);
    assert_eq!(hello["result"]["protocolVersion"], "2025-11-25", "{hello}");
    talk.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let tools = talk.ask("tools/list", json!({}));
    assert!(tools["result"]["tools"].to_string().len() <= 12_000);
    let said = talk.ask(
        "tools/call",
        json!({"name": "mesh_say", "arguments": {"to": "general", "text": "from a tool"}}),
    );
    assert_ne!(said["result"]["isError"], true, "{said}");
    assert_eq!(
        node.json(&["read", "general"])["items"][0]["from"]["handle"],
        "rex"
    );
    // Missing arguments are read as an empty object.
    let rooms = talk.ask("tools/call", json!({"name": "mesh_rooms"}));
    assert!(rooms["result"].to_string().contains("general"), "{rooms}");
    let wrong = talk.ask(
        "tools/call",
        json!({"name": "mesh_say", "arguments": {"to": "nowhere"}}),
    );
    assert!(
        wrong["result"]["isError"] == true || wrong["error"].is_object(),
        "{wrong}"
    );
    drop(talk);
    assert!(child.wait().unwrap().success());
}
