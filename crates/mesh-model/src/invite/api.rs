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
    pub label: crate::Told,
    /// What kind of participant it makes.
    pub kind: Kind,
    /// What the newcomer's token may ask for; nothing if it makes users.
    pub permissions: PermissionSet,
    /// The role of the users it makes; null if newcomers prove a key and get a token.
    pub role: Option<Preset>,
    /// Whether newcomers are guests, untrusted.
    pub guest: bool,
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
    /// For a person: the role, `user` or `viewer`, of the user that it makes. Whoever opens the link chooses a handle and a
    /// password on its page, and `kind` is `human`. Without it newcomers prove a key and get a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Preset>,
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
    #[schemars(with = "Option<crate::closed::Secret>")]
    pub code: Option<String>,
    /// Path to be put behind the node's address.
    #[schemars(with = "Option<crate::closed::Secret>")]
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

/// What an invite offers. Needs no token: the code is the right to ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitePreviewInput {
    /// The code.
    pub code: String,
}

/// What whoever holds an invite's code is told before coming in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InviteOffer {
    /// What the mesh is called.
    #[schemars(with = "crate::closed::Led")]
    pub mesh: String,
    /// Who made the invite.
    pub from: ParticipantRef,
    /// The name that people read of whoever made it; empty if there is none.
    pub from_name: crate::Told,
    /// What kind of participant it makes.
    pub kind: Kind,
    /// The role of the user that it makes; null if newcomers prove a key and get a token.
    pub role: Option<Preset>,
    /// Whether newcomers are guests, untrusted.
    pub guest: bool,
    /// The name of the room newcomers are in at once, if there is one.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub room: Option<String>,
    /// How many more may come.
    pub uses_left: u32,
    /// When it ends by itself.
    pub expires: Option<Millis>,
}

/// Come in by a person's invite. Needs no token: the code is the right to ask. Sets the cookie `mesh_session` as signing in
/// does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteAcceptInput {
    /// The code.
    pub code: String,
    /// The handle to be known by and to sign in with: a-z, 0-9 and '-', at most 40.
    pub handle: String,
    /// The password, 10 to 256 characters.
    pub password: String,
    /// The name people read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
}
