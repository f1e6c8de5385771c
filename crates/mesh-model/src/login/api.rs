//! Signing in, browsers, passwords: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::time::Millis;

/// Sign in with a password. Sets the cookie `mesh_session` for 24 hours; the header `mesh-page-key` goes beside it.
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
    /// What the page keeps and sends as the header `mesh-page-key`, or in hello: without it the cookie opens nothing.
    #[schemars(with = "crate::closed::Secret")]
    pub page_key: String,
}

/// A link that signs the caller into the browser once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoginLink {
    /// Path and query, to be put behind the node's address.
    #[schemars(with = "crate::closed::Secret")]
    pub path: String,
    /// When it ends unused.
    pub expires: Millis,
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
