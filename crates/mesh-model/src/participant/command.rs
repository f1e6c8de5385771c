//! Commands about participants.

use crate::command::Content;
use crate::events::{AddedBy, Kind, Trust, Visibility};
use crate::ids::{ParticipantId, PublicKey};

/// What somebody wants of participants.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum ParticipantCommand {
    Register {
        participant: ParticipantId,
        kind: Kind,
        handle: String,
        parent: Option<ParticipantId>,
        /// The parent signed that it agrees; the door verified it by this key.
        agreed: Option<PublicKey>,
        key: Option<PublicKey>,
        visibility: Visibility,
        profile: Content,
    },
    Update {
        participant: ParticipantId,
        visibility: Option<Visibility>,
        added_by: Option<AddedBy>,
        profile: Content,
    },
    SetTrust {
        participant: ParticipantId,
        trust: Trust,
    },
    SetRoles {
        participant: ParticipantId,
        roles: Vec<String>,
    },
    Disable {
        participant: ParticipantId,
    },
    Enable {
        participant: ParticipantId,
    },
}
