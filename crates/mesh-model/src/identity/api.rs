//! Keys that participants sign with: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PublicKey, Seq};

/// A key that a participant signs with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKey {
    /// The key.
    pub key: PublicKey,
    /// Where in the log it was added.
    pub since: Seq,
    /// Where in the log it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Seq>,
}

/// Add a key to sign with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityAddInput {
    /// The key.
    pub key: PublicKey,
    /// A signature of `mesh-key/1`, the mesh's id, the participant's id and the key, each on a line
    /// of its own, made by the key itself: whoever adds it holds it.
    pub proof: crate::SignatureBytes,
    /// The key that it takes the place of; that one is revoked at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<PublicKey>,
}

/// Revoke a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityRevokeInput {
    /// Whose: id or handle.
    pub participant: String,
    /// The key.
    pub key: PublicKey,
}
