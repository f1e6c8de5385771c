//! Sessions: one connected run of a client; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{ParticipantId, SessionId};

events! { Session SessionFacts
    Opened(it: SessionOpened) "session.opened" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: Data(ClientInfo),
        erased: Erased::Never,
    }
    Closed(it: SessionClosed) "session.closed" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: None,
        erased: Erased::Never,
    }
}

/// A client connected. Content: [`crate::api::ClientInfo`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionOpened {
    /// The session.
    pub session: SessionId,
    /// Whose.
    pub participant: ParticipantId,
}

/// Why a session ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// The client said goodbye.
    Closed,
    /// The connection broke and did not come back in time.
    Lost,
    /// The node restarted and the client did not come back in time.
    Restart,
    /// Its participant was disabled or its credential revoked.
    Revoked,
}

/// A session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionClosed {
    /// The session.
    pub session: SessionId,
    /// Whose.
    pub participant: ParticipantId,
    /// Why.
    pub reason: SessionEnd,
}
