//! Commands about approvals.

use crate::command::{Content, ContentEvidence};
use crate::events::Holds;
use crate::ids::{ApprovalId, ParticipantId, RoomId};
use crate::time::Millis;

/// A question that waits for an answer.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct RequestApproval {
    pub approval: ApprovalId,
    pub room: RoomId,
    pub to: Option<ParticipantId>,
    pub holds: Option<Holds>,
    pub until: Option<Millis>,
    pub evidence: ContentEvidence,
    pub body: Content,
}

/// What somebody wants of approvals.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum ApprovalCommand {
    Request(RequestApproval),
    Decide {
        approval: ApprovalId,
        approve: bool,
        reason: Content,
    },
}
