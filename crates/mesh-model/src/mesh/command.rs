//! Commands about the mesh itself.

use crate::command::Content;
use crate::events::{Floor, PublicPage, RequestLimits};
use crate::ids::{MeshId, ParticipantId, PublicKey, RoomId, VaultId};
use crate::time::Millis;

/// Only on an empty log: creates the mesh, the owner, the rooms `general` (owner in it) and `broadcast`.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct CreateMesh {
    pub mesh: MeshId,
    pub name: String,
    pub vault: VaultId,
    pub node_key: PublicKey,
    pub owner: ParticipantId,
    pub owner_handle: String,
    pub general: RoomId,
    pub broadcast: RoomId,
    pub profile: Content,
}

/// What somebody wants of the mesh itself.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum MeshCommand {
    Create(CreateMesh),
    ReplaceVault {
        vault: VaultId,
        node_key: PublicKey,
    },
    RecordRefused {
        participant: Option<ParticipantId>,
        operation: String,
        code: String,
        count: u32,
        minute: Millis,
    },
    SetLimits {
        limits: RequestLimits,
    },
    SetFloor {
        floor: Floor,
    },
    SetPublic {
        page: PublicPage,
    },
}
