//! Web Push on a real node: what a person is told in its browser, and what nobody is told.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesh_link::outbox::Pace;
use mesh_ops::{Cookie, Following};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::house::House;
use crate::push_service_double::{BrowserKeys, PushServiceDouble};

const OPEN: &str = r#"
    [webhooks]
    private = ["127.0.0.1"]
    [push]
    services = ["127.0.0.1"]
    contact = "mailto:ops@mesh.example"
"#;

struct Mesh {
    house: House,
    rex: String,
    /// The number of the browser that the owner is signed in with.
    browser: u64,
}

impl Mesh {
    /// A node with a room of rex and the owner, who is signed in with a browser.
    async fn start(settings: &str) -> Mesh {
        let pace = Pace {
            first: Duration::from_millis(1),
            most: Duration::from_millis(2),
            gather: Duration::from_millis(1),
            again: Duration::from_millis(1),
            ..Pace::default()
        };
        let house = House::with_pace(settings, pace).await;
        let rex = house
            .agent(&["messages:read", "messages:write", "tasks:write"])
            .await;
        house.ok("room.create", json!({"name": "workshop"})).await;
        let member = json!({"room": "workshop", "participant": "rex"});
        house.ok("member.add", member).await;
        let link = house.ok("login.link", json!({})).await;
        let (_, secret) = link["path"].as_str().unwrap().split_once("link=").unwrap();
        let followed = house.door.follow_link(secret, None, None).await.unwrap();
        assert!(matches!(followed, Following::Done(Cookie::Set { .. })));
        let browsers = house.ok("browser.list", json!({})).await;
        let browser = browsers["items"][0]["id"].as_u64().unwrap();
        Mesh {
            house,
            rex,
            browser,
        }
    }

    fn subscription(&self, keys: &BrowserKeys, endpoint: &str, words: bool) -> Value {
        json!({
            "browser": self.browser, "endpoint": endpoint, "words": words,
            "p256dh": keys.p256dh(), "auth": keys.auth(),
        })
    }

    /// Has the owner's browser told by the double, and waits until it is.
    async fn subscribe(&self, service: &PushServiceDouble, words: bool) -> BrowserKeys {
        let keys = BrowserKeys::draw();
        let endpoint = format!("{}/to/one", service.origin);
        let input = self.subscription(&keys, &endpoint, words);
        let told = self.house.ok("push.subscribe", input).await;
        assert_eq!(told["service"], service.origin.as_str());
        assert!(!told.to_string().contains("/to/one"), "{told}");
        keys
    }

    async fn says(&self, name: &str, input: Value) -> Value {
        self.house.ask(&self.rex, name, input, None).await.unwrap()
    }

    /// What happens after this is heard: a test is told at once, and by then the teller listens.
    async fn listens(&self, service: &PushServiceDouble) {
        let tested = json!({"browser": self.browser});
        let tested = self.house.ok("push.test", tested).await;
        assert_eq!(tested["ok"], true, "{tested}");
        service.next().await;
    }
}

/// What the node's token says, if its key signed it.
fn shown(authorization: &str) -> Value {
    let rest = authorization.strip_prefix("vapid t=").unwrap();
    let (token, key) = rest.split_once(", k=").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(key))
        .verify(signed.as_bytes(), &bytes(signature))
        .unwrap();
    let mut claims: Value =
        serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).unwrap();
    claims["key"] = json!(key);
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_reaches_a_browser_that_alone_can_read_it() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    let keys = mesh.subscribe(&service, false).await;
    let text = json!({"room": "workshop", "text": "@owner the crane is free"});
    let said = mesh.says("message.post", text).await;
    let pushed = service.next().await;
    let header = |name: &str| pushed.headers[name].as_str();
    assert_eq!(header("content-encoding"), "aes128gcm");
    assert_eq!(header("urgency"), "normal");
    assert!(header("ttl").parse::<u32>().unwrap() > 0);
    assert!(header("topic").len() <= 32);
    let claims = shown(header("authorization"));
    assert_eq!(claims["aud"], service.origin.as_str());
    assert_eq!(claims["sub"], "mailto:ops@mesh.example");
    let listed = mesh.house.ok("push.list", json!({})).await;
    assert_eq!(claims["key"], listed["key"]);
    let told = keys.open(&pushed.body);
    assert_eq!(told["title"], "rex in #workshop");
    assert_eq!(told["body"], "mentions you");
    let path = format!("/r/workshop/m/{}", said["id"].as_str().unwrap());
    assert_eq!(told["path"], path);
    assert!(!told.to_string().contains("crane"), "{told}");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_shown_to_who_wants_them_and_rules_the_room() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    let keys = mesh.subscribe(&service, true).await;
    let text = json!({"room": "workshop", "text": "@owner the crane is free\nand oiled"});
    mesh.says("message.post", text).await;
    let told = keys.open(&service.next().await.body);
    assert_eq!(told["body"], "@owner the crane is free");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_says_how_long_it_waits() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    let keys = mesh.subscribe(&service, false).await;
    let asked = json!({"room": "workshop", "question": "May I delete build/?", "seconds": 300});
    let asked = mesh.says("approval.ask", asked).await;
    let pushed = service.next().await;
    assert_eq!(pushed.headers["urgency"], "high");
    let ttl: u32 = pushed.headers["ttl"].parse().unwrap();
    assert!((200..=300).contains(&ttl), "{ttl}");
    let told = keys.open(&pushed.body);
    assert_eq!(told["approval"]["id"], asked["id"]);
    assert_eq!(told["title"], "rex asks in #workshop");
    assert!(!told.to_string().contains("build"), "{told}");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_elsewhere_meanwhile_is_not_told() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    mesh.subscribe(&service, false).await;
    service.answers("503 Service Unavailable");
    let text = json!({"room": "workshop", "text": "@owner look"});
    let said = mesh.says("message.post", text).await;
    let room = service.next().await.headers["topic"].clone();
    let upto = json!({"upto": said["seq"]});
    mesh.house.ok("inbox.ack", upto).await;
    service.rest();
    service.answers("201 Created");
    mesh.says("message.send", json!({"to": "@owner", "text": "look here"}))
        .await;
    let mut pushed = service.next().await;
    // One attempt may have been under way.
    if pushed.headers["topic"] == room {
        pushed = service.next().await;
    }
    assert_ne!(pushed.headers["topic"], room);
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_gone_or_signed_out_is_told_nothing_more() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    mesh.subscribe(&service, false).await;
    service.answers("410 Gone");
    let text = json!({"room": "workshop", "text": "@owner look"});
    mesh.says("message.post", text).await;
    service.next().await;
    let ended = async {
        while mesh.house.ok("push.list", json!({})).await["items"] != json!([]) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended)
        .await
        .expect("it is told still");
    service.answers("201 Created");
    mesh.subscribe(&service, false).await;
    mesh.listens(&service).await;
    let end = json!({"browser": mesh.browser});
    mesh.house.ok("browser.end", end.clone()).await;
    let listed = mesh.house.ok("push.list", json!({})).await;
    assert_eq!(listed["items"], json!([]));
    let gone = mesh.house.ask(&mesh.house.owner, "push.test", end, None);
    assert_eq!(gone.await.unwrap_err().code.code(), "not_found");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_by_a_token_ends_with_the_token() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    let token = json!({"participant": "owner", "permissions": ["messages:read"]});
    let token = mesh.house.ok("token.create", token).await;
    let keys = BrowserKeys::draw();
    let input = mesh.subscription(&keys, &format!("{}/to/one", service.origin), false);
    let secret = token["token"].as_str().unwrap();
    mesh.house
        .ask(secret, "push.subscribe", input, None)
        .await
        .unwrap();
    let say = |to: &str| json!({"room": "workshop", "text": format!("{to} look")});
    mesh.says("message.post", say("@owner")).await;
    service.next().await;
    let revoked = json!({"credential": token["id"]});
    mesh.house.ok("token.revoke", revoked).await;
    mesh.says("message.post", say("@owner")).await;
    // Asked for anew by the page's own right, a direct message is told: what was said before it was not.
    mesh.subscribe(&service, false).await;
    mesh.says("message.send", json!({"to": "@owner", "text": "look"}))
        .await;
    let direct = service.next().await.headers["topic"].clone();
    mesh.says("message.send", json!({"to": "@owner", "text": "again"}))
        .await;
    assert_eq!(service.next().await.headers["topic"], direct);
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_the_node_connect_somewhere_by_asking_to_be_told() {
    let mesh = Mesh::start("").await;
    let keys = BrowserKeys::draw();
    for endpoint in [
        "https://victim.example/x",
        "https://127.0.0.1/x",
        "https://evil-push.apple.com.example/x",
        "https://xpush.services.mozilla.com/x",
        "http://updates.push.services.mozilla.com/x",
        "file:///etc/passwd",
    ] {
        let input = mesh.subscription(&keys, endpoint, false);
        let asked = mesh
            .house
            .ask(&mesh.house.owner, "push.subscribe", input, None);
        let refusal = asked.await.unwrap_err();
        assert_eq!(refusal.code.code(), "invalid_input", "{endpoint}");
    }
    let at = "https://updates.push.services.mozilla.com/wpush/v2/x";
    let good = mesh.subscription(&keys, at, false);
    for (field, wrong) in [
        ("p256dh", json!("BAAA")),
        ("auth", json!("short")),
        ("endpoint", json!(format!("{at}{}", "x".repeat(2000)))),
    ] {
        let mut input = good.clone();
        input[field] = wrong;
        let asked = mesh
            .house
            .ask(&mesh.house.owner, "push.subscribe", input, None);
        assert!(asked.await.is_err(), "{field}");
    }
    // Another one's browser is as none.
    let theirs = mesh
        .house
        .ask(&mesh.rex, "push.subscribe", good.clone(), None);
    assert_eq!(theirs.await.unwrap_err().code.code(), "not_found");
    mesh.house.ok("push.subscribe", good).await;
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_back_what_is_not_urgent_and_rooms_are_heard_as_wished() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    mesh.subscribe(&service, false).await;
    let house = &mesh.house;
    let room = house.ok("room.get", json!({"room": "workshop"})).await;
    let heard = |hears: &str| json!([{"room": room["id"], "hears": hears}]);
    let day = json!({"from": "00:00", "to": "00:00", "zone": "Europe/Berlin"});
    let wishes = json!({"quiet": day, "urgent": true, "rooms": heard("all")});
    let kept = house.ok("attention.set", wishes).await;
    assert!(kept["held_until"].is_string(), "{kept}");
    let say = |text: &str| json!({"room": "workshop", "text": text});
    mesh.says("message.post", say("nobody is named")).await;
    let asked = json!({"room": "workshop", "question": "May I?", "seconds": 300});
    mesh.says("approval.ask", asked).await;
    // The question was asked after the message, and is told alone.
    let question = service.next().await;
    assert_eq!(question.headers["urgency"], "high");
    // Once nothing is quiet any more, what was held back is told.
    let kept = house
        .ok("attention.set", json!({"rooms": heard("all")}))
        .await;
    assert!(kept.get("held_until").is_none(), "{kept}");
    assert_eq!(service.next().await.headers["urgency"], "normal");
    // A room of which nothing is heard.
    house
        .ok("attention.set", json!({"rooms": heard("nothing")}))
        .await;
    mesh.says("message.post", say("@owner look")).await;
    mesh.says("message.send", json!({"to": "@owner", "text": "look here"}))
        .await;
    let direct = service.next().await.headers["topic"].clone();
    assert_ne!(direct, question.headers["topic"]);
    mesh.says("message.send", json!({"to": "@owner", "text": "and here"}))
        .await;
    assert_eq!(service.next().await.headers["topic"], direct);
    house.ok("attention.get", json!({})).await;
    let zone = json!({"quiet": {"from": "22:00", "to": "07:00", "zone": "Mars/Olympus"}});
    let refused = house.ask(&house.owner, "attention.set", zone, None);
    assert_eq!(refused.await.unwrap_err().code.code(), "invalid_input");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_reaches_whom_it_concerns_and_what_is_critical_comes_through_quiet_hours() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    let keys = mesh.subscribe(&service, false).await;
    mesh.listens(&service).await;
    let house = &mesh.house;
    house.ok("alert.test", json!({})).await;
    let pushed = service.next().await;
    assert_eq!(pushed.headers["urgency"], "normal");
    let told = keys.open(&pushed.body);
    assert_eq!(told["title"], "This is a test");
    assert_eq!(told["path"], "/inbox");
    let day = json!({"from": "00:00", "to": "00:00", "zone": "Europe/Berlin"});
    let wishes = json!({"quiet": day, "urgent": true});
    house.ok("attention.set", wishes).await;
    // Neither what is only to be known nor what can wait until the morning.
    for severity in ["info", "warning"] {
        let quiet = json!({"severity": severity});
        house.ok("alert.test", quiet).await;
    }
    let critical = json!({"severity": "critical"});
    house.ok("alert.test", critical).await;
    let pushed = service.next().await;
    assert_eq!(pushed.headers["urgency"], "high");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_told_from_the_severity_that_its_person_chose() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    let keys = mesh.subscribe(&service, false).await;
    mesh.listens(&service).await;
    let house = &mesh.house;
    house
        .ok("alert.routes_set", json!({"push": "critical"}))
        .await;
    house.ok("alert.test", json!({"severity": "warning"})).await;
    let critical = json!({"severity": "critical"});
    house.ok("alert.test", critical.clone()).await;
    // The warning is the newest that waits, and nothing was sent of it.
    let pushed = service.next().await;
    assert_eq!(pushed.headers["urgency"], "high");
    assert_eq!(keys.open(&pushed.body)["title"], "This is a test");
    mesh.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_gathered_for_longer_than_an_hour_is_told_together_and_once() {
    let (mesh, service) = (Mesh::start(OPEN).await, PushServiceDouble::start());
    let keys = mesh.subscribe(&service, false).await;
    mesh.listens(&service).await;
    let house = &mesh.house;
    let digest = json!({"every": "hour", "zone": "Asia/Kolkata"});
    let routes =
        json!({"inbox": "info", "push": "warning", "connector": "warning", "digest": digest});
    house.ok("alert.routes_set", routes.clone()).await;
    house.ok("alert.test", json!({"severity": "warning"})).await;
    // As if the full hour had passed: what is kept says up to when everything was told.
    let (door, who) = (&house.door, house.door.node().access().owner().unwrap());
    let before = json!({"alerts": {"routes": routes, "told": 0}}).to_string();
    door.node().vault().put_attention(who, &before).unwrap();
    house.ok("attention.set", json!({})).await;
    let pushed = service.next().await;
    assert_eq!(pushed.headers["urgency"], "normal");
    let told = keys.open(&pushed.body);
    assert_eq!(
        (&told["title"], &told["path"]),
        (&json!("1 alert waits for you"), &json!("/inbox"))
    );
    let due = door.digest_due(who).await.unwrap().unwrap();
    assert!(due > door.node().now(), "it is told once");
    mesh.house.stop().await;
}
