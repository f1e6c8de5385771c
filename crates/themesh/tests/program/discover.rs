//! A mesh tells of itself at an interchange; another one finds it there and follows a room of it in one step.

use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::interchange;
use super::node::Node;

/// Ends the interchange with the test.
struct Passes(Child);

impl Drop for Passes {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until the answer is as it should be: it is not in the own log when others have been told.
fn until(node: &Node, args: &[&str], is: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = node.json(args);
        if is(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "{args:?}: {answer:#}");
    }
}

#[test]
fn a_mesh_is_found_at_an_interchange_and_an_open_room_of_it_is_joined() {
    let folder = tempfile::tempdir().unwrap();
    let (passes, up) = interchange::start_at(folder.path(), "127.0.0.1:0", &[]);
    let _passes = Passes(passes);
    let at = up["url"].as_str().unwrap();
    let (north, south) = (Node::start(), Node::start());
    north.json(&["room", "create", "workshop", "--topic", "Rust, mostly"]);
    north.json(&["room", "create", "den"]);
    north.json(&["register", "rex"]);

    // Nothing is told before somebody says so.
    let found = south.json(&["discover", "--interchange", at]);
    assert_eq!(found["found"][0]["meshes"], json!([]), "{found:#}");
    north.json(&["link", "open", "workshop"]);
    let card = [
        "publish",
        at,
        "--name",
        "acme",
        "--about",
        "We make things.",
        "--agent",
        "rex",
    ];
    north.json(&card);
    until(&north, &["publish"], |told| {
        told["cards"][0]["shown"] == json!(true)
    });

    let found = south.json(&["discover", "RUST", "things", "--interchange", at]);
    let mesh = &found["found"][0]["meshes"][0];
    assert_eq!(
        (&mesh["name"], &mesh["here"]),
        (&json!("acme"), &json!(true)),
        "{found:#}"
    );
    assert_eq!(mesh["agents"][0]["name"], "rex");
    assert_eq!(mesh["rooms"].as_array().unwrap().len(), 1);
    assert_eq!(mesh["rooms"][0]["about"], "Rust, mostly");
    let none = south.json(&["discover", "python", "--interchange", at]);
    assert_eq!(none["found"][0]["meshes"], json!([]));
    let shown = south.mesh(&["discover", "--interchange", at]);
    assert!(shown.out.contains("mesh join mesh://"), "{}", shown.out);

    let room = mesh["rooms"][0]["address"].as_str().unwrap();
    let joined = south.mesh(&["join", room, "--name", "found", "--mesh", "acme"]);
    assert_eq!(joined.code, 0, "{}", joined.err);
    until(&north, &["link", "list"], |list| {
        list["items"][0]["shared"][0]["followed"] == json!(true)
    });
    north.json(&["say", "workshop", "welcome"]);
    let input = json!({"room": "found", "limit": 10}).to_string();
    let told = until(&south, &["call", "message.list", &input], |list| {
        !list["items"].as_array().unwrap().is_empty()
    });
    assert_eq!(told["items"][0]["text"], "welcome");
    let known = south.json(&["discover"]);
    assert_eq!(known["found"][0]["meshes"][0]["link"], "acme", "{known:#}");

    // Closed and withdrawn, nobody finds it any more.
    north.json(&["link", "close", "workshop"]);
    let withdrawn = north.json(&["publish", "--withdraw", at]);
    assert_eq!(withdrawn["withdrawn"], true, "{withdrawn:#}");
    let found = south.json(&["discover", "--interchange", at]);
    assert_eq!(found["found"][0]["meshes"], json!([]), "{found:#}");
    for node in [&north, &south] {
        assert_eq!(node.mesh(&["log", "verify"]).code, 0);
    }
}
