//! A node that goes away in the middle: what was signed goes out again as the very same bytes.

use futures_util::{SinkExt, StreamExt};
use mesh_model::MeshId;
use mesh_model::api::MessagePostInput;
use mesh_model::ops::MessagePost;
use mesh_sdk::{Client, Options, Seat, Signer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

const MESH: &str = "018f0000-0000-7000-8000-000000000001";
const ROOM: &str = "018f0000-0000-7000-8000-000000000002";
const REX: &str = "018f0000-0000-7000-8000-000000000003";
const SESSION: &str = "018f0000-0000-7000-8000-000000000004";
const NOON: &str = "2026-01-01T12:00:00.000Z";

/// The node's side of one connection.
struct Peer(WebSocketStream<TcpStream>);

impl Peer {
    /// Takes a connection and says hello to it.
    async fn take(listener: &TcpListener, key: &str) -> Peer {
        let (socket, _) = listener.accept().await.unwrap();
        let mut peer = Peer(accept_async(socket).await.unwrap());
        peer.hear().await;
        let presence = json!({"state": "idle"});
        let participant = json!({
            "id": REX, "handle": "rex", "kind": "agent", "trust": "local", "parent": null, "key": key,
            "visibility": "public", "roles": [], "groups": [], "disabled": false, "profile": {},
            "registered_at": NOON, "presence": presence,
        });
        let welcome = json!({
            "groups": [], "roles": [], "visibility": "public", "profile": {}, "presence": presence,
            "missed": 0, "missed_mentions": 0, "greeting": "hello",
        });
        let hello = json!({
            "session": SESSION, "participant": participant, "head": 1, "resumed": false, "welcome": welcome,
        });
        peer.say(json!({ "hello": hello })).await;
        peer
    }

    /// The next frame, as its bytes.
    async fn hear(&mut self) -> String {
        loop {
            if let Message::Text(text) = self.0.next().await.unwrap().unwrap() {
                return text.as_str().to_owned();
            }
        }
    }

    /// The next call's frame, which has to be of this operation.
    async fn call(&mut self, name: &str) -> (String, Value) {
        let frame = self.hear().await;
        let call: Value = serde_json::from_str(&frame).unwrap();
        assert_eq!(call["call"], name, "{frame}");
        (frame, call)
    }

    async fn answer(&mut self, call: &Value, ok: Value) {
        self.say(json!({"id": call["id"], "ok": ok})).await;
    }

    async fn say(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }
}

#[tokio::test]
async fn a_signed_post_is_sent_again_as_the_same_bytes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let signer = Signer::from_seed([7; 32]);
    let key = signer.public().to_string();
    let node = tokio::spawn(async move {
        let mut peer = Peer::take(&listener, &key).await;
        let (_, status) = peer.call("status.get").await;
        let log = json!({"writable": true, "verified": 1});
        let answer = json!({
            "mesh": MESH, "name": "home", "version": "1", "node_key": "00".repeat(32), "started_at": NOON,
            "head": 1, "view": 1, "log": log, "present": 1, "agents_present": 1, "participants": 1, "rooms": 1,
        });
        peer.answer(&status, answer).await;
        let (first, _) = peer.call("message.post").await;
        drop(peer);
        let mut peer = Peer::take(&listener, &key).await;
        let (second, post) = peer.call("message.post").await;
        let posted = json!({"id": "m2", "seq": 2, "at": NOON, "room": ROOM});
        peer.answer(&post, posted).await;
        // A new call is a new statement.
        let (third, post) = peer.call("message.post").await;
        peer.answer(
            &post,
            json!({"id": "m3", "seq": 3, "at": NOON, "room": ROOM}),
        )
        .await;
        (first, second, third)
    });

    let mut client = Client::connect(Options::new(url, "token")).await.unwrap();
    assert_eq!(client.sign_with(signer).await.unwrap(), Seat::Known);
    let input: MessagePostInput =
        serde_json::from_value(json!({"room": ROOM, "text": "grüß dich"})).unwrap();
    let posted = client.call::<MessagePost>(input.clone()).await.unwrap();
    assert_eq!(posted.id.to_string(), "m2");
    client.call::<MessagePost>(input).await.unwrap();
    let (first, second, third) = node.await.unwrap();
    assert_eq!(first, second, "not the bytes that were signed");

    let sent =
        |frame: &str| -> Value { serde_json::from_str::<Value>(frame).unwrap()["input"].take() };
    let (first, third) = (sent(&first), sent(&third));
    assert_eq!(
        first["signed"]["content"],
        json!({"text": "grüß dich"}).to_string()
    );
    assert!(
        first.get("text").is_none(),
        "the words stand there twice: {first}"
    );
    for field in ["salt", "sig"] {
        assert_ne!(first["signed"][field], third["signed"][field]);
    }
    assert_ne!(first["idempotency_key"], third["idempotency_key"]);
    let mesh: MeshId = MESH.parse().unwrap();
    check(&first, mesh);
    check(&third, mesh);
}

/// The signature is over what was sent, for this mesh, room and request.
fn check(input: &Value, mesh: MeshId) {
    let signed: mesh_model::api::SignedInput =
        serde_json::from_value(input["signed"].clone()).unwrap();
    let salt = u128::from_str_radix(&signed.salt, 16).unwrap();
    let hash = mesh_proof::statement::body_hash(&salt.to_be_bytes(), signed.content.as_bytes());
    let stated = mesh_proof::statement::message(
        &mesh.to_string(),
        ROOM,
        &signed.key.to_string(),
        input["idempotency_key"].as_str().unwrap(),
        &mesh_proof::Digest(hash).to_string(),
    );
    assert!(mesh_proof::statement::verify(
        &signed.key.0,
        &stated,
        &signed.sig.0
    ));
}
