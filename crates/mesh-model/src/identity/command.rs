//! Commands about keys that participants sign with.

use crate::ids::{ParticipantId, PublicKey};

/// What somebody wants of keys that participants sign with.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum IdentityCommand {
    /// `replaces` is revoked at once. The door verified that the key's holder agreed.
    Add {
        participant: ParticipantId,
        key: PublicKey,
        replaces: Option<PublicKey>,
    },
    Revoke {
        participant: ParticipantId,
        key: PublicKey,
    },
}
