//! From the world outside and back, with everything that is between: a push at GitHub knocks, becomes a task, a worker does it and
//! asks, a person answers from Telegram, the result is told outside, a schedule has it done again, and the report has all of it.
//! Between any two steps the node is killed without a warning, and goes on where it was.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::connect::{ANA, buttons, paired, question};
use super::node::{Node, binary};
use super::telegram_double::TelegramDouble;
use super::webhook::{next, start};
use super::work::{Worker, script};

/// A push as GitHub delivers it, as far as anybody here reads it, with words that somebody else wrote.
const PUSH: &str = r#"{"ref":"refs/heads/main","before":"6113728f27ae82c7b1a177c8d03f9e96e0adf246",
"after":"7b2c44aa11f0d9f2d4d1f1a6b1c7b2d8f3a4e5c6","created":false,"deleted":false,"forced":false,
"compare":"https://github.example/octo/parser/compare/6113728f27ae...7b2c44aa11f0",
"commits":[{"id":"7b2c44aa11f0d9f2d4d1f1a6b1c7b2d8f3a4e5c6","message":"Read numbers in any base","timestamp":"2026-11-30T08:00:00Z",
"url":"https://github.example/octo/parser/commit/7b2c44aa","author":{"name":"Mona","email":"mona@github.example","username":"mona"},
"added":[],"removed":[],"modified":["src/number.rs"]}],
"head_commit":{"id":"7b2c44aa11f0d9f2d4d1f1a6b1c7b2d8f3a4e5c6","message":"Read numbers in any base"},
"pusher":{"name":"mona","email":"mona@github.example"},"sender":{"login":"mona","type":"User"},
"repository":{"full_name":"octo/parser","html_url":"https://github.example/octo/parser","default_branch":"main"}}"#;

/// HMAC with SHA-256, by its definition.
fn signed(secret: &str, body: &str) -> String {
    let mut key = [0; 64];
    key[..secret.len()].copy_from_slice(secret.as_bytes());
    let pass = |pad: u8, text: &[u8]| {
        let mut hash = Sha256::new();
        hash.update(key.map(|byte| byte ^ pad));
        hash.update(text);
        hash.finalize()
    };
    let outer = pass(0x5c, &pass(0x36, body.as_bytes()));
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Delivers the push, as often as its sender likes; what is said to it.
fn push(node: &Node, inlet: &Value) -> u16 {
    let address = node.url.trim_start_matches("http://");
    let (endpoint, secret) = (
        inlet["endpoint"].as_str().unwrap(),
        inlet["secret"].as_str().unwrap(),
    );
    let request = format!(
        "POST {endpoint} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nx-github-event: push\r\n\
         x-github-delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\nx-hub-signature-256: sha256={}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{PUSH}",
        signed(secret, PUSH),
        PUSH.len()
    );
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    answer[9..12].parse().unwrap()
}

/// The node is killed, and started anew where it was.
fn killed(node: Node) -> Node {
    let address = node.url.trim_start_matches("http://").to_owned();
    Node::start_at(node.kill(), &address)
}

fn tasks(node: &Node) -> Vec<Value> {
    let list = node.json(&["call", "task.list", r#"{"room":"ops"}"#]);
    list["items"].as_array().unwrap().clone()
}

#[test]
fn a_push_outside_is_worked_on_asked_about_answered_from_a_phone_and_told_outside() {
    let (node, listener, url) = start();
    node.json(&["call", "room.create", r#"{"name":"ops"}"#]);
    let policy = json!({"room": "ops", "policy": {"execution": {"peers": ["github"]}}});
    let inlet = node.json(&[
        "inlet",
        "add",
        "--room",
        "ops",
        "--kind",
        "github",
        "--events",
        "push",
        "--make",
        "task",
        "--title",
        "Look at {{after}}",
        "--text",
        "{{inlet.summary}}",
    ]);
    node.json(&["call", "room.policy_set", &policy.to_string()]);
    node.json(&[
        "webhook",
        "add",
        &url,
        "--room",
        "ops",
        "--kinds",
        "task.finished",
        "--body",
        "full",
    ]);

    // What was accepted is there, however soon the node dies; the sender repeats itself, as GitHub does by hand.
    assert_eq!(push(&node, &inlet), 200);
    let node = killed(node);
    assert_eq!(push(&node, &inlet), 200);
    let made = tasks(&node);
    assert_eq!(made.len(), 1, "{made:?}");

    // A worker takes it. Its program asks before it says anything.
    let double = TelegramDouble::start();
    let connector = paired(&node, &double);
    let ask = "'May I tell them?' --detail '{\"command\": \"gh api comments\"}'";
    let text = format!(
        "cat > /dev/null\n{} ask {ask} && echo 'Numbers are read in any base now.'",
        binary().display()
    );
    let program = script(node.folder.path(), "agent", &text);
    let mut worker = Worker::start(&node, "rex", &["--command", &program]);
    worker.until("taken");
    let (told, message, body) = question(&double);
    assert!(
        told.contains("May I tell them?") && told.contains("gh api comments"),
        "{told}"
    );

    // While it waits the node is killed. The question is the same one afterwards, and it is answered.
    let node = killed(node);
    double.press(ANA, ANA.id, message, &buttons(&body)[0]);
    assert_eq!(worker.until("ended")["how"], "done");

    // The result goes outside. The node is killed before it learns that it arrived, so it comes again, under the same id.
    let came = next(&listener);
    let node = killed(node);
    let again = next(&listener);
    assert_eq!(came.header("webhook-id"), again.header("webhook-id"));
    assert!(
        again.body.contains("Numbers are read in any base now."),
        "{}",
        again.body
    );
    again.answer("200 OK");

    // Every Monday at nine in Berlin, summer and winter; and once now.
    let berlin = ["--cron", "0 9 * * MON", "--zone", "Europe/Berlin"];
    let add = [
        "schedule",
        "add",
        "ops",
        "Look through last week",
        "--task",
        "--name",
        "weekly",
    ];
    node.json(&[&add[..], &berlin[..]].concat());
    let node = killed(node);
    let found = node.mesh(&["schedule", "show", "weekly"]);
    assert_eq!(found.out.matches("Mon").count(), 10, "{}", found.out);
    node.json(&["schedule", "run", "weekly"]);
    worker.until("taken");
    let (_, message, body) = question(&double);
    double.press(ANA, ANA.id, message, &buttons(&body)[0]);
    assert_eq!(worker.until("ended")["how"], "done");
    next(&listener).answer("200 OK");

    // The report has all of it, once.
    let report = node.json(&["report"]);
    let sums = json!({"tasks": report["tasks"]["done"], "asked": report["approvals"]["asked"],
        "given": report["approvals"]["approved"], "attempts": report["work"]["finished"]});
    assert_eq!(
        sums,
        json!({"tasks": 2, "asked": 2, "given": 2, "attempts": 2}),
        "{report}"
    );
    assert_eq!(tasks(&node).len(), 2);
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
    drop(connector);
}
