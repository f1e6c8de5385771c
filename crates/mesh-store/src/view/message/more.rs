//! What few messages have, in one column: most rows have nothing in it.

use mesh_model::api::FileRef;
use mesh_model::events::{
    GuardMark, MessagePosted, Relayed, Released, Scheduled, Signed, Trust, Turn,
};
use mesh_model::{MessageId, PublicKey, RoomId, SignatureBytes};
use serde::{Deserialize, Serialize};

/// The rest of a message's facts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct More {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub command: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<MessageId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Relayed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<Released>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Scheduled>,
    /// Not among the facts: they stand in the content, and go with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRef>,
}

impl More {
    pub fn of(facts: &MessagePosted, files: Vec<FileRef>) -> More {
        More {
            command: facts.command,
            quotes: facts.quotes.clone(),
            labels: facts.labels.clone(),
            relayed: facts.relayed.clone(),
            guard: facts.guard.clone(),
            released: facts.released,
            turn: facts.turn.clone(),
            closing: facts.closing,
            scheduled: facts.scheduled.clone(),
            files,
        }
    }

    /// As it is stored; nothing if there is nothing.
    pub fn stored(&self) -> Option<String> {
        if *self == More::default() {
            return None;
        }
        // Our own plain types: writing them as JSON cannot fail.
        serde_json::to_string(self).ok()
    }

    pub fn read(stored: Option<&str>) -> More {
        stored
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }
}

/// Key and signature, one after the other.
pub(super) fn signed_bytes(signed: &Signed) -> Vec<u8> {
    [&signed.key.0[..], &signed.sig.0[..]].concat()
}

pub(super) fn read_signed(stored: &[u8]) -> Option<Signed> {
    let (key, sig) = stored.split_at_checked(32)?;
    Some(Signed {
        key: PublicKey(key.try_into().ok()?),
        sig: SignatureBytes(sig.try_into().ok()?),
        request: None,
    })
}

/// Stored so that less trust is less.
pub(super) fn trust_number(trust: Trust) -> i64 {
    match trust {
        Trust::Untrusted => 0,
        Trust::Federated => 1,
        Trust::Local => 2,
        Trust::Owner => 3,
    }
}

pub(super) fn read_trust(stored: i64) -> Trust {
    match stored {
        3 => Trust::Owner,
        2 => Trust::Local,
        1 => Trust::Federated,
        _ => Trust::Untrusted,
    }
}
