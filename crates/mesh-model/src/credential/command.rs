//! Commands about tokens and API keys.

use crate::command::Content;
use crate::events::CredentialKind;
use crate::ids::{CredentialId, ParticipantId};
use crate::permission::PermissionSet;
use crate::time::Millis;

/// A credential that is issued.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct IssueCredential {
    pub credential: CredentialId,
    pub kind: CredentialKind,
    pub participant: ParticipantId,
    pub permissions: PermissionSet,
    pub expires: Option<Millis>,
    pub per_minute: Option<u32>,
    pub per_day: Option<u32>,
    pub label: Content,
}

/// What somebody wants of tokens and API keys.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum CredentialCommand {
    Issue(IssueCredential),
    Revoke { credential: CredentialId },
}
