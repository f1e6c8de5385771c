//! Tokens and API keys. Secrets are in no event: the vault maps a secret's hash to the id; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::CredentialKind;
use crate::ids::{CredentialId, ParticipantId, Seq};
use crate::permission::{PermissionSet, Preset};
use crate::time::Millis;

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
    pub label: crate::Told,
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
    /// Whether it was revoked, or one that it was made with.
    pub revoked: bool,
    /// The credential that it was made with: it ends when that one ends.
    pub made_with: Option<CredentialId>,
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
    #[schemars(with = "Option<crate::closed::Secret>")]
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
