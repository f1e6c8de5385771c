//! Commands about rooms' policies.

use crate::ids::RoomId;
use crate::policy::Policy;

/// What somebody wants of rooms' policies.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum PolicyCommand {
    /// Replaces the whole policy. `expected` is the version that the asker changed; `force` sets
    /// one that leaves nobody but its creator able to speak or hear.
    Set {
        room: RoomId,
        policy: Box<Policy>,
        expected: Option<u32>,
        force: bool,
    },
}
