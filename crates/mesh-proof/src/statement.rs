//! Signed statements: what a participant says with its own key, in lines that anybody can write.
//!
//! A statement is text: a name with a version, then its fields, one a line. Ids are in their usual
//! form, keys and hashes in lowercase hexadecimal. No field can hold a line break, so two different
//! statements are never the same text.
//!
//! ```text
//! mesh-statement/1     mesh, room, key, idempotency key, hash of salt and content
//! mesh-key/1           mesh, participant, key
//! mesh-parent/1        mesh, parent, handle of the child
//! mesh-redeem/1        mesh, hash of the invite's code, handle, key, nonce
//! mesh-node/1          challenge (see `node`)
//! mesh-interchange/1   interchange's key, nonce, offered versions, version, key, name
//! mesh-card/1          interchange's key, key, name, card as it is sent
//! mesh-seal/1          role, version, hash of the handshake, key of who began it, key of the other
//! mesh-result/1        mesh, previous links, time, agent, task, hash of salt and output (see `provenance`)
//! ```

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::{Digest, SALT_BYTES};

/// A message: who signs it binds it to its mesh, its room and one request.
pub fn message(
    mesh: &str,
    room: &str,
    key_hex: &str,
    idempotency_key: &str,
    body_hash_hex: &str,
) -> String {
    lines(
        "mesh-statement/1",
        &[mesh, room, key_hex, idempotency_key, body_hash_hex],
    )
}

/// That whoever holds the key signs for the participant.
pub fn key(mesh: &str, participant: &str, key_hex: &str) -> String {
    lines("mesh-key/1", &[mesh, participant, key_hex])
}

/// That the parent agrees to a child of this handle.
pub fn parent(mesh: &str, parent: &str, handle: &str) -> String {
    lines("mesh-parent/1", &[mesh, parent, handle])
}

/// That whoever holds the key comes in by the invite with this code. The nonce is used once: whoever hears the
/// statement cannot come in by it again.
pub fn redeem(mesh: &str, code: &str, handle: &str, key_hex: &str, nonce: &str) -> String {
    let code = Digest::of(code.as_bytes()).to_string();
    lines("mesh-redeem/1", &[mesh, &code, handle, key_hex, nonce])
}

/// That the holder of one of the two keys took part in this handshake in this role: `initiator` or `responder`.
pub fn seal(role: &str, version: u8, hash_hex: &str, initiator: &str, responder: &str) -> String {
    let version = version.to_string();
    lines(
        "mesh-seal/1",
        &[role, &version, hash_hex, initiator, responder],
    )
}

/// That the holder of the key comes in at the interchange with the other key, by this name; empty for none. The nonce is the
/// interchange's, for this connection alone, and the versions are all that it offered.
pub fn interchange(
    interchange: &str,
    nonce: &str,
    offered: &[u8],
    version: u8,
    key_hex: &str,
    name: &str,
) -> String {
    let offered: Vec<String> = offered.iter().map(u8::to_string).collect();
    let (offered, version) = (offered.join(","), version.to_string());
    lines(
        "mesh-interchange/1",
        &[interchange, nonce, &offered, &version, key_hex, name],
    )
}

/// What the mesh with this key tells of itself at the interchange with the other key, under this name: nobody else can tell it, and
/// not elsewhere.
pub fn card(interchange: &str, key_hex: &str, name: &str, card: &str) -> String {
    lines("mesh-card/1", &[interchange, key_hex, name, card])
}

pub(crate) fn lines(name: &str, fields: &[&str]) -> String {
    let mut text = name.to_owned();
    for field in fields {
        text.push('\n');
        // A line break in a field could make one statement look like another.
        text.extend(field.chars().filter(|letter| *letter != '\n'));
    }
    text
}

/// The hash that a message's statement names: the same that the log's line holds.
pub fn body_hash(salt: &[u8; SALT_BYTES], content: &[u8]) -> [u8; 32] {
    Digest::of_body(salt, content).0
}

/// Signs a statement.
pub fn sign(key: &SigningKey, statement: &str) -> [u8; 64] {
    key.sign(statement.as_bytes()).to_bytes()
}

/// Whether the signature was made by the key's holder over exactly this statement. Keys that accept
/// signatures nobody made are refused.
pub fn verify(key: &[u8; 32], statement: &str, sig: &[u8; 64]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key) else {
        return false;
    };
    !key.is_weak()
        && key
            .verify_strict(statement.as_bytes(), &Signature::from_bytes(sig))
            .is_ok()
}
