//! Commands about an agent's memories.

use crate::command::{Content, ContentEvidence};
use crate::events::MemorySource;
use crate::ids::{MemoryId, ParticipantId, RoomId, TaskId};

/// What somebody wants of an agent's memories.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum MemoryCommand {
    /// The body is sealed by the node; the guard and the labels judged the open words.
    Keep {
        memory: MemoryId,
        owner: ParticipantId,
        source: MemorySource,
        task: Option<TaskId>,
        replaces: Vec<MemoryId>,
        labels: Vec<RoomId>,
        evidence: ContentEvidence,
        body: Content,
    },
    Forget {
        memory: MemoryId,
        owner: ParticipantId,
    },
}
