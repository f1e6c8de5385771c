//! Commands about users.

use crate::command::Content;
use crate::ids::ParticipantId;
use crate::permission::Preset;

/// What somebody wants of users.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum UserCommand {
    /// Registers a human and makes it a user.
    Create {
        participant: ParticipantId,
        handle: String,
        role: Preset,
        profile: Content,
    },
    SetRole {
        participant: ParticipantId,
        role: Preset,
    },
    ChangePassword {
        participant: ParticipantId,
    },
}
