//! Keys, signed messages, and parents who agreed.

use crate::house::House;
use ed25519_dalek::{Signer, SigningKey};
use mesh_model::{PublicKey, SignatureBytes};
use mesh_ops::testing::redemption;
use mesh_proof::{Digest, statement};
use serde_json::{Value, json};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(key: &SigningKey) -> String {
    PublicKey(key.verifying_key().to_bytes()).to_string()
}

fn sign(key: &SigningKey, statement: &str) -> String {
    SignatureBytes(key.sign(statement.as_bytes()).to_bytes()).to_string()
}

async fn mesh(house: &House) -> String {
    text(&house.ok(&house.owner, "status.get", json!({})).await["mesh"])
}

async fn me(house: &House, token: &str) -> String {
    text(&house.ok(token, "me.get", json!({})).await["participant"]["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Adds a key by its proof.
async fn add(house: &House, token: &str, key: &SigningKey, replaces: Option<&SigningKey>) {
    let stated = statement::key(&mesh(house).await, &me(house, token).await, &public(key));
    let mut input = json!({"key": public(key), "proof": sign(key, &stated)});
    if let Some(old) = replaces {
        input["replaces"] = json!(public(old));
    }
    house.ok(token, "identity.add", input).await;
}

struct Draft {
    mesh: String,
    room: String,
    content: String,
    key: SigningKey,
}

impl Draft {
    fn input(&self, idempotency_key: &str) -> Value {
        let salt = [9_u8; 16];
        let hash = Digest(statement::body_hash(&salt, self.content.as_bytes())).to_string();
        let key = public(&self.key);
        let stated = statement::message(&self.mesh, &self.room, &key, idempotency_key, &hash);
        json!({
            "room": self.room,
            "signed": {"key": key, "salt": "09".repeat(16), "sig": sign(&self.key, &stated), "content": self.content},
        })
    }
}

#[tokio::test]
async fn a_signed_message_is_stored_as_it_was_signed() {
    let house = House::start().await;
    let rex = house
        .agent(
            "rex",
            &[
                "agents:read",
                "agents:write",
                "messages:read",
                "messages:write",
            ],
        )
        .await;
    let room = house
        .ok(&rex, "room.create", json!({"name": "workshop"}))
        .await;
    add(&house, &rex, &key(1), None).await;
    let mut draft = Draft {
        mesh: mesh(&house).await,
        room: text(&room["id"]),
        // Spaces and order are the author's: they are what was signed.
        content: r#"{ "payload": {"b":1,"a":2}, "text": "signed by rex" }"#.to_owned(),
        key: key(1),
    };
    let posted = house
        .reply(&rex, "message.post", draft.input("k1"), Some("k1"))
        .await
        .unwrap();
    let posted: Value = serde_json::from_slice(&posted.body).unwrap();
    let read = house
        .ok(&rex, "message.get", json!({"message": posted["id"]}))
        .await;
    assert_eq!(
        (&read["text"], &read["payload"]["a"]),
        (&json!("signed by rex"), &json!(2))
    );
    assert_eq!(read["signed"]["key"], public(&key(1)));
    assert!(read["signed"].get("revoked").is_none());
    let seq = posted["seq"].as_u64().unwrap();
    let stored = house
        .door
        .node()
        .log_reader()
        .get(seq, |record| match record.content {
            mesh_log::Content::Json(json) => json.to_owned(),
            _ => String::new(),
        });
    assert_eq!(stored.unwrap().unwrap(), draft.content);

    // For another request, room or content the signature is nothing; neither is a key of nobody's.
    let code = async |input: Value, key: Option<&str>| {
        house
            .reply(&rex, "message.post", input, key)
            .await
            .unwrap_err()
            .code
            .code()
    };
    assert_eq!(code(draft.input("k1"), Some("k2")).await, "bad_signature");
    assert_eq!(code(draft.input("k2"), None).await, "invalid_input");
    let mut forged = draft.input("k3");
    forged["signed"]["content"] = json!(r#"{"text":"rm -rf"}"#);
    assert_eq!(code(forged, Some("k3")).await, "bad_signature");
    let mut both = draft.input("k4");
    both["text"] = json!("another");
    assert_eq!(code(both, Some("k4")).await, "invalid_input");
    for content in [
        "[1]",
        "{\"text\":\n\"a\"}",
        "{\"text\":\"a\",\"hidden\":1}",
        " {\"text\":\"a\"}",
    ] {
        draft.content = content.to_owned();
        assert_eq!(
            code(draft.input("k5"), Some("k5")).await,
            "invalid_input",
            "{content}"
        );
    }
    draft.content = r#"{"text":"a"}"#.to_owned();
    draft.key = key(2);
    assert_eq!(code(draft.input("k6"), Some("k6")).await, "bad_signature");

    // A key that is replaced signs no more, and what it signed says so.
    add(&house, &rex, &key(2), Some(&key(1))).await;
    let read = house
        .ok(&rex, "message.get", json!({"message": posted["id"]}))
        .await;
    assert!(read["signed"]["revoked"].is_u64(), "{read}");
    house
        .reply(&rex, "message.post", draft.input("k7"), Some("k7"))
        .await
        .unwrap();
    draft.key = key(1);
    assert_eq!(code(draft.input("k8"), Some("k8")).await, "bad_signature");
    let keys = house
        .ok(&rex, "identity.list", json!({"participant": "rex"}))
        .await;
    assert_eq!(keys["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn whoever_adds_a_key_holds_it() {
    let house = House::start().await;
    let rex = house
        .agent("rex", &["agents:read", "agents:write", "messages:write"])
        .await;
    let stated = statement::key(
        &mesh(&house).await,
        &me(&house, &rex).await,
        &public(&key(1)),
    );
    for (proof, signer) in [
        (stated.clone(), key(2)),
        (stated.replace("mesh-key/1", "mesh-parent/1"), key(1)),
    ] {
        let input = json!({"key": public(&key(1)), "proof": sign(&signer, &proof)});
        assert_eq!(
            house.refused(&rex, "identity.add", input).await,
            "bad_signature"
        );
    }
    add(&house, &rex, &key(1), None).await;
    let milo = house.talker("milo").await;
    let revoke = json!({"participant": "rex", "key": public(&key(1))});
    assert_eq!(
        house
            .refused(&milo, "identity.revoke", revoke.clone())
            .await,
        "permission_denied"
    );
    house.ok(&rex, "identity.revoke", revoke).await;
}

#[tokio::test]
async fn a_parent_is_proven_and_not_claimed() {
    let house = House::start().await;
    let permissions = [
        "agents:read",
        "agents:write",
        "messages:read",
        "messages:write",
    ];
    let (rex, milo) = (
        house.agent("rex", &permissions).await,
        house.agent("milo", &permissions).await,
    );
    add(&house, &rex, &key(1), None).await;
    let (mesh, parent) = (mesh(&house).await, me(&house, &rex).await);
    let register = |handle: &str, proof: Option<(&SigningKey, &str)>| {
        let mut input = json!({"agent": handle, "parent": "rex", "permissions": ["messages:read"]});
        if let Some((key, agreed)) = proof {
            let sig = sign(key, &statement::parent(&mesh, &parent, agreed));
            input["parent_proof"] = json!({"key": public(key), "sig": sig});
        }
        input
    };
    assert_eq!(
        house
            .refused(&milo, "agent.register", register("kid", None))
            .await,
        "permission_denied"
    );
    let wrong = register("kid", Some((&key(1), "other")));
    assert_eq!(
        house.refused(&milo, "agent.register", wrong).await,
        "bad_signature"
    );
    let stranger = register("kid", Some((&key(2), "kid")));
    assert_eq!(
        house.refused(&milo, "agent.register", stranger).await,
        "bad_signature"
    );
    house
        .ok(
            &milo,
            "agent.register",
            register("kid", Some((&key(1), "kid"))),
        )
        .await;
    let kid = house
        .ok(
            &house.owner,
            "participant.get",
            json!({"participant": "kid"}),
        )
        .await;
    assert_eq!(kid["parent"], parent);
    // Somebody who may change any participant needs no agreement.
    house
        .ok(&house.owner, "agent.register", register("other", None))
        .await;
}

#[tokio::test]
async fn guests_are_untrusted() {
    let house = House::start().await;
    let invite = house
        .ok(&house.owner, "invite.create", json!({"guest": true}))
        .await;
    let code = invite["code"].as_str().unwrap();
    let redeem = redemption(&mesh(&house).await, code, "visitor", 3, &"n".repeat(16));
    house.ok("", "invite.redeem", redeem).await;
    let found = house
        .ok(
            &house.owner,
            "participant.get",
            json!({"participant": "visitor"}),
        )
        .await;
    assert_eq!(found["trust"], "untrusted");
}
