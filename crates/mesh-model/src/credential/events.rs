//! Tokens and API keys. Secrets are in no event: the vault maps a secret's hash to the id; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{CredentialId, ParticipantId};
use crate::permission::PermissionSet;
use crate::time::{Millis, raw};

events! { Credential CredentialFacts
    Issued(it: CredentialIssued) "credential.issued" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: Data(Label),
        erased: Erased::Never,
        times: ["/expires"],
    }
    Revoked(it: CredentialRevoked) "credential.revoked" / 1 {
        room: None,
        sees: CredentialHolder(it.credential),
        words: None,
        erased: Erased::Never,
    }
}

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    #[schemars(with = "Option<u64>")]
    pub expires: Option<Millis>,
    /// Requests a minute; absent: no limit of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u32>,
    /// Requests a day (UTC); absent: no limit of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
}

/// It is valid no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialRevoked {
    /// The credential.
    pub credential: CredentialId,
}
