//! Commands about leases on paths.

use crate::events::LeaseMode;
use crate::ids::{RoomId, Seq};

/// What somebody wants of the paths of a room's project.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum LeaseCommand {
    Take {
        room: RoomId,
        paths: Vec<String>,
        mode: LeaseMode,
        minutes: Option<u32>,
    },
    Release {
        room: RoomId,
        lease: Seq,
    },
}
