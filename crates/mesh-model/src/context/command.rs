//! Commands about a room's shared context.

use crate::command::{Content, ContentEvidence};
use crate::ids::{RoomId, Seq};

/// What somebody wants of a room's shared context. `expected` is the version that was read; 0 says
/// that there was none.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum ContextCommand {
    Set {
        room: RoomId,
        key: String,
        expected: Option<Seq>,
        evidence: ContentEvidence,
        body: Content,
    },
    Remove {
        room: RoomId,
        key: String,
        expected: Option<Seq>,
    },
}
