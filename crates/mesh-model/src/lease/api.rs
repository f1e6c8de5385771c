//! Leases on paths: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::LeaseMode;
use crate::ids::Seq;
use crate::time::Millis;

/// Lease paths of the project that a room is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseTakeInput {
    /// The room: id or name.
    pub room: String,
    /// 1 to 8 paths from the project's root, with `/` between names: `src/main.rs`, `docs/**`, `*.toml`. `*` and `?` stand for
    /// letters of one name, `**` for any names. At most 128 bytes each; for a blank write `?`.
    pub paths: Vec<String>,
    /// Whether others may edit there too; exclusive unless told.
    #[serde(default)]
    pub mode: LeaseMode,
    /// For how long, 1 to 480; 30 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// A lease, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseReleaseInput {
    /// The room: id or name.
    pub room: String,
    /// The lease.
    pub lease: Seq,
}

/// Ask who stands against an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseCheckInput {
    /// The room: id or name.
    pub room: String,
    /// 1 to 32 paths or patterns from the project's root, like those of a lease.
    pub paths: Vec<String>,
}

/// A lease that holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathLease {
    /// Its id: the place in the log where it was taken.
    pub lease: Seq,
    /// Who edits there.
    pub holder: ParticipantRef,
    /// The paths.
    pub paths: Vec<crate::Told>,
    /// Whether others may edit there too.
    pub mode: LeaseMode,
    /// Since when.
    pub since: Millis,
    /// It ends then by itself.
    pub until: Millis,
}

/// A path that somebody else has leased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathConflict {
    /// The path that was asked about.
    pub path: crate::Told,
    /// The lease that stands against an edit.
    pub lease: PathLease,
}
