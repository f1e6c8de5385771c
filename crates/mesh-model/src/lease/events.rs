//! Leases on paths: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{ParticipantId, RoomId, Seq};

events! { Lease LeaseFacts
    Taken(it: LeaseTaken) "lease.taken" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
        times: ["/until"],
        free: ["/paths/*"],
    }
    Released(it: LeaseReleased) "lease.released" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
    }
}

/// Whether others may edit what is leased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LeaseMode {
    /// Nobody else edits there or leases anything of it.
    #[default]
    Exclusive,
    /// Whoever has a shared lease of their own edits there too.
    Shared,
}

/// Somebody edits these paths. Its place in the log is the lease's id; the same paths leased again by the same participant
/// take its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseTaken {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub holder: ParticipantId,
    /// The paths, from the project's root.
    #[schemars(with = "Vec<crate::Told>")]
    pub paths: Vec<String>,
    /// Whether others may edit there too.
    pub mode: LeaseMode,
    /// When it ends by itself, unix milliseconds.
    pub until: u64,
}

/// A lease ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseReleased {
    /// Where.
    pub room: RoomId,
    /// The lease.
    pub lease: Seq,
}
