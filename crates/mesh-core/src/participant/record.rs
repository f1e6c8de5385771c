//! What the state remembers of a participant.

use mesh_model::events::{AddedBy, Kind, Trust, Visibility};
use mesh_model::permission::Preset;
use mesh_model::{CredentialId, ParticipantId, Seq};
use serde::{Deserialize, Serialize};

use crate::Key;

/// A participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// Its id.
    pub id: ParticipantId,
    /// What kind it is.
    pub kind: Kind,
    /// Its unique handle.
    pub handle: String,
    /// Who made it; absent for the owner only.
    pub parent: Option<ParticipantId>,
    /// The keys it signs or signed with, in the order it got them.
    pub keys: Vec<Key>,
    /// Who registered it, if not its parent: that one hands over its first token.
    pub registrar: Option<ParticipantId>,
    /// How far its words are trusted.
    pub trust: Trust,
    /// Who may see it in lists.
    pub visibility: Visibility,
    /// Who may bring it into rooms; absent: as its kind begins.
    pub added_by: Option<AddedBy>,
    /// Its roles, sorted.
    pub roles: Vec<String>,
    /// A user's role: such a participant signs in with a password.
    pub user: Option<Preset>,
    /// The credential by which its password was set: the user may act no longer than that.
    pub maker: Option<CredentialId>,
    /// Set while it may do nothing.
    pub disabled: Option<Disabled>,
    /// The place in the log where it began.
    pub since: Seq,
}

impl Participant {
    /// Whether it may act, as far as it alone is concerned.
    pub fn is_enabled(&self) -> bool {
        self.disabled.is_none()
    }
}

/// That a participant was disabled, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disabled {
    /// Who did it; absent for the node.
    pub by: Option<ParticipantId>,
}
