//! Which node is at the other end: it signs a challenge that was drawn a moment ago.
//!
//! Who connects sends [`CHALLENGE`] with 64 hexadecimal digits of chance, and shows no token before the
//! answer's [`PROOF`] holds the key that it expects: `<key>.<signature>`, both in hexadecimal. The node
//! signs the statement `mesh-node/1` with the challenge on a line of its own, with the key that also
//! signs its log's checkpoints.

use ed25519_dalek::SigningKey;

use crate::statement::{self, lines};

/// The header that asks.
pub const CHALLENGE: &str = "mesh-challenge";
/// The header that answers.
pub const PROOF: &str = "mesh-proof";

/// The header's value for a challenge; `None` if that is not 64 hexadecimal digits.
pub fn prove(key: &SigningKey, challenge: &str) -> Option<String> {
    let mut drawn = [0; 32];
    hex::decode_to_slice(challenge, &mut drawn).ok()?;
    let sig = statement::sign(key, &said(challenge));
    let key = key.verifying_key().to_bytes();
    Some(format!("{}.{}", hex::encode(key), hex::encode(sig)))
}

/// The key whose holder answered the challenge, if anybody did.
pub fn proven(challenge: &str, proof: &str) -> Option<[u8; 32]> {
    let (key_hex, sig_hex) = proof.split_once('.')?;
    let (mut key, mut sig) = ([0; 32], [0; 64]);
    hex::decode_to_slice(key_hex, &mut key).ok()?;
    hex::decode_to_slice(sig_hex, &mut sig).ok()?;
    statement::verify(&key, &said(challenge), &sig).then_some(key)
}

fn said(challenge: &str) -> String {
    lines("mesh-node/1", &[challenge])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_for_one_challenge_and_one_key() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let (asked, other) = ("ab".repeat(32), "cd".repeat(32));
        let proof = prove(&key, &asked).unwrap();
        assert_eq!(proven(&asked, &proof), Some(key.verifying_key().to_bytes()));
        assert_eq!(proven(&other, &proof), None);
        let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
        let (_, sig) = proof.split_once('.').unwrap();
        let forged = format!("{}.{sig}", hex::encode(stranger));
        assert_eq!(proven(&asked, &forged), None);
        for wrong in ["", ".", "ab.cd", &asked] {
            assert_eq!(proven(&asked, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_but_a_challenge_is_signed() {
        let key = SigningKey::from_bytes(&[7; 32]);
        for wrong in [
            "",
            "ab",
            "mesh-checkpoint/1",
            &"g".repeat(64),
            &"a".repeat(66),
        ] {
            assert_eq!(prove(&key, wrong), None, "{wrong}");
        }
    }
}
