//! Keys: who signs, who is attested, and what is left of a key that holds no more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mesh_model::ParticipantId;
use mesh_model::api::{MessageBody, Status};
use mesh_sdk::Signer;
use serde_json::{Value, json};

use super::node::{Node, mesh};

fn key_file(home: &Path, handle: &str) -> PathBuf {
    home.join("keys").join(format!("{handle}.key"))
}

/// What the newest message of the room says of its signature.
fn newest(node: &Node) -> Value {
    let page = node.json(&["read", "general", "--limit", "1"]);
    page["items"][0].clone()
}

fn say(node: &Node, args: &[&str]) -> Value {
    let said = node.mesh(&[&["say", "general"], args].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    newest(node)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn what_the_program_says_is_signed() {
    let node = Node::start();
    let first = say(&node, &["hello"]);
    let file = key_file(&node.home(), "owner");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let kept = Signer::load(&file).unwrap().unwrap().public().to_string();
    assert_eq!(first["signed"]["key"], kept);
    // The same key the next time; and none if that is wanted.
    assert_eq!(say(&node, &["again"])["signed"]["key"], kept);
    assert!(say(&node, &["plain", "--unsigned"]).get("signed").is_none());
    let shown = node.mesh(&["read", "general"]).out;
    assert!(
        shown.contains(&format!("signed {}", &kept[..12])),
        "{shown}"
    );
    assert!(shown.contains("attested by the node"), "{shown}");
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
    let whole = node.mesh(&["message", text(&first["id"])]).out;
    assert!(whole.contains(&kept), "{whole}");
    let verified = node.json(&["log", "verify"]);
    assert_eq!(
        verified["messages_signed"],
        json!({"good": 2, "unknown": 0, "bad": []})
    );
    let verified = node.mesh(&["log", "verify"]).out;
    assert!(
        verified.contains("2 messages carry a signature"),
        "{verified}"
    );
}

#[test]
fn agents_sign_from_their_first_word_on() {
    let node = Node::start();
    node.mesh(&["register", "rex"]);
    assert_eq!(node.mesh(&["--as", "rex", "join", "general"]).code, 0);
    let rex = Signer::load(&key_file(&node.home(), "rex"))
        .unwrap()
        .unwrap();
    let said = say(&node, &["by rex", "--as", "rex"]);
    assert_eq!(said["signed"]["key"], rex.public().to_string());

    let invite = node.mesh(&["invite", "create", "--room", "general"]).out;
    let elsewhere = tempfile::tempdir().unwrap();
    let home = elsewhere.path();
    let link = invite.lines().next().unwrap();
    assert_eq!(mesh(home, &["join", link, "--as", "ana"]).code, 0);
    assert_eq!(
        mesh(home, &["say", "general", "by ana", "--as", "ana"]).code,
        0
    );
    let ana = Signer::load(&key_file(home, "ana")).unwrap().unwrap();
    assert_eq!(newest(&node)["signed"]["key"], ana.public().to_string());
    // Whoever may speak may change the key it speaks with.
    assert_eq!(mesh(home, &["identity", "rotate", "--as", "ana"]).code, 0);
    assert_eq!(
        mesh(home, &["say", "general", "anew", "--as", "ana"]).code,
        0
    );
    let old = ana.public();
    let ana = Signer::load(&key_file(home, "ana")).unwrap().unwrap();
    assert_ne!(old, ana.public());
    assert_eq!(newest(&node)["signed"]["key"], ana.public().to_string());
    // A conversation is signed too once it is open.
    for words in ["opens it", "goes on"] {
        assert_eq!(mesh(home, &["dm", "owner", words, "--as", "ana"]).code, 0);
    }
    let inbox = node.json(&["inbox"]);
    let direct = inbox["items"].as_array().unwrap().iter();
    let direct = direct.filter(|message| message["text"] == "goes on");
    let keys: Vec<&Value> = direct.map(|message| &message["signed"]["key"]).collect();
    assert_eq!(keys, [&json!(ana.public())]);
}

#[test]
fn a_key_that_was_replaced_or_revoked_says_so() {
    let node = Node::start();
    let first = say(&node, &["with the first key"]);
    let old = text(&first["signed"]["key"]).to_owned();
    assert_eq!(node.mesh(&["identity", "rotate"]).code, 0);
    let second = say(&node, &["with the second key"]);
    let new = text(&second["signed"]["key"]).to_owned();
    assert_ne!(old, new);
    let listed = node.json(&["identity", "list"]);
    let keys = listed["items"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "{listed}");
    assert!(keys[0]["revoked"].is_u64() && keys[1].get("revoked").is_none());
    let shown = node.mesh(&["message", text(&first["id"])]).out;
    assert!(shown.contains("KEY REVOKED since"), "{shown}");
    let shown = node.mesh(&["message", text(&second["id"])]).out;
    assert!(!shown.contains("KEY REVOKED"), "{shown}");

    assert_eq!(node.mesh(&["identity", "revoke", &new[..12]]).code, 0);
    let shown = node.mesh(&["message", text(&second["id"])]).out;
    assert!(shown.contains("KEY REVOKED since"), "{shown}");
    let refused = node.mesh(&["say", "general", "with a revoked key"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("revoked") && refused.err.contains("identity rotate"),
        "{}",
        refused.err
    );
    // What was said while the keys held stays evidence.
    assert_eq!(node.json(&["log", "verify"])["messages_signed"]["good"], 2);
    assert_eq!(node.mesh(&["identity", "rotate"]).code, 0);
    assert!(
        say(&node, &["with a third"])["signed"]
            .get("revoked")
            .is_none()
    );
}

#[test]
fn a_forged_signature_is_refused() {
    let node = Node::start();
    say(&node, &["hello"]);
    let status: Status = serde_json::from_value(node.json(&["status"])).unwrap();
    let room = node.json(&["call", "room.get", r#"{"room":"general"}"#]);
    let room = text(&room["id"]).parse().unwrap();
    let signer = Signer::load(&key_file(&node.home(), "owner"))
        .unwrap()
        .unwrap();
    let body: MessageBody = serde_json::from_value(json!({"text": "agreed"})).unwrap();
    let post = |signer: &Signer, content: Option<&str>, key: &str| {
        let mut signed = signer.message(status.mesh, room, "k1", &body).unwrap();
        if let Some(content) = content {
            signed.content = content.to_owned();
        }
        let input = json!({"room": room, "signed": signed, "idempotency_key": key});
        node.mesh(&["call", "message.post", &input.to_string()])
    };
    let stranger = Signer::fresh().unwrap();
    for said in [
        post(&signer, Some(r#"{"text":"run it"}"#), "k1"),
        post(&signer, None, "k2"),
        post(&stranger, None, "k1"),
    ] {
        assert_eq!(said.code, 1, "accepted: {}", said.out);
        assert!(said.err.contains("signed."), "{}", said.err);
    }
    assert_eq!(newest(&node)["text"], "hello");
    assert_eq!(post(&signer, None, "k1").code, 0);
    assert_eq!(newest(&node)["text"], "agreed");
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let node = Node::start();
    say(&node, &["hello"]);
    let file = key_file(&node.home(), "owner");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = node.mesh(&["say", "general", "again"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("644"), "{}", refused.err);
    assert_eq!(newest(&node)["text"], "hello");
}

#[test]
fn a_parent_agrees_with_its_key() {
    let node = Node::start();
    for handle in ["rex", "milo"] {
        let preset = ["register", handle, "--preset", "commander"];
        assert_eq!(node.mesh(&preset).code, 0);
    }
    let register = |key: &Path| {
        let key = key.to_str().unwrap();
        node.mesh(&[
            "register",
            "cub",
            "--as",
            "milo",
            "--parent",
            "rex",
            "--parent-key",
            key,
        ])
    };
    let stranger = key_file(&node.home(), "milo");
    let refused = register(&stranger);
    assert_eq!(refused.code, 1, "a parent was claimed: {}", refused.out);
    let made = register(&key_file(&node.home(), "rex"));
    assert_eq!(made.code, 0, "{}", made.err);
    let find = |who: &str| {
        let input = json!({"participant": who}).to_string();
        node.json(&["call", "participant.get", &input])
    };
    let rex: ParticipantId = text(&find("rex")["id"]).parse().unwrap();
    assert_eq!(find("cub")["parent"], json!(rex));
}
