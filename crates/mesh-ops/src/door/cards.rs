//! Cards that others read before they come in are signed with the node's own key, as a JWS (RFC 7515, `EdDSA`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesh_proof::statement;
use serde_json::{Value, json};

use crate::door::Door;

/// A signature of a card, in the parts that A2A's cards have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSignature {
    /// The protected header, base64url.
    pub protected: String,
    /// The signature, base64url.
    pub signature: String,
}

impl Door {
    /// Signs what a card says in its canonical form. `keys` is where the key lies for whoever trusts this address.
    ///
    /// What is signed begins with a header in base64url: none of the mesh's own statements does.
    pub fn sign_card(&self, canonical: &str, keys: &str) -> CardSignature {
        let header = json!({"alg": "EdDSA", "typ": "JOSE", "kid": self.card_key_id(), "jku": keys});
        let protected = URL_SAFE_NO_PAD.encode(header.to_string());
        let said = format!("{protected}.{}", URL_SAFE_NO_PAD.encode(canonical));
        let signature = statement::sign(&self.node().signing_key(), &said);
        CardSignature {
            protected,
            signature: URL_SAFE_NO_PAD.encode(signature),
        }
    }

    /// The key that verifies cards, as a set of JSON Web Keys (RFC 7517, RFC 8037).
    pub fn card_keys(&self) -> Value {
        let key = self.node().signing_key().verifying_key().to_bytes();
        json!({"keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "use": "sig",
            "kid": self.card_key_id(),
            "x": URL_SAFE_NO_PAD.encode(key),
        }]})
    }

    /// The node's key as `mesh link key` shows it.
    fn card_key_id(&self) -> String {
        let key = self.node().signing_key().verifying_key().to_bytes();
        mesh_model::PublicKey(key).to_string()
    }
}
