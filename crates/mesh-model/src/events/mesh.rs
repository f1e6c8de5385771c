//! The mesh itself: its beginning, its vault, what was refused.

use serde::{Deserialize, Serialize};

use crate::ids::{MeshId, ParticipantId, PublicKey, VaultId};
use crate::time::{Millis, raw};

/// The first event of every log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeshCreated {
    /// The mesh.
    pub mesh: MeshId,
    /// Its name.
    pub name: String,
    /// The vault that belongs to it.
    pub vault: VaultId,
    /// The key that signs checkpoints.
    pub node_key: PublicKey,
}

/// The log was opened with another vault, as its operator asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultReplaced {
    /// The vault that belongs to the log from here on.
    pub vault: VaultId,
    /// The key that signs checkpoints from here on.
    pub node_key: PublicKey,
}

/// Requests refused in one minute, counted together so that a flood cannot fill the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Who asked, if that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// The operation that was asked for.
    pub operation: String,
    /// The error code.
    pub code: String,
    /// How often.
    pub count: u32,
    /// When the minute began.
    #[serde(with = "raw")]
    pub minute: Option<Millis>,
}
