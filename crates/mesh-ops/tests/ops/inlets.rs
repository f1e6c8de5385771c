//! Every delivery that GitHub's examples know is accepted and can be read.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::house::House;

/// The examples of `@octokit/webhooks-examples`: the events by name, each with payloads.
fn examples() -> Option<Vec<Value>> {
    let peers = std::env::var_os("MESH_PEERS").map(PathBuf::from);
    let file = "node/node_modules/@octokit/webhooks-examples/api.github.com/index.json";
    let read = peers.and_then(|peers| std::fs::read(peers.join(file)).ok());
    if read.is_none()
        && let Some(skips) = std::env::var_os("MESH_SKIPS")
    {
        use std::io::Write as _;
        let why = "inlet-examples: the examples of GitHub's deliveries are not installed; `make test` installs them, or set MESH_PEERS to what tests/peers/install.sh prints last\n";
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(skips);
        file.unwrap().write_all(why.as_bytes()).unwrap();
    }
    serde_json::from_slice(&read?).unwrap()
}

#[tokio::test]
async fn every_example_of_github_is_accepted_and_can_be_read() {
    let Some(events) = examples() else { return };
    let house = House::start().await;
    let owner = &house.owner;
    house.ok(owner, "room.create", json!({"name": "ops"})).await;
    let input = json!({"room": "ops", "kind": "github"});
    let inlet = house.ok(owner, "inlet.create", input).await["id"].clone();
    let mut count = 0;
    for event in &events {
        for payload in event["examples"].as_array().unwrap() {
            let input = json!({"inlet": inlet, "event": event["name"], "payload": payload, "deliver": true});
            let seen = house.ok(owner, "inlet.test", input).await;
            let (text, name) = (seen["text"].as_str().unwrap(), &event["name"]);
            assert_eq!(seen["delivery"]["outcome"], "accepted", "{name}: {seen}");
            let first = text.lines().next().unwrap();
            assert!(first.len() > 20 && first.len() < 700, "{name}: {text}");
            for broken in ["null", "undefined", "  ", "# ", "of :", "\u{202e}", "{{"] {
                assert!(!first.contains(broken), "{name}: {text}");
            }
            assert!(text.len() < 4096, "{name}: {text}");
            let who = payload["sender"]["login"].as_str();
            let who = who
                .or(payload["pusher"]["name"].as_str())
                .unwrap_or("GitHub");
            assert_eq!(seen["sender"], who, "{name}");
            assert!(
                seen["origin"].as_str().unwrap().starts_with("GitHub"),
                "{name}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 329);
}
