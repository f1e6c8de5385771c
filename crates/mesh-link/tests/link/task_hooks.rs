//! Webhooks of one task: A2A's push notifications on a real node, delivered to a real web server.

use std::time::Duration;

use mesh_link::outbox::Pace;
use serde_json::{Value, json};

use crate::house::House;
use crate::receiver::{Receiver, answer};

const OPEN: &str = "[webhooks]\nprivate = [\"127.0.0.1\"]\n";
const RIGHTS: [&str; 4] = [
    "messages:read",
    "messages:write",
    "agents:read",
    "admin:webhooks",
];

/// Waits that a test need not notice.
fn pace() -> Pace {
    Pace {
        first: Duration::from_millis(1),
        most: Duration::from_millis(2),
        answer: Duration::from_millis(500),
        ..Pace::default()
    }
}

/// A node with a room of rex and the owner; and rex's token.
async fn house() -> (House, String) {
    let house = House::with_pace(OPEN, pace()).await;
    let room = json!({"name": "workshop", "access": "private"});
    house.ok("room.create", room).await;
    let rex = house.agent(&RIGHTS).await;
    let member = json!({"room": "workshop", "participant": "rex"});
    house.ok("member.add", member).await;
    (house, rex)
}

async fn task(house: &House) -> Value {
    let wanted = json!({"room": "workshop", "tasks": [{"prompt": "oil the crane"}]});
    house.ok("task.create", wanted).await["tasks"][0].clone()
}

async fn cancel(house: &House, task: &Value) {
    let why = json!({"task": task["id"], "reason": "it is oiled"});
    house.ok("task.cancel", why).await;
}

fn hook(receiver: &Receiver, task: &Value) -> Value {
    json!({"url": receiver.url(), "task": task["id"], "body": "full"})
}

/// Waits until the webhook is no more.
async fn gone(house: &House, hook: &Value) {
    let ended = async {
        loop {
            let found = house
                .ask(
                    &house.owner,
                    "webhook.get",
                    json!({ "webhook": hook }),
                    None,
                )
                .await;
            match found {
                Err(why) => return assert_eq!(why.code.code(), "not_found"),
                Ok(_) => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended)
        .await
        .expect("it is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_s_end_is_told_in_a2a_s_words_and_ends_the_webhook() {
    let ((house, _), mut receiver) = (house().await, Receiver::start());
    let (wanted, other) = (task(&house).await, task(&house).await);
    let mut input = hook(&receiver, &wanted);
    input["token"] = json!("chosen");
    input["authorization"] = json!("Bearer known-here");
    let made = house.ok("webhook.create", input).await["id"].clone();
    cancel(&house, &other).await;
    cancel(&house, &wanted).await;
    let came = receiver.next().await;
    assert_eq!(came.token.as_deref(), Some("chosen"));
    assert_eq!(came.authorization.as_deref(), Some("Bearer known-here"));
    let told = &came.json()["statusUpdate"];
    assert_eq!(told["taskId"], wanted["id"]);
    assert_eq!(told["status"]["state"], "TASK_STATE_CANCELED");
    // Whoever rules the room may take its words out.
    assert_eq!(told["status"]["message"]["parts"][0]["text"], "it is oiled");
    gone(&house, &made).await;
    assert!(receiver.is_quiet());
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_stay_where_the_room_keeps_them_and_the_state_is_told() {
    let ((house, rex), mut receiver) = (house().await, Receiver::start());
    let wanted = task(&house).await;
    let input = hook(&receiver, &wanted);
    let made = house.ask(&rex, "webhook.create", input, None).await;
    let made = made.unwrap()["id"].clone();
    cancel(&house, &wanted).await;
    let came = receiver.next().await;
    let told = &came.json()["statusUpdate"];
    assert_eq!(told["status"]["state"], "TASK_STATE_CANCELED");
    assert!(!came.body.contains("oiled"), "{}", came.body);
    gone(&house, &made).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_a_task_goes_with_the_right_of_whoever_made_it() {
    let ((house, rex), receiver) = (house().await, Receiver::start());
    let wanted = task(&house).await;
    let input = hook(&receiver, &wanted);
    let made = house.ask(&rex, "webhook.create", input, None).await;
    let made = made.unwrap()["id"].clone();
    house
        .ok("participant.disable", json!({"participant": "rex"}))
        .await;
    gone(&house, &made).await;
    cancel(&house, &wanted).await;
    assert!(receiver.is_quiet());
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_nobody_took_waits_for_somebody() {
    let ((house, _), mut receiver) = (house().await, Receiver::start());
    let wanted = task(&house).await;
    let input = hook(&receiver, &wanted);
    let made = house.ok("webhook.create", input).await["id"].clone();
    receiver.answers(answer("400 Bad Request", ""));
    cancel(&house, &wanted).await;
    for _ in 0..5 {
        receiver.next().await;
    }
    let paused = async {
        loop {
            let shown = house.ok("webhook.get", json!({ "webhook": made })).await;
            if shown["state"] == "paused" {
                return assert_eq!(shown["dead"], 1, "{shown}");
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), paused)
        .await
        .expect("it goes on");
    receiver.answers(answer("204 No Content", ""));
    house.ok("webhook.retry", json!({ "webhook": made })).await;
    house.ok("webhook.resume", json!({ "webhook": made })).await;
    receiver.next().await;
    gone(&house, &made).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_task_s_webhook_can_be_is_refused() {
    let ((house, rex), receiver) = (house().await, Receiver::start());
    let (wanted, ended) = (task(&house).await, task(&house).await);
    cancel(&house, &ended).await;
    let refused = async |token: &str, more: Value| {
        let mut input = hook(&receiver, &wanted);
        let fields = more.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(fields);
        let made = house.ask(token, "webhook.create", input, None).await;
        made.unwrap_err().code.code()
    };
    let owner = house.owner.clone();
    assert_eq!(
        refused(&owner, json!({"task": ended["id"]})).await,
        "conflict"
    );
    let bad = "invalid_input";
    for more in [
        json!({"kinds": ["task.finished"]}),
        json!({"room": "workshop"}),
        json!({"addressed": true}),
        json!({"after": 1}),
        json!({"task": null, "after": 1}),
        json!({"authorization": "Bearer a\r\nHost: b"}),
        json!({"url": "http://169.254.169.254/latest"}),
    ] {
        assert_eq!(refused(&owner, more.clone()).await, bad, "{more}");
    }
    assert_eq!(
        refused(&owner, json!({"token": "x".repeat(1025)})).await,
        "too_large"
    );
    // Somebody who does not read the room does not know of the task.
    let gone = json!({"room": "workshop", "participant": "rex"});
    house.ok("member.remove", gone).await;
    assert_eq!(refused(&rex, json!({})).await, "not_found");
    house.stop().await;
}
