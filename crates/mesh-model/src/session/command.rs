//! Commands about sessions.

use crate::command::Content;
use crate::events::SessionEnd;
use crate::ids::SessionId;

/// What somebody wants of sessions.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum SessionCommand {
    Open {
        session: SessionId,
        client: Content,
    },
    Close {
        session: SessionId,
        reason: SessionEnd,
    },
}
