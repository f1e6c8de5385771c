//! Commands about influence.

use crate::command::Content;
use crate::events::{Influence, Source};
use crate::ids::{ActHash, ParticipantId, RoomId, SessionId};

/// What somebody wants of influence.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum InfluenceCommand {
    /// By the node: words of these rooms are about to reach a session.
    Read {
        session: SessionId,
        rooms: Vec<RoomId>,
        influence: Influence,
        everything: bool,
    },
    /// By whoever wants to use a tool that reaches out of the mesh: may its context?
    Reach,
    /// By the node: an act was refused that a person may release.
    Hold {
        act: ActHash,
        participant: ParticipantId,
        room: Option<RoomId>,
        sources: Vec<Source>,
        body: Content,
    },
    /// A person lets it happen.
    Release {
        act: ActHash,
        participant: ParticipantId,
    },
    /// A person does not want it.
    Decline {
        act: ActHash,
        participant: ParticipantId,
    },
}
