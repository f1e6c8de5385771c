//! Signed statements: the vectors that other languages check themselves against, and what is refused.

use ed25519_dalek::SigningKey;
use mesh_proof::statement;
use serde_json::{Value, json};

const MESH: &str = "018f0000-0000-7000-8000-000000000001";
const ROOM: &str = "018f0000-0000-7000-8000-000000000002";
const REX: &str = "018f0000-0000-7000-8000-000000000003";

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn vectors() -> Value {
    let key = signer();
    let public = hex::encode(key.verifying_key().to_bytes());
    let (salt, content) = ([9; 16], r#"{"text":"grüß dich, @rex"}"#);
    let hash = hex::encode(statement::body_hash(&salt, content.as_bytes()));
    let signed = |name: &str, text: String| {
        let sig = hex::encode(statement::sign(&key, &text));
        json!({"name": name, "statement": text, "sig": sig})
    };
    json!({
        "secret": hex::encode([7; 32]),
        "key": public,
        "salt": hex::encode(salt),
        "content": content,
        "body_hash": hash,
        "statements": [
            signed("message", statement::message(MESH, ROOM, &public, "key-1", &hash)),
            signed("key", statement::key(MESH, REX, &public)),
            signed("parent", statement::parent(MESH, REX, "cub")),
        ],
    })
}

#[test]
fn the_vectors_are_these() {
    let committed: Value = serde_json::from_str(include_str!("vectors/statements.json")).unwrap();
    assert_eq!(
        committed,
        vectors(),
        "statements are for good: make a new version instead"
    );
}

#[test]
fn only_the_holder_signs_and_only_what_it_says() {
    let key = signer();
    let public = key.verifying_key().to_bytes();
    let text = statement::key(MESH, REX, &hex::encode(public));
    let sig = statement::sign(&key, &text);
    assert!(statement::verify(&public, &text, &sig));
    assert!(!statement::verify(
        &public,
        &statement::parent(MESH, REX, "cub"),
        &sig
    ));
    let other = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
    assert!(!statement::verify(&other, &text, &sig));
    for at in [0, 31, 32, 63] {
        let mut broken = sig;
        broken[at] ^= 1;
        assert!(!statement::verify(&public, &text, &broken));
    }
}

#[test]
fn weak_keys_sign_nothing() {
    // The neutral element: with it, a signature of zeros fits many messages.
    let mut weak = [0; 32];
    weak[0] = 1;
    let mut sig = [0; 64];
    sig[0] = 1;
    assert!(!statement::verify(&weak, "anything", &sig));
    assert!(!statement::verify(&[0; 32], "anything", &[0; 64]));
    assert!(!statement::verify(&[255; 32], "anything", &[255; 64]));
}

#[test]
fn fields_cannot_hold_line_breaks() {
    assert_eq!(
        statement::parent("a\nb", "c", "d"),
        statement::parent("ab", "c", "d")
    );
    assert_ne!(
        statement::parent("a", "b", "cd"),
        statement::parent("a", "bc", "d")
    );
}
