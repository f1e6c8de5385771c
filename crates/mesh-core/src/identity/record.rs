//! What the state remembers of a key.

use mesh_model::{PublicKey, Seq};
use serde::{Deserialize, Serialize};

/// A key that a participant signs or signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The key.
    pub key: PublicKey,
    /// Where it was added.
    pub since: Seq,
    /// Where it was revoked, if it was.
    pub revoked: Option<Seq>,
}

impl Key {
    /// A key that holds from here on.
    pub fn new(key: PublicKey, since: Seq) -> Key {
        Key {
            key,
            since,
            revoked: None,
        }
    }
}
