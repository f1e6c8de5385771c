//! Leases on paths: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Lease
    /// Lease paths of the project that a room is about, so that nobody else edits them meanwhile. Refused if somebody else
    /// has leased a part of them; the same paths once more make the lease longer. The node enforces it where agents edit:
    /// `mesh lease guard`.
    LeaseTake "lease.take" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/leases" => 201,
        LeaseTakeInput => Done,
        example r#"{"room": "workshop", "paths": ["src/parser/**", "Cargo.toml"], "minutes": 45}"#
    }
    /// End a lease: one's own, one of those below oneself, or, as a moderator of the room, anybody's.
    LeaseRelease "lease.release" {
        Command Needs::Permission(MemoryWrite), Delete "/api/rooms/{room}/leases/{lease}" => 200,
        LeaseReleaseInput => Done,
        example r#"{"room": "workshop", "lease": "$lease"}"#
    }
    /// List the leases that hold in a room.
    LeaseList "lease.list" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/leases" => 200,
        RoomRefInput => List<PathLease>,
        example r#"{"room": "workshop"}"#
    }
    /// Which of these paths others have leased so that one may not edit them now. Nothing listed: edit.
    LeaseCheck "lease.check" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/leases/check" => 200,
        LeaseCheckInput => List<PathConflict>,
        example r#"{"room": "workshop", "paths": ["src/parser/mod.rs"]}"#
    }
}
