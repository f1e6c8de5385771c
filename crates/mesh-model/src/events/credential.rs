//! Credentials and invites. Secrets are in no event: the vault maps a secret's hash to the id.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{Kind, Trust};
use crate::ids::{CredentialId, InviteId, ParticipantId, PublicKey, RoomId};
use crate::permission::PermissionSet;
use crate::time::{Millis, raw};

/// What kind of credential.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A participant's token.
    Token,
    /// A third party's key with its own request limits.
    ApiKey,
}

/// A token or API key is valid from here on. Content: [`crate::api::Label`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialIssued {
    /// The credential.
    pub credential: CredentialId,
    /// What kind.
    pub kind: CredentialKind,
    /// Who acts by it.
    pub participant: ParticipantId,
    /// What it may ask for.
    pub permissions: PermissionSet,
    /// When it stops by itself.
    #[serde(with = "raw", default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// Requests a minute; absent: no limit of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u32>,
    /// Requests a day (UTC); absent: no limit of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
}

/// It is valid no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialRevoked {
    /// The credential.
    pub credential: CredentialId,
}

/// Somebody with the code can become a participant. Content: [`crate::api::Label`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteCreated {
    /// The invite.
    pub invite: InviteId,
    /// What kind of participant it makes.
    pub kind: Kind,
    /// What the newcomer's token may ask for.
    pub permissions: PermissionSet,
    /// How many may come.
    pub uses: u32,
    /// When it ends by itself.
    #[serde(with = "raw", default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// The room newcomers are in at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// How far newcomers are trusted.
    #[serde(default = "Trust::local", skip_serializing_if = "Trust::is_local")]
    pub trust: Trust,
}

/// Somebody came. Bound to the newcomer's key: the same key again is the same participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteRedeemed {
    /// The invite.
    pub invite: InviteId,
    /// Who came.
    pub participant: ParticipantId,
    /// The newcomer's key.
    pub key: PublicKey,
}

/// It can be used no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteRevoked {
    /// The invite.
    pub invite: InviteId,
}
