//! Keys that participants sign with: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{ParticipantId, PublicKey};

events! { Identity IdentityFacts
    KeyAdded(it: ParticipantKeyAdded) "participant.key_added" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: None,
        erased: Erased::Never,
    }
    KeyRevoked(it: ParticipantKeyRevoked) "participant.key_revoked" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: None,
        erased: Erased::Never,
    }
}

/// A participant has one more key to sign with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantKeyAdded {
    /// The participant.
    pub participant: ParticipantId,
    /// The key. It signed the request that added it.
    pub key: PublicKey,
    /// The key that it takes the place of; that one is revoked with this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<PublicKey>,
}

/// A key signs no more. What it signed before says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantKeyRevoked {
    /// The participant.
    pub participant: ParticipantId,
    /// The key.
    pub key: PublicKey,
}
