//! Commands about typed events.

use crate::command::{Content, ContentEvidence};
use crate::ids::RoomId;

/// What somebody wants of typed events.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum EventTypeCommand {
    Register {
        name: String,
        schema: Content,
    },
    Publish {
        room: RoomId,
        name: String,
        version: u32,
        evidence: ContentEvidence,
        body: Content,
    },
}
