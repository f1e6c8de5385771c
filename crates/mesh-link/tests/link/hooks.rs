//! Tools that are called when something happens.

use serde_json::json;

use crate::house::{House, Server};

#[tokio::test]
async fn what_happens_calls_the_tools_that_wait_for_it() {
    let server = Server::start("200 OK", "{}".to_owned());
    let settings = format!(
        "[notify]\nurl = \"{}/mesh\"\n\
         [[hook]]\non = \"task_created\"\nroom = \"workshop\"\ntool = \"notify\"\ninput = {{ title = \"{{event}} in {{room}}\", text = \"{{title}} by @{{by}}\" }}\n\
         [[hook]]\non = \"agent_online\"\ntool = \"notify\"\ninput = {{ text = \"@{{agent}} is here\" }}\n",
        server.url
    );
    let house = House::start(&settings).await;
    for room in ["workshop", "lounge"] {
        house.ok("room.create", json!({ "name": room })).await;
    }
    for room in ["lounge", "workshop"] {
        let task = json!({"room": room, "tasks": [{"title": format!("Survey {{room}} of {room}"), "prompt": "x"}]});
        house.ok("task.create", task).await;
    }
    let (sent, server) = server.asked().await;
    assert_eq!(sent.header("title"), Some("task.created in workshop"));
    // Words of others are no blanks.
    assert_eq!(sent.body, "Survey {room} of workshop by @owner");
    let rex = house.agent(&["agents:read"]).await;
    house
        .ask(&rex, "session.open", json!({}), None)
        .await
        .unwrap();
    let (sent, server) = server.asked().await;
    assert_eq!(sent.body, "@rex is here");
    assert!(!server.was_asked());
    house.stop().await;
}

#[tokio::test]
async fn a_failed_task_is_told_with_its_title() {
    let server = Server::start("200 OK", "{}".to_owned());
    let settings = format!(
        "[notify]\nurl = \"{}/mesh\"\n[[hook]]\non = \"task_failed\"\ntool = \"notify\"\ninput = {{ text = \"{{title}} failed: {{agent}}\" }}\n",
        server.url
    );
    let house = House::start(&settings).await;
    house.ok("room.create", json!({"name": "workshop"})).await;
    let rex = house
        .agent(&["tasks:read", "tasks:write", "messages:read"])
        .await;
    house
        .ok(
            "member.add",
            json!({"room": "workshop", "participant": "rex"}),
        )
        .await;
    let all = json!({"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
    house.ok("member.capabilities", all).await;
    let task = json!({"room": "workshop", "tasks": [{"title": "Survey", "prompt": "x", "attempts": 1, "escalate": false}]});
    house.ok("task.create", task).await;
    house
        .ask(&rex, "worker.enrol", json!({"slots": 1}), None)
        .await
        .unwrap();
    let taken = house
        .ask(&rex, "task.take", json!({"wait_ms": 5000}), None)
        .await
        .unwrap();
    let (task, fence) = (
        &taken["items"][0]["task"]["id"],
        &taken["items"][0]["fence"],
    );
    let fail = json!({"task": task, "fence": fence, "reason": "no compiler", "last": true});
    house.ask(&rex, "task.fail", fail, None).await.unwrap();
    let (sent, _server) = server.asked().await;
    assert_eq!(sent.body, "Survey failed: rex");
    house.stop().await;
}
