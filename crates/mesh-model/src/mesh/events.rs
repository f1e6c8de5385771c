//! The mesh itself: its beginning, its vault, its limits, what was refused; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{MeshId, ParticipantId, PublicKey, VaultId};
use crate::time::{Millis, raw};

events! { Mesh MeshFacts
    Created(it: MeshCreated) "mesh.created" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
    VaultReplaced(it: VaultReplaced) "vault.replaced" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    Refused(it: Refused) "note.refused" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
        times: ["/minute"],
    }
    FloorSet(it: FloorSet) "mesh.floor_set" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
    PublicSet(it: PublicSet) "mesh.public_set" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
    LimitsSet(it: LimitsSet) "mesh.limits_set" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
}

/// The first event of every log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeshCreated {
    /// The mesh.
    pub mesh: MeshId,
    /// Its name.
    #[schemars(with = "crate::closed::Led")]
    pub name: String,
    /// The vault that belongs to it.
    pub vault: VaultId,
    /// The key that signs checkpoints.
    pub node_key: PublicKey,
}

/// The log was opened with another vault, as its operator asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VaultReplaced {
    /// The vault that belongs to the log from here on.
    pub vault: VaultId,
    /// The key that signs checkpoints from here on.
    pub node_key: PublicKey,
}

/// Requests refused in one minute, counted together so that a flood cannot fill the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Who asked, if that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// The operation that was asked for.
    #[schemars(with = "crate::closed::Code")]
    pub operation: String,
    /// The error code.
    #[schemars(with = "crate::closed::Code")]
    pub code: String,
    /// How often.
    pub count: u32,
    /// When the minute began.
    #[serde(with = "raw")]
    #[schemars(with = "Option<u64>")]
    pub minute: Option<Millis>,
}

/// How loose those may make their rooms who are trusted less than `local`, from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FloorSet {
    /// The whole floor.
    pub floor: Floor,
}

/// What a room's rules may not fall below, unless somebody trusted as `local` or `owner` set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Floor {
    /// `guard.mark` is at most this score.
    pub mark: u8,
    /// `guard.quarantine` is at most this score; 101 allows any.
    pub quarantine: u8,
    /// `guard.refuse` is at most this score; 101 allows any.
    pub refuse: u8,
    /// Whether `execution.peers` may name anybody.
    pub peers: bool,
}

impl Default for Floor {
    /// The ordinary guard, and no peers.
    fn default() -> Floor {
        let guard = crate::policy::GuardRules::default();
        Floor {
            mark: guard.mark,
            quarantine: guard.quarantine,
            refuse: guard.refuse,
            peers: false,
        }
    }
}

/// Whether there is a public page, from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicSet {
    /// How it is.
    pub page: PublicPage,
}

/// The page on which everybody in the world may read rooms that were published, and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PublicPage {
    /// Whether it is there at all.
    pub on: bool,
    /// Whether search engines may list it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub indexed: bool,
    /// How many seconds caches may keep its answers, 0 to 60. What was erased or taken from the page may still be seen by them
    /// for so long.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_seconds: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(seconds: &u32) -> bool {
    *seconds == 0
}

/// How often whom the node answers, from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsSet {
    /// All limits.
    pub limits: RequestLimits,
}

/// Requests that the node answers. A limit of 0 requests a second is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RequestLimits {
    /// Of one local participant. The owner is not limited.
    pub local: RequestRate,
    /// Of one federated participant.
    pub federated: RequestRate,
    /// Of one untrusted participant.
    pub untrusted: RequestRate,
    /// Of one address without a credential.
    pub address: RequestRate,
    /// Of everybody together, the owner not counted.
    pub instance: RequestRate,
}

/// So many a second on average, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRate {
    /// Requests a second, at most 1000000; 0 is no limit.
    pub per_second: u32,
    /// Requests at once, 1 to 1000000.
    pub burst: u32,
}

impl RequestRate {
    const fn new(per_second: u32, burst: u32) -> RequestRate {
        RequestRate { per_second, burst }
    }
}

impl Default for RequestLimits {
    fn default() -> RequestLimits {
        RequestLimits {
            local: RequestRate::new(0, 1),
            federated: RequestRate::new(50, 200),
            untrusted: RequestRate::new(5, 50),
            address: RequestRate::new(50, 500),
            instance: RequestRate::new(200_000, 400_000),
        }
    }
}
