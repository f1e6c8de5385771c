//! Users: people who sign in with a password; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::ParticipantId;
use crate::permission::Preset;

events! { User UserFacts
    Created(it: UserCreated) "user.created" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    RoleSet(it: UserRoleSet) "user.role_set" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    PasswordChanged(it: UserPasswordChanged) "user.password_changed" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
}

/// A human participant can sign in with a password from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCreated {
    /// The participant.
    pub participant: ParticipantId,
    /// Its role: `admin`, `user` or `viewer`.
    pub role: Preset,
}

/// A user's role changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRoleSet {
    /// The participant.
    pub participant: ParticipantId,
    /// Its role from here on.
    pub role: Preset,
}

/// A user's password was changed or reset. The password itself is in no log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPasswordChanged {
    /// The participant.
    pub participant: ParticipantId,
}
