//! Webhooks on a real node, delivered to a real web server.

use std::time::Duration;

use mesh_link::outbox::{Pace, sign};
use serde_json::{Value, json};

use crate::house::House;
use crate::receiver::{Receiver, answer};

const OPEN: &str = "[webhooks]\nprivate = [\"127.0.0.1\"]\n";

/// Waits that a test need not notice.
fn pace() -> Pace {
    Pace {
        first: Duration::from_millis(1),
        most: Duration::from_millis(2),
        answer: Duration::from_millis(500),
        ..Pace::default()
    }
}

struct Mesh {
    house: House,
    rex: String,
}

impl Mesh {
    /// A node with a room of rex and the owner.
    async fn start() -> Mesh {
        let house = House::with_pace(OPEN, pace()).await;
        house
            .ok(
                "room.create",
                json!({"name": "workshop", "access": "private"}),
            )
            .await;
        let rex = house.agent(&["messages:read", "messages:write"]).await;
        let member = json!({"room": "workshop", "participant": "rex"});
        house.ok("member.add", member).await;
        Mesh { house, rex }
    }

    async fn hook(&self, receiver: &Receiver, more: Value) -> (Value, String) {
        let mut input =
            json!({"url": receiver.url(), "participant": "rex", "kinds": ["message.posted"]});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let made = self.house.ok("webhook.create", input).await;
        (
            made["id"].clone(),
            made["secret"].as_str().unwrap().to_owned(),
        )
    }

    async fn say(&self, text: &str) -> u64 {
        let said = json!({"room": "workshop", "text": text});
        self.house.ok("message.post", said).await["seq"]
            .as_u64()
            .unwrap()
    }

    async fn show(&self, hook: &Value) -> Value {
        self.house
            .ok("webhook.get", json!({ "webhook": hook }))
            .await
    }

    /// Waits until the webhook is as it should be, asking with each change of the log that it causes.
    async fn until(&self, hook: &Value, is: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let shown = self.show(hook).await;
                if is(&shown) {
                    return shown;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found)
            .await
            .expect("it stays as it was")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pointer_comes_signed_and_says_how_to_read() {
    let (mesh, mut receiver) = (Mesh::start().await, Receiver::start());
    let (hook, secret) = mesh.hook(&receiver, json!({})).await;
    let seq = mesh.say("The crane is free.").await;
    let came = receiver.next().await;
    assert_eq!(
        sign::verify(
            &secret,
            &came.id,
            came.at,
            &came.body,
            &came.signature,
            came.at
        ),
        Ok(())
    );
    let told = came.json();
    assert_eq!(told["type"], "message.posted");
    assert_eq!(told["data"]["seq"], seq);
    assert_eq!(told["data"]["message"], format!("m{seq}"));
    assert!(!came.body.contains("crane"), "{}", came.body);
    // With its own token it reads what the pointer says.
    let read = &told["data"]["read"];
    let operation = read["operation"].as_str().unwrap();
    let message = mesh
        .house
        .ask(&mesh.rex, operation, read["input"].clone(), None)
        .await
        .unwrap();
    assert_eq!(message["text"], "The crane is free.");
    let shown = mesh
        .until(&hook, |shown| shown["position"].as_u64() >= Some(seq))
        .await;
    assert_eq!(shown["state"], "active");
    assert_eq!(shown["url"], receiver.url());
    let list = mesh.house.ok("webhook.list", json!({})).await;
    assert_eq!(
        (&list["items"][0]["url"], &list["items"][0]["origin"]),
        (&Value::Null, &json!(format!("http://{}", receiver.at)))
    );
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_go_out_whole_only_where_the_room_lets_them() {
    let (mesh, mut receiver) = (Mesh::start().await, Receiver::start());
    mesh.hook(&receiver, json!({"body": "full"})).await;
    mesh.say("The crane is free.").await;
    assert!(!receiver.next().await.body.contains("crane"));
    let open = json!({"room": "workshop", "policy": {"data": {"leave": {"outside": true}}}});
    mesh.house.ok("room.policy_set", open).await;
    mesh.say("The crane is taken.").await;
    let told = receiver.next().await.json();
    assert_eq!(told["data"]["event"]["data"]["text"], "The crane is taken.");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_receiver_costs_a_position_and_gets_everything_in_order_when_it_is_back() {
    let mesh = Mesh::start().await;
    let mut receiver = Receiver::start();
    receiver.answers(answer("503 Service Unavailable", ""));
    let (hook, _) = mesh.hook(&receiver, json!({})).await;
    let mut seqs = Vec::new();
    for number in 0..300 {
        seqs.push(mesh.say(&format!("word {number}")).await);
    }
    let failing = mesh.until(&hook, |shown| shown["state"] == "failing").await;
    assert!(failing["position"].as_u64() < Some(seqs[0]), "{failing}");
    assert_eq!(failing["trouble"], "it answered with status 503");
    receiver.answers(answer("200 OK", ""));
    let mut came: Vec<(u64, String)> = Vec::new();
    while came.last().is_none_or(|(seq, _)| *seq < seqs[299]) {
        let one = receiver.next().await;
        came.push((one.seq(), one.id));
    }
    // The first one came several times, under the same id.
    let firsts = came
        .iter()
        .filter(|(seq, _)| *seq == seqs[0])
        .map(|(_, id)| id);
    assert_eq!(firsts.collect::<std::collections::BTreeSet<_>>().len(), 1);
    came.dedup();
    assert_eq!(came.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), seqs);
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_slows_no_other() {
    let mesh = Mesh::start().await;
    let (stuck, mut well) = (Receiver::start(), Receiver::start());
    stuck.answers(None);
    let (hook, _) = mesh.hook(&stuck, json!({})).await;
    mesh.hook(&well, json!({})).await;
    let seq = mesh.say("The crane is free.").await;
    assert_eq!(well.next().await.seq(), seq);
    let failing = mesh.until(&hook, |shown| shown["state"] == "failing").await;
    assert!(
        failing["trouble"].as_str().unwrap().contains("no answer"),
        "{failing}"
    );
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_becomes_a_dead_letter_and_is_sent_again_on_demand() {
    let (mesh, mut receiver) = (Mesh::start().await, Receiver::start());
    receiver.answers(answer("400 Bad Request", ""));
    let (hook, _) = mesh.hook(&receiver, json!({})).await;
    let seq = mesh.say("The crane is free.").await;
    mesh.until(&hook, |shown| shown["dead"] == 1).await;
    let dead = mesh
        .house
        .ok("webhook.dead", json!({ "webhook": hook }))
        .await;
    assert_eq!(
        dead["items"][0],
        json!({"seq": seq, "attempts": 5, "status": 400, "again": false})
    );
    receiver.answers(answer("200 OK", ""));
    let next = mesh.say("The crane is taken.").await;
    let mut came = receiver.next().await;
    while came.seq() == seq {
        came = receiver.next().await;
    }
    assert_eq!(came.seq(), next);
    mesh.house
        .ok("webhook.retry", json!({ "webhook": hook }))
        .await;
    assert_eq!(receiver.next().await.seq(), seq);
    mesh.until(&hook, |shown| shown["dead"] == 0).await;
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_takes_nothing_is_left_alone_until_somebody_looks() {
    let (mesh, receiver) = (Mesh::start().await, Receiver::start());
    receiver.answers(answer(
        "302 Found",
        "location: http://169.254.169.254/latest\r\n",
    ));
    let (hook, _) = mesh.hook(&receiver, json!({})).await;
    for number in 0..12 {
        mesh.say(&format!("word {number}")).await;
    }
    let paused = mesh.until(&hook, |shown| shown["state"] == "paused").await;
    assert_eq!(
        (&paused["paused"], &paused["dead"]),
        (&json!("refusing"), &json!(10))
    );
    let dropped = mesh.house.ok("webhook.drop", json!({ "webhook": hook }));
    dropped.await;
    assert_eq!(mesh.show(&hook).await["dead"], 0);
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_is_gone_and_garbage_is_no_answer() {
    let (mesh, mut receiver) = (Mesh::start().await, Receiver::start());
    let mut huge = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n".to_vec();
    huge.extend(vec![b'x'; 1 << 20]);
    receiver.answers(Some(huge));
    let (hook, _) = mesh.hook(&receiver, json!({})).await;
    let first = mesh.say("one").await;
    assert_eq!(receiver.next().await.seq(), first);
    mesh.until(&hook, |shown| shown["position"].as_u64() >= Some(first))
        .await;
    receiver.answers(Some(b"\0\0\0 this is no HTTP\r\n\r\n".to_vec()));
    let second = mesh.say("two").await;
    assert_eq!(receiver.next().await.seq(), second);
    mesh.until(&hook, |shown| shown["state"] == "failing").await;
    receiver.answers(answer("410 Gone", ""));
    let paused = mesh.until(&hook, |shown| shown["state"] == "paused").await;
    assert_eq!(paused["paused"], "gone");
    // It goes on where it was.
    receiver.answers(answer("200 OK", ""));
    mesh.house
        .ok("webhook.resume", json!({ "webhook": hook }))
        .await;
    mesh.until(&hook, |shown| shown["position"].as_u64() >= Some(second))
        .await;
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_see_no_more_is_told_no_more() {
    let (mesh, mut receiver) = (Mesh::start().await, Receiver::start());
    let (hook, _) = mesh.hook(&receiver, json!({"kinds": []})).await;
    let seq = mesh.say("one").await;
    while receiver.next().await.seq() < seq {}
    let rex = json!({"room": "workshop", "participant": "rex"});
    mesh.house.ok("member.remove", rex).await;
    mesh.say("two").await;
    let all = json!({"room": "broadcast", "text": "three"});
    let open = mesh.house.ok("message.post", all).await;
    let marker = open["seq"].as_u64().unwrap();
    let mut told = String::new();
    loop {
        let came = receiver.next().await;
        told += &came.body;
        if came.seq() >= marker {
            break;
        }
    }
    assert_eq!(told.matches("message.posted").count(), 1, "{told}");
    mesh.house
        .ok("participant.disable", json!({"participant": "rex"}))
        .await;
    mesh.until(&hook, |shown| shown["state"] == "over").await;
    let all = json!({"room": "broadcast", "text": "four"});
    mesh.house.ok("message.post", all).await;
    assert!(receiver.is_quiet());
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_sign_while_one_is_changed() {
    let (mesh, mut receiver) = (Mesh::start().await, Receiver::start());
    let (hook, old) = mesh
        .hook(&receiver, json!({"addressed": true, "kinds": []}))
        .await;
    let new = mesh
        .house
        .ok("webhook.rotate", json!({ "webhook": hook }))
        .await;
    let new = new["secret"].as_str().unwrap();
    mesh.say("nobody in particular").await;
    let named = mesh.say("@rex, the crane is free").await;
    let came = receiver.next().await;
    assert_eq!(came.seq(), named);
    for secret in [new, &old] {
        let verified = sign::verify(
            secret,
            &came.id,
            came.at,
            &came.body,
            &came.signature,
            came.at,
        );
        assert_eq!(verified, Ok(()));
    }
    let tested = mesh
        .house
        .ok("webhook.test", json!({ "webhook": hook }))
        .await;
    assert_eq!(
        (&tested["ok"], &tested["status"]),
        (&json!(true), &json!(204))
    );
    assert_eq!(receiver.next().await.json()["type"], "webhook.test");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_the_node_connect_where_its_owner_did_not_say() {
    let house = House::start("").await;
    for url in [
        "http://127.0.0.1:9/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "http://hooks.example.org/",
        "gopher://hooks.example.org/",
        "https://me:secret@hooks.example.org/",
    ] {
        let made = house
            .ask(&house.owner, "webhook.create", json!({ "url": url }), None)
            .await;
        assert_eq!(made.unwrap_err().code.code(), "invalid_input", "{url}");
    }
    // A name tells where it leads only when it is asked.
    let made = house
        .ok("webhook.create", json!({"url": "https://localhost:9/"}))
        .await;
    let tested = house
        .ok("webhook.test", json!({"webhook": made["id"]}))
        .await;
    assert_eq!(tested["ok"], false);
    assert!(
        tested["trouble"]
            .as_str()
            .unwrap()
            .contains("not of the open network"),
        "{tested}"
    );
    // Whoever lacks the permission makes none.
    let rex = house.agent(&["messages:read", "messages:write"]).await;
    let url = json!({"url": "https://hooks.example.org/"});
    let refused = house
        .ask(&rex, "webhook.create", url, None)
        .await
        .unwrap_err();
    assert_eq!(refused.code.code(), "permission_denied");
    let unknown = house
        .ask(&rex, "webhook.get", json!({"webhook": made["id"]}), None)
        .await;
    assert_eq!(unknown.unwrap_err().code.code(), "not_found");
    house.stop().await;
}
