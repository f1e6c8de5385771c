//! What the state remembers of an invite.

use imbl::{OrdMap, OrdSet};
use mesh_model::events::{Kind, Trust};
use mesh_model::permission::Preset;
use mesh_model::time::raw;
use mesh_model::{CredentialId, InviteId, Millis, ParticipantId, PermissionSet, PublicKey, RoomId};
use serde::{Deserialize, Serialize};

/// An invite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// Who made it and becomes the newcomers' parent.
    pub creator: Option<ParticipantId>,
    /// The credential by which it was made; absent if the owner's hand or a user's did it.
    pub maker: Option<CredentialId>,
    /// What kind of participant it makes.
    pub kind: Kind,
    /// What newcomers' tokens may ask for.
    pub permissions: PermissionSet,
    /// How many may come.
    pub uses: u32,
    /// When it ends by itself.
    #[serde(with = "raw")]
    pub expires: Option<Millis>,
    /// The room newcomers are in at once.
    pub room: Option<RoomId>,
    /// How far newcomers are trusted.
    pub trust: Trust,
    /// The role of the users it makes, if newcomers choose a password.
    pub role: Option<Preset>,
    /// It can be used no more.
    pub revoked: bool,
    /// Who came, by the newcomer's key.
    pub redeemed: OrdMap<PublicKey, ParticipantId>,
    /// Who came as a user.
    pub users: OrdSet<ParticipantId>,
}

impl Invite {
    /// How many more may come.
    pub fn uses_left(&self) -> u32 {
        let used = u32::try_from(self.redeemed.len() + self.users.len()).unwrap_or(u32::MAX);
        self.uses.saturating_sub(used)
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Millis) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}
