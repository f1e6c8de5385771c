//! What the state remembers of a token or API key.

use mesh_model::events::CredentialKind;
use mesh_model::time::raw;
use mesh_model::{CredentialId, Millis, ParticipantId, PermissionSet};
use serde::{Deserialize, Serialize};

/// A token or API key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// What kind.
    pub kind: CredentialKind,
    /// Who acts by it.
    pub participant: ParticipantId,
    /// Who issued it; absent for those that invites gave.
    pub issuer: Option<ParticipantId>,
    /// The credential by which it was made; absent if the owner's hand or a user's did it.
    pub maker: Option<CredentialId>,
    /// What it may ask for.
    pub permissions: PermissionSet,
    /// When it stops by itself.
    #[serde(with = "raw")]
    pub expires: Option<Millis>,
    /// Requests a minute.
    pub per_minute: Option<u32>,
    /// Requests a day.
    pub per_day: Option<u32>,
    /// It is valid no more.
    pub revoked: bool,
}

impl Credential {
    /// Whether its time is over.
    pub fn is_expired(&self, now: Millis) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}
