//! Commands about messages that wait.

use crate::command::Content;
use crate::events::MessagePosted;
use crate::ids::{MessageId, ParticipantId};

/// What somebody wants of messages that wait.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum QuarantineCommand {
    /// Lets a message out of quarantine, or rejects it for good. `waiting` and `body` are what the
    /// door read in the log.
    Review {
        message: MessageId,
        author: ParticipantId,
        waiting: Box<MessagePosted>,
        release: bool,
        reason: Content,
        body: Content,
    },
}
