//! What the state remembers of the mesh itself.

use mesh_model::{MeshId, ParticipantId, PublicKey, RoomId, VaultId};
use serde::{Deserialize, Serialize};

/// The mesh itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mesh {
    /// Its id.
    pub id: MeshId,
    /// Its name.
    pub name: String,
    /// The vault that belongs to the log.
    pub vault: VaultId,
    /// The key that signs checkpoints.
    pub node_key: PublicKey,
    /// The owner; absent only between the first two events.
    pub owner: Option<ParticipantId>,
    /// The room in which everybody listens.
    pub broadcast: Option<RoomId>,
}
