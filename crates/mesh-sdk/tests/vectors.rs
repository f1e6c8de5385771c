//! The vectors that every SDK computes: the Rust client comes to the same bytes.

use mesh_model::api::MessageBody;
use mesh_proof::{node, statement};
use mesh_sdk::Signer;
use serde_json::{Value, json};

#[test]
fn the_vectors_of_the_protocol_are_these() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../sdk/scenario/vectors.json")).unwrap();
    let given = |name: &str| vectors["given"][name].as_str().unwrap();
    let mut seed = [0; 32];
    hex::decode_to_slice(given("seed"), &mut seed).unwrap();
    let signer = Signer::from_seed(seed);
    let (mesh, room) = (given("mesh"), given("room"));
    let participant = given("participant");
    let message = |body: Value| {
        let body: MessageBody = serde_json::from_value(body).unwrap();
        let (mesh, room) = (mesh.parse().unwrap(), room.parse().unwrap());
        let key = given("idempotency_key");
        signer.message(mesh, room, key, &body).unwrap()
    };
    let file = &vectors["given"]["file"];
    let node = node::proven(given("challenge"), given("proof")).map(hex::encode);
    let computed = json!({
        "public": signer.public(),
        "key_proof": signer.proof(mesh.parse().unwrap(), participant.parse().unwrap()),
        "message": message(json!({"text": given("text")})),
        "message_with_file": message(json!({"text": given("text"), "files": [file]})),
        "statement": statement::parent(mesh, participant, "rex"),
        "node": node,
    });
    assert_eq!(computed, vectors["wanted"]);
}
