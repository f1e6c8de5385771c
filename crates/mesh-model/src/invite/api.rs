//! Invites: codes by which somebody becomes a participant; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::Kind;
use crate::ids::{InviteId, PublicKey, RoomId, Seq};
use crate::permission::{PermissionSet, Preset};
use crate::time::Millis;

/// An invite, without its code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Invite {
    /// The invite.
    pub id: InviteId,
    /// What it is called.
    pub label: String,
    /// What kind of participant it makes.
    pub kind: Kind,
    /// What the newcomer's token may ask for.
    pub permissions: PermissionSet,
    /// How many may come.
    pub uses: u32,
    /// How many came.
    pub used: u32,
    /// When it ends by itself.
    pub expires: Option<Millis>,
    /// The room newcomers are in at once.
    pub room: Option<RoomId>,
    /// Who made it.
    pub creator: ParticipantRef,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// Make an invite.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteCreateInput {
    /// What kind of participant it makes; `agent` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What the newcomer's token may ask for; `worker` if neither this nor `permissions` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// What it may ask for, one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<PermissionSet>,
    /// How many may come (1 to 1000); 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// The room newcomers are in at once: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Whether newcomers are guests: untrusted, so what they say reaches agents as data only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
    /// What it is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// The invite exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InviteCreated {
    /// The invite.
    pub id: InviteId,
    /// The code. Shown once; a replayed request does not show it again.
    pub code: Option<String>,
    /// Path to be put behind the node's address.
    pub path: Option<String>,
    /// The place in the log.
    pub seq: Seq,
}

/// One invite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRefInput {
    /// The invite.
    pub invite: InviteId,
}

/// Come in by an invite. Needs no token: the code is the right to ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRedeemInput {
    /// The code.
    pub code: String,
    /// The handle to be known by.
    pub handle: String,
    /// One's public key. The same key again gets the same participant and a fresh token.
    pub key: PublicKey,
    /// 16 to 64 letters and digits drawn for this request alone.
    pub nonce: String,
    /// A signature by the key of `mesh-redeem/1`, the mesh's id (`/api/health` says it), the SHA-256 of the code in
    /// hexadecimal, the handle, the key and the nonce, each on a line of its own: whoever names a key holds it.
    pub proof: crate::SignatureBytes,
    /// What one says of oneself.
    #[serde(default, deserialize_with = "crate::common::object")]
    pub profile: crate::api::Profile,
}
