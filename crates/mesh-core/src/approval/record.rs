//! What the state remembers of an approval.

use mesh_model::{ApprovalId, Millis, ParticipantId, RoomId};
use serde::{Deserialize, Serialize};

/// A question that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Where.
    pub room: RoomId,
    /// Who asks.
    pub from: ParticipantId,
    /// Who is to answer.
    pub to: Option<ParticipantId>,
    /// What is held up.
    pub holds: Option<mesh_model::events::Holds>,
    /// The programs that rest until they may answer one another again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange: Vec<ParticipantId>,
    pub(crate) until_ms: u64,
}

impl Approval {
    /// When it ends without an answer.
    pub fn until(&self) -> Millis {
        Millis(self.until_ms)
    }
}
