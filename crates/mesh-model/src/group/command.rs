//! Commands about groups.

use crate::ids::{GroupId, ParticipantId, RoomId};

/// What somebody wants of groups.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum GroupCommand {
    /// Also creates the group's room.
    Create {
        group: GroupId,
        name: String,
        room: RoomId,
    },
    Delete {
        group: GroupId,
    },
    Add {
        group: GroupId,
        participant: ParticipantId,
    },
    Remove {
        group: GroupId,
        participant: ParticipantId,
    },
}
