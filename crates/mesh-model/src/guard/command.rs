//! Commands about what the guard found.

use crate::command::Scanned;
use crate::events::MessageHeader;

/// What somebody wants of what the guard found.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum GuardCommand {
    Rescan {
        message: MessageHeader,
        guard: Scanned,
    },
}
