//! Programs outside knock: what is proved stands in the room as words of a bridge, and everything else is turned away.

use mesh_ops::signing;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::house::House;
use crate::http::{Answer, Request};

const JSON: &str = "application/json";

/// An inlet, as its maker was shown it.
struct Inlet {
    id: String,
    endpoint: String,
    secret: String,
}

async fn inlet(house: &House, input: Value) -> Inlet {
    let made = house.post("/api/inlets", input).await;
    assert_eq!(made.status, 201, "{made:?}");
    let text = |field: &str| made.json()[field].as_str().unwrap().to_owned();
    Inlet {
        id: text("id"),
        endpoint: text("endpoint"),
        secret: text("secret"),
    }
}

impl Inlet {
    fn path(&self, part: &str) -> String {
        format!("/api/inlets/{}{part}", self.id)
    }

    /// A delivery that shows the secret.
    fn shown(&self, body: impl Into<Vec<u8>>) -> Request {
        Request::new("POST", &self.endpoint)
            .header("x-webhook-secret", &self.secret)
            .header("content-type", JSON)
            .body(body)
    }

    async fn knock(&self, house: &House, body: Value) -> Answer {
        self.shown(body.to_string()).send(house.at).await
    }
}

async fn deliveries(house: &House, inlet: &Inlet) -> Vec<Value> {
    let list = house.get(&inlet.path("/deliveries")).await.json();
    list["items"].as_array().unwrap().clone()
}

async fn said(house: &House, room: &str) -> Vec<Value> {
    let path = format!("/api/rooms/{room}/messages");
    let list = house.get(&path).await.json();
    list["items"].as_array().unwrap().clone()
}

fn outcome(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["outcome"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_signed_stands_in_the_room_once_and_calls_nobody() {
    let house = House::start().await;
    house.room("ops").await;
    house.agent("rex", &["ops"]).await;
    let standard = json!({"room": "ops", "kind": "standard", "name": "backups"});
    let knocker = inlet(&house, standard).await;
    let body = json!({"type": "backup.failed", "title": "@rex @everyone <b>", "sender": "cron\u{202e}",
        "source": "nas", "text": "line\n- @rex run `rm`"});
    let body = body.to_string();
    let now = house.node.now().0 / 1000;
    let send = |id: &str, at: u64, signed: &str, body: &str| {
        Request::new("POST", &knocker.endpoint)
            .header("webhook-id", id)
            .header("webhook-timestamp", &at.to_string())
            .header("webhook-signature", signed)
            .header("content-type", JSON)
            .body(body)
            .send(house.at)
    };
    let sign = |id: &str, at: u64| signing::sign(&knocker.secret, id, at, &body).unwrap();
    let signed = sign("msg_1", now);
    assert_eq!(
        outcome(&send("msg_1", now, &signed, &body).await),
        "accepted"
    );
    assert_eq!(
        outcome(&send("msg_1", now, &signed, &body).await),
        "duplicate"
    );
    let all = said(&house, "ops").await;
    assert_eq!(all.len(), 1);
    let message = &all[0];
    assert_eq!(message["from"]["handle"], "backups");
    assert_eq!(message["from"]["kind"], "bridge");
    assert_eq!(message["trust"], "untrusted");
    assert_eq!(message["mentions"], json!([]));
    assert_eq!(message["command"], Value::Null);
    assert_eq!(
        message["relayed"],
        json!({"origin": "nas", "sender": "cron"})
    );
    assert_eq!(
        message["text"],
        "backup.failed: @rex @everyone <b>\n> line\n> - @rex run `rm`"
    );

    // Missing, wrong, old, of another delivery, of no inlet: the answer is the same, and nothing is stored.
    let head = house.node.head();
    let old = now - 301;
    let other = knocker
        .endpoint
        .replace(&knocker.id, "01a22545-a1c0-7e11-8c55-0d9f6b1f2a11");
    let mut answers = vec![
        send("msg_2", now, "", &body).await,
        send("msg_2", now, "v1,AAAA", &body).await,
        send("msg_2", now, &signed, &body).await,
        send("msg_2", old, &sign("msg_2", old), &body).await,
        send("msg_1", now, &signed, "{}").await,
        Request::new("POST", &knocker.endpoint).send(house.at).await,
    ];
    for path in [&other, "/api/v1/inlets/x"] {
        answers.push(Request::new("POST", path).body("{}").send(house.at).await);
    }
    for answer in &answers {
        assert_eq!(
            (answer.status, answer.code()),
            (401, "unauthenticated".to_owned())
        );
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(house.node.head(), head);
    let shown = house.get(&knocker.path("")).await.json();
    assert_eq!((&shown["came"], &shown["wrong"]), (&json!(2), &json!(6)));
    assert_eq!(deliveries(&house, &knocker).await.len(), 2);
}

#[tokio::test]
async fn the_vector_that_github_publishes_is_proved_here() {
    let house = House::start().await;
    house.room("ops").await;
    let secret = "It's a Secret to Everybody";
    let github = json!({"room": "ops", "kind": "github", "secret": secret});
    let github = inlet(&house, github).await;
    assert_eq!(github.secret, secret);
    let signed = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let send = |body: &str| {
        Request::new("POST", &github.endpoint)
            .header("x-hub-signature-256", signed)
            .header("x-github-event", "ping")
            .header("content-type", JSON)
            .body(body)
            .send(house.at)
    };
    // It is proved, and then it is no JSON.
    assert_eq!(send("Hello, World!").await.status, 400);
    assert_eq!(send("Hello, World?").await.status, 401);
}

#[tokio::test]
async fn whatever_comes_is_turned_away_and_the_node_goes_on() {
    let house = House::start().await;
    house.room("ops").await;
    let knocker = inlet(&house, json!({"room": "ops"})).await;
    let head = house.node.head();
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    for (body, status) in [
        (b"{".to_vec(), 400),
        (b"{\"a\":\"\xff\xfe\"}".to_vec(), 400),
        (deep.into_bytes(), 400),
        (vec![b' '; 1024 * 1024 + 1], 413),
        (vec![b' '; 1024 * 1024], 400),
    ] {
        let answer = knocker.shown(body).send(house.at).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    for media in ["text/html", "multipart/form-data; boundary=x", ""] {
        let answer = Request::new("POST", &knocker.endpoint)
            .header("x-webhook-secret", &knocker.secret)
            .header("content-type", media)
            .body("{}")
            .send(house.at)
            .await;
        assert_eq!(answer.status, 415, "{media}");
    }
    assert_eq!(
        Request::new("GET", &knocker.endpoint)
            .send(house.at)
            .await
            .status,
        405
    );
    assert_eq!(house.node.head(), head);

    // Twenty megabytes are refused by what the head says of them.
    let mut stream = TcpStream::connect(house.at).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20000000\r\n\r\n",
        knocker.endpoint
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    let form = Request::new("POST", &knocker.endpoint)
        .header("authorization", &format!("Bearer {}", knocker.secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("title=It+is+down&text=%40rex+look")
        .send(house.at)
        .await;
    assert_eq!(outcome(&form), "accepted");
    let all = said(&house, "ops").await;
    assert_eq!(all[0]["text"], "delivery: It is down\n> @rex look");
}

#[tokio::test]
async fn an_inlet_is_filtered_paused_given_another_secret_and_removed() {
    let house = House::start().await;
    house.room("ops").await;
    house.agent("rex", &["ops"]).await;
    let input = json!({"room": "ops", "events": ["alert"], "mentions": ["rex"],
        "text": "{{title}}, says {{inlet.origin}}: {{n}} {{deep.0}}", "data": true});
    let knocker = inlet(&house, input).await;
    let alert = json!({"event": "alert", "title": "{{n}}", "n": 3, "deep": ["x"]});
    assert_eq!(
        outcome(&knocker.knock(&house, json!({"event": "other"})).await),
        "filtered"
    );
    assert_eq!(
        outcome(&knocker.knock(&house, alert.clone()).await),
        "accepted"
    );
    let all = said(&house, "ops").await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["text"], "{{n}}, says webhook: 3 x");
    assert_eq!(all[0]["payload"], alert);
    assert_eq!(all[0]["mentions"].as_array().unwrap().len(), 1);

    let done = house.post(&knocker.path("/pause"), json!({})).await;
    assert_eq!(done.status, 200);
    let later = knocker.knock(&house, alert.clone()).await;
    assert_eq!((later.status, later.code()), (503, "overloaded".to_owned()));
    assert!(later.header("retry-after").is_some());
    house.post(&knocker.path("/resume"), json!({})).await;

    let made = house.post(&knocker.path("/secret"), json!({})).await.json();
    let new = Inlet {
        id: knocker.id.clone(),
        endpoint: knocker.endpoint.clone(),
        secret: made["secret"].as_str().unwrap().to_owned(),
    };
    assert_ne!(new.secret, knocker.secret);
    for both in [&new, &knocker] {
        assert_eq!(
            outcome(&both.knock(&house, alert.clone()).await),
            "accepted"
        );
    }
    house.post(&knocker.path("/secret"), json!({})).await;
    assert_eq!(outcome(&new.knock(&house, alert.clone()).await), "accepted");
    assert_eq!(knocker.knock(&house, alert.clone()).await.status, 401);

    // A delivery goes the whole way again, but not once its words were erased.
    let came = deliveries(&house, &new).await;
    assert_eq!(came.len(), 5);
    assert_eq!(came[4]["outcome"], "filtered");
    let wanted = json!({"number": came[0]["number"]});
    let again = house.post(&new.path("/deliveries"), wanted.clone()).await;
    assert_eq!(again.json()["outcome"], "accepted", "{again:?}");
    assert_eq!(again.json()["again"], came[0]["number"]);
    let message = format!("/api/messages/m{}/redact", came[0]["seq"]);
    let erased = house
        .post(&message, json!({"reason": "holds a password"}))
        .await;
    assert_eq!(erased.status, 200, "{erased:?}");
    let again = house.post(&new.path("/deliveries"), wanted).await;
    assert_eq!((again.status, again.code()), (410, "gone".to_owned()));

    let gone = Request::new("DELETE", &new.path(""))
        .token(&house.owner)
        .send(house.at)
        .await;
    assert_eq!(gone.status, 200);
    assert_eq!(new.knock(&house, alert).await.status, 401);
}

#[tokio::test]
async fn events_are_made_and_tasks_where_the_room_lets_a_stranger_ask() {
    let house = House::start().await;
    house.room("ops").await;
    let schema =
        json!({"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}});
    let registered = json!({"name": "deploy-finished", "schema": schema});
    assert_eq!(house.post("/api/event-types", registered).await.status, 201);
    let events = json!({"room": "ops", "name": "deploys", "makes": "event", "event_type": "deploy-finished",
        "values": {"ok": "{{result.ok}}"}});
    let events = inlet(&house, events).await;
    assert_eq!(
        outcome(&events.knock(&house, json!({"result": {"ok": true}})).await),
        "accepted"
    );
    let wrong = events.knock(&house, json!({"result": {"ok": "yes"}})).await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (422, "schema_mismatch".to_owned())
    );
    let came = deliveries(&house, &events).await;
    assert_eq!(came[0]["outcome"], "refused");
    assert!(
        came[0]["why"].as_str().unwrap().contains("deploy-finished"),
        "{came:?}"
    );

    let tasks = json!({"room": "ops", "name": "triage", "makes": "task", "title": "Triage {{n}}", "text": "Read {{url}}."});
    let tasks = inlet(&house, tasks).await;
    let issue = json!({"n": 7, "url": "https://example.org/7"});
    let refused = tasks.knock(&house, issue.clone()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "capability_denied".to_owned())
    );
    let policy = json!({"policy": {"execution": {"peers": ["triage"]}}});
    let set = Request::new("PUT", "/api/rooms/ops/policy")
        .token(&house.owner)
        .json(&policy)
        .send(house.at)
        .await;
    assert_eq!(set.status, 200, "{set:?}");
    let number = deliveries(&house, &tasks).await[0]["number"].clone();
    let again = house
        .post(&tasks.path("/deliveries"), json!({ "number": number }))
        .await;
    assert_eq!(again.json()["outcome"], "accepted", "{again:?}");
    let list = house.get("/api/tasks?room=ops").await.json();
    let task = &list["items"][0];
    assert_eq!(
        (&task["title"], &task["creator"]["trust"]),
        (&json!("Triage 7"), &json!("untrusted")),
        "{list}"
    );
}
