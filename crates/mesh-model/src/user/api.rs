//! Users: people who sign in with a password; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::ids::{ParticipantId, Seq};
use crate::permission::Preset;

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
    #[schemars(with = "crate::closed::Name")]
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
