//! Commands about journals.

use crate::command::{Content, ContentEvidence};
use crate::events::JournalLevel;
use crate::ids::{ParticipantId, RoomId, TaskId};

/// What somebody wants of journals.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum JournalCommand {
    Write { lines: Vec<NewLine> },
    Erase { author: ParticipantId },
}

/// A line that is to be written.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct NewLine {
    pub level: JournalLevel,
    pub room: Option<RoomId>,
    pub task: Option<TaskId>,
    pub evidence: ContentEvidence,
    pub body: Content,
}
