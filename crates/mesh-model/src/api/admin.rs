//! Signing in, users, credentials, invites.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::{CredentialKind, Kind};
use crate::ids::{CredentialId, InviteId, ParticipantId, PublicKey, RoomId, Seq};
use crate::permission::{PermissionSet, Preset};
use crate::time::Millis;

/// Sign in with a password. Sets the cookie `mesh_session` for 24 hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginInput {
    /// The user's handle.
    pub username: String,
    /// The password.
    pub password: String,
}

/// Signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoggedIn {
    /// Who.
    pub participant: ParticipantRef,
    /// When the cookie ends.
    pub expires: Millis,
}

/// A link that signs the caller into the browser once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoginLink {
    /// Path and query, to be put behind the node's address.
    pub path: String,
    /// When it ends unused.
    pub expires: Millis,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The human participant.
    pub participant: ParticipantRef,
    /// `admin`, `user` or `viewer`.
    pub role: Preset,
    /// Whether it was disabled.
    pub disabled: bool,
    /// Browsers it is signed in with.
    pub browsers: u32,
}

/// Create a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCreateInput {
    /// Its handle: a-z, 0-9 and '-', at most 40.
    pub username: String,
    /// Its password, 10 to 256 characters.
    pub password: String,
    /// `admin`, `user` or `viewer`.
    pub role: Preset,
    /// The name people read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
}

/// The user exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserCreated {
    /// The participant.
    pub id: ParticipantId,
    /// Its handle.
    pub handle: String,
    /// The place in the log.
    pub seq: Seq,
}

/// Change a user. Absent fields stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserUpdateInput {
    /// The user: id or handle.
    pub user: String,
    /// Its role from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Preset>,
    /// A new password. Signs the user out everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Whether it may act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// One user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRefInput {
    /// The user: id or handle.
    pub user: String,
}

/// Change one's own password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChangeInput {
    /// The present password.
    pub current: String,
    /// The new one, 10 to 256 characters.
    pub new: String,
}

/// A browser somebody is signed in with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Browser {
    /// Its number, for ending it.
    pub id: u64,
    /// When it signed in.
    pub created: Millis,
    /// When the cookie ends.
    pub expires: Millis,
    /// Whether this is the browser that asks.
    pub current: bool,
}

/// One browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrowserRefInput {
    /// Its number.
    pub browser: u64,
}

/// A token or API key, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Credential {
    /// The credential.
    pub id: CredentialId,
    /// What kind.
    pub kind: CredentialKind,
    /// Who acts by it.
    pub participant: ParticipantRef,
    /// What it is called.
    pub label: String,
    /// What it may ask for.
    pub permissions: PermissionSet,
    /// When it was issued.
    pub issued_at: Millis,
    /// When it stops by itself.
    pub expires: Option<Millis>,
    /// Requests a minute.
    pub per_minute: Option<u32>,
    /// Requests a day.
    pub per_day: Option<u32>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// Issue a token for a participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenCreateInput {
    /// The participant: id or handle.
    pub participant: String,
    /// What it may ask for; `worker` if neither this nor `permissions` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// What it may ask for, one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<PermissionSet>,
    /// When it stops by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// What it is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// Issue an API key: a bot of its own for a third party, with request limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyCreateInput {
    /// The handle of the bot that acts by the key.
    pub name: String,
    /// What it may ask for; `viewer` if neither this nor `permissions` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// What it may ask for, one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<PermissionSet>,
    /// Requests a minute; 60 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u32>,
    /// Requests a day (UTC); 10,000 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
    /// When it stops by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
}

/// A credential was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialCreated {
    /// The credential.
    pub id: CredentialId,
    /// Who acts by it.
    pub participant: ParticipantId,
    /// The secret. Shown once; a replayed request does not show it again.
    pub token: Option<String>,
    /// The place in the log.
    pub seq: Seq,
}

/// One credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialRefInput {
    /// The credential.
    pub credential: CredentialId,
}

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
    /// What one says of oneself.
    #[serde(default, deserialize_with = "super::common::object")]
    pub profile: crate::api::Profile,
}
