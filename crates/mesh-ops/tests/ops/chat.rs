//! Lines that steer the mesh: each does what the same operation does, and no more than its speaker may.

use crate::house::House;
use serde_json::{Value, json};

/// A house with a room, a worker in it, and the worker's token.
async fn workshop(capabilities: &[&str]) -> (House, String) {
    let house = House::start().await;
    house
        .ok(&house.owner, "room.create", json!({"name": "workshop"}))
        .await;
    let rex = house
        .agent(
            "rex",
            &[
                "agents:read",
                "messages:read",
                "messages:write",
                "tasks:read",
                "tasks:write",
            ],
        )
        .await;
    for (name, more) in [
        ("member.add", json!({})),
        (
            "member.capabilities",
            json!({"capabilities": ["speak", "listen", "execute"]}),
        ),
    ] {
        let mut input = json!({"room": "workshop", "participant": "rex"});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        house.ok(&house.owner, name, input).await;
    }
    let enrol = json!({"slots": 2, "capabilities": capabilities});
    house.ok(&rex, "worker.enrol", enrol).await;
    (house, rex)
}

async fn said(house: &House, text: &str) -> Value {
    let line = json!({"room": "workshop", "text": text});
    house.ok(&house.owner, "chat.command", line).await
}

fn text(answer: &Value) -> &str {
    answer["text"].as_str().unwrap()
}

async fn tasks(house: &House) -> Vec<Value> {
    let list = house
        .ok(&house.owner, "task.list", json!({"room": "workshop"}))
        .await;
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn questions_are_answered_and_create_nothing() {
    let (house, _) = workshop(&["code"]).await;
    let head = house.door.node().head();
    for (line, command, words) in [
        ("status", "status", "@rex"),
        ("/status", "status", "no tasks in this room"),
        ("tasks", "tasks", "no tasks"),
        ("@context", "context", "Nothing is shared"),
        ("pending", "pending", "Nothing waits"),
        ("approve", "approve", "Nothing was done"),
        ("reject", "reject", "Nothing was done"),
        ("costs", "costs", "Nothing was spent"),
        ("@costs", "costs", "Nothing was spent"),
        ("escalations", "escalations", "Nothing waits"),
        ("summary", "summary", "Nothing is done"),
        ("do", "do", "Nothing was done"),
        ("/statsu", "unknown", "There is no command `/statsu`"),
        ("@rex", "ask", "Nothing was done"),
        (
            "which agent fails most?",
            "most_failing",
            "No attempt failed",
        ),
        (
            "how many tasks has rex done this week?",
            "done_by",
            "@rex finished 0 tasks",
        ),
    ] {
        let answer = said(&house, line).await;
        assert_eq!(answer["command"], command, "{line}");
        assert!(text(&answer).contains(words), "{line}: {answer}");
        assert_eq!(house.door.node().head(), head, "{line} changed something");
    }
    house.stop().await;
}

#[tokio::test]
async fn a_line_creates_a_task_for_one_agent_or_for_whoever_fits() {
    let (house, _) = workshop(&["code"]).await;
    let asked = said(&house, "@rex survey the | parser").await;
    assert_eq!(
        (&asked["command"], &asked["to"]["handle"]),
        (&json!("ask"), &json!("rex"))
    );
    let task = house
        .ok(&house.owner, "task.get", json!({"task": asked["tasks"][0]}))
        .await;
    assert_eq!(
        (&task["assigned"]["handle"], &task["prompt"]),
        (&json!("rex"), &json!("survey the | parser"))
    );
    let done = said(&house, "do write the notes").await;
    let task = house
        .ok(&house.owner, "task.get", json!({"task": done["tasks"][0]}))
        .await;
    assert_eq!(
        (task.get("assigned"), &task["title"]),
        (None, &json!("write the notes"))
    );
    let listed = said(&house, "tasks").await;
    // Words of others cannot break the table.
    assert!(
        text(&listed).contains("survey the \\| parser | @rex |"),
        "{listed}"
    );
    // The same request does it once.
    let line = json!({"room": "workshop", "text": "do it once"});
    let first = house
        .reply(&house.owner, "chat.command", line.clone(), Some("k"))
        .await
        .unwrap();
    let again = house
        .reply(&house.owner, "chat.command", line, Some("k"))
        .await
        .unwrap();
    assert_eq!((first.body, again.replayed), (again.body, true));
    assert_eq!(tasks(&house).await.len(), 3);
    house.stop().await;
}

#[tokio::test]
async fn a_goal_is_taken_apart_by_whoever_plans_or_by_the_primary_agent() {
    let (house, rex) = workshop(&["code"]).await;
    let auto = said(&house, "auto ship version 2").await;
    let task = house
        .ok(&house.owner, "task.get", json!({"task": auto["tasks"][0]}))
        .await;
    assert_eq!(task["assigned"]["handle"], "rex");
    assert_eq!(
        task["input"],
        json!({"follow": "subtasks", "goal": "ship version 2"})
    );
    assert_eq!(task["check"]["properties"]["subtasks"]["maxItems"], 5);
    let enrol = json!({"slots": 2, "capabilities": ["plan"]});
    house.ok(&rex, "worker.enrol", enrol).await;
    let auto = said(&house, "auto ship version 3").await;
    let task = house
        .ok(&house.owner, "task.get", json!({"task": auto["tasks"][0]}))
        .await;
    assert_eq!(
        (&task["capability"], task.get("assigned")),
        (&json!("plan"), None)
    );
    house.stop().await;
}

#[tokio::test]
async fn workers_are_steered_in_plain_words() {
    let (house, _) = workshop(&["code"]).await;
    for (line, mode) in [
        ("pause rex", "paused"),
        ("resume rex", "open"),
        ("take rex offline for maintenance", "draining"),
        ("bring rex back", "open"),
    ] {
        said(&house, line).await;
        let workers = house.ok(&house.owner, "worker.list", json!({})).await;
        assert_eq!(workers["items"][0]["mode"], mode, "{line}");
    }
    said(&house, "set rex max concurrent to 3").await;
    said(&house, "move rex to code-review only").await;
    said(&house, "stop dispatch").await;
    let workers = house.ok(&house.owner, "worker.list", json!({})).await;
    let rex = &workers["items"][0];
    assert_eq!(
        (&rex["slots"], &rex["capabilities"], &workers["stopped"]),
        (&json!(3), &json!(["code-review"]), &json!(true))
    );
    assert!(text(&said(&house, "status").await).contains("Dispatch is stopped"));
    said(&house, "resume dispatch").await;
    said(&house, "@context branch = main").await;
    assert!(text(&said(&house, "@context").await).contains("| branch | main | @owner |"));
    house.stop().await;
}

#[tokio::test]
async fn the_latest_question_is_answered() {
    let (house, rex) = workshop(&["code"]).await;
    for question in ["May I push?", "May I deploy?"] {
        let ask = json!({"room": "workshop", "question": question});
        house.ok(&rex, "approval.ask", ask).await;
    }
    assert!(text(&said(&house, "pending").await).contains("May I push?"));
    let answer = said(&house, "approve: looks fine").await;
    assert_eq!(
        (text(&answer), &answer["to"]["handle"]),
        ("Approved: May I deploy?", &json!("rex"))
    );
    assert_eq!(text(&said(&house, "reject").await), "Rejected: May I push?");
    assert!(text(&said(&house, "pending").await).contains("Nothing waits"));
    house.stop().await;
}

#[tokio::test]
async fn everything_else_is_said_to_the_primary_agent() {
    let (house, _) = workshop(&["code"]).await;
    let talk = said(&house, "how is the parser?").await;
    assert_eq!(
        (&talk["command"], &talk["to"]["handle"]),
        (&json!("chat"), &json!("rex"))
    );
    let message = house
        .ok(
            &house.owner,
            "message.get",
            json!({"message": talk["message"]}),
        )
        .await;
    assert_eq!(message["text"], "@rex how is the parser?");
    house.agent("ada", &["messages:read"]).await;
    let ada = json!({"room": "workshop", "participant": "ada"});
    house.ok(&house.owner, "member.add", ada).await;
    // A value of the shared context steers nothing; whoever moderates the room says who is spoken to.
    said(&house, "@context primary-agent=ada").await;
    let talk = said(&house, "and the docs?").await;
    assert_eq!(talk["to"]["handle"], "rex");
    let primary = json!({"room": "workshop", "participant": "ada"});
    let mole = house.talker("mole").await;
    let member = json!({"room": "workshop", "participant": "mole"});
    house.ok(&house.owner, "member.add", member).await;
    assert_eq!(
        house.refused(&mole, "room.primary", primary.clone()).await,
        "capability_denied"
    );
    house.ok(&house.owner, "room.primary", primary).await;
    let talk = said(&house, "and the tests?").await;
    assert_eq!(talk["to"]["handle"], "ada");
    // Nobody is named twice, and a name that nobody has is talk.
    let talk = said(&house, "does @ada know @nobody?").await;
    let message = house
        .ok(
            &house.owner,
            "message.get",
            json!({"message": talk["message"]}),
        )
        .await;
    assert_eq!(message["text"], "does @ada know @nobody?");
    house.stop().await;
}

#[tokio::test]
async fn nobody_does_by_a_line_what_they_may_not_do_otherwise() {
    let (house, _) = workshop(&["code"]).await;
    let mole = house.talker("mole").await;
    let member = json!({"room": "workshop", "participant": "mole"});
    house.ok(&house.owner, "member.add", member).await;
    for line in [
        "tasks",
        "do something",
        "@rex do something",
        "pause rex",
        "stop dispatch",
        "costs",
        "@context",
        "@context a=b",
        "approve",
        "auto it",
    ] {
        let line = json!({"room": "workshop", "text": line});
        assert_eq!(
            house.refused(&mole, "chat.command", line.clone()).await,
            "permission_denied",
            "{line}"
        );
    }
    let talk = house
        .ok(
            &mole,
            "chat.command",
            json!({"room": "workshop", "text": "hello"}),
        )
        .await;
    assert_eq!(talk["command"], "chat");
    let nowhere = json!({"room": "nowhere", "text": "tasks"});
    assert_eq!(
        house.refused(&house.owner, "chat.command", nowhere).await,
        "not_found"
    );
    assert!(tasks(&house).await.is_empty());
    house.stop().await;
}
