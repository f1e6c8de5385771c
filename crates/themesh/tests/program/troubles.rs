//! What goes wrong, and whether the program says so well.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::node::{Node, mesh};

#[test]
fn exit_codes_tell_refused_wrong_and_unreachable_apart() {
    let node = Node::start();
    assert_eq!(node.mesh(&["read", "no-such-room"]).code, 1);
    assert_eq!(node.mesh(&["say"]).code, 2);
    assert_eq!(node.mesh(&["call", "message.past", "{}"]).code, 2);
    assert_eq!(node.mesh(&["call", "message.post", "not json"]).code, 2);
    // A port that was free a moment ago: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let unreachable = node.mesh(&["--url", &url, "rooms"]);
    assert_eq!(unreachable.code, 3, "{}", unreachable.err);
    assert!(unreachable.err.contains("mesh up"), "{}", unreachable.err);
}

#[test]
fn an_error_says_what_to_do() {
    let node = Node::start();
    let said = node.mesh(&["read", "no-such-room", "--json"]);
    let problem: Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(problem["code"], "not_found");
    assert!(!problem["hint"].as_str().unwrap().is_empty());
    assert!(
        node.mesh(&["call", "message.past", "{}"])
            .err
            .contains("message.post")
    );
}

#[test]
fn one_folder_has_one_node() {
    let node = Node::start();
    let second = node.mesh(&["up", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains(&node.url), "{}", second.err);
    assert_eq!(node.mesh(&["say", "general", "still here"]).code, 0);
}

#[test]
fn an_unknown_key_and_an_open_address_are_refused() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("config.toml"), "lisen = \"127.0.0.1:0\"\n").unwrap();
    let said = mesh(home.path(), &["up"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("lisen") && said.err.contains("line 1"),
        "{}",
        said.err
    );
    fs::remove_file(home.path().join("config.toml")).unwrap();
    let said = mesh(home.path(), &["up", "--listen", "0.0.0.0:0"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--insecure-listen"), "{}", said.err);
}

fn findings(node: &std::path::Path) -> (i32, Vec<(String, String)>) {
    let said = mesh(node, &["doctor", "--json"]);
    let all: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        said.code,
        all.iter()
            .map(|finding| (text(&finding["check"]), text(&finding["verdict"])))
            .collect(),
    )
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let node = Node::start();
    let home = node.home();
    let (code, all) = findings(&home);
    assert_eq!(code, 0, "{all:?}");
    let token = home.join("owner.token");
    fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, all) = findings(&home);
    assert_eq!(code, 1);
    assert!(
        all.contains(&("token".to_owned(), "bad".to_owned())),
        "{all:?}"
    );
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let folder = node.kill();
    let home = folder.path().join("home");
    let told = mesh(&home, &["doctor"]).out;
    assert!(told.contains("ended without a goodbye"), "{told}");
    let folder = Node::start_in(folder, &[]).stop();
    let (_, all) = findings(&home);
    assert!(
        all.contains(&("node".to_owned(), "warning".to_owned())),
        "{all:?}"
    );
    // What it says of the place where a start would listen is of that place.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = taken.local_addr().unwrap();
    let config = home.join("config.toml");
    fs::write(&config, format!("listen = \"{place}\"\n")).unwrap();
    let told = mesh(&home, &["doctor"]).out;
    assert!(
        told.contains(&format!("something else listens at {place}")),
        "{told}"
    );
    fs::write(&config, "listen = \"127.0.0.1:0\"\n").unwrap();
    let told = mesh(&home, &["doctor"]).out;
    assert!(told.contains("none runs on this folder\n"), "{told}");
    fs::write(
        home.join("node.json"),
        r#"{"url":"http://127.0.0.1:1","pid":1}"#,
    )
    .unwrap();
    let told = mesh(&home, &["doctor"]).out;
    assert!(
        told.contains("an earlier release may have written it"),
        "{told}"
    );
    fs::remove_file(home.join("node.json")).unwrap();
    assert_eq!(folder.path().join("home"), home);
    fs::rename(home.join("vault"), home.join("elsewhere")).unwrap();
    let (code, all) = findings(&home);
    assert_eq!(code, 1);
    assert!(
        all.contains(&("log".to_owned(), "bad".to_owned())),
        "{all:?}"
    );
}
