//! What the state remembers of a session.

use mesh_model::{CredentialId, ParticipantId, Seq, SessionId};
use serde::{Deserialize, Serialize};

/// An open session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub participant: ParticipantId,
    /// The credential that opened it, if it was one.
    pub credential: Option<CredentialId>,
    /// The place in the log where it began.
    pub since: Seq,
}
