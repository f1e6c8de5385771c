//! The frames of the WebSocket, as this client reads and writes them.

use mesh_model::api::{ClientInfo, Participant, PresenceState, StreamItem, Welcome};
use mesh_model::error::Problem;
use mesh_model::{ParticipantId, RoomId, Seq, SessionId, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::stream::Filter;

#[derive(Debug, Serialize)]
pub(crate) struct HelloOut<'a> {
    pub hello: HelloBody<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct HelloBody<'a> {
    pub token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    pub client: &'a ClientInfo,
}

#[derive(Debug, Serialize)]
pub(crate) struct CallOut<'a> {
    pub id: u64,
    pub call: &'a str,
    pub input: &'a Value,
}

#[derive(Debug, Serialize)]
pub(crate) struct SubscribeOut<'a> {
    pub id: u64,
    pub subscribe: SubscribeBody<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct SubscribeBody<'a> {
    pub after: Option<Seq>,
    #[serde(flatten)]
    pub filter: &'a Filter,
}

/// Any frame from the node: exactly one group of fields is there.
#[derive(Debug, Deserialize)]
pub(crate) struct FrameIn {
    pub hello: Option<Welcomed>,
    pub id: Option<u64>,
    pub ok: Option<Box<RawValue>>,
    pub problem: Option<Problem>,
    pub push: Option<Vec<StreamItem>>,
    pub prev: Option<Seq>,
    pub tail: Option<Seq>,
    pub ephemeral: Option<Ephemeral>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Subscribed {
    pub head: Seq,
}

/// The node's answer to hello.
#[derive(Debug, Clone, Deserialize)]
pub struct Welcomed {
    /// The session.
    pub session: SessionId,
    /// Who one is.
    pub participant: Participant,
    /// The newest event.
    pub head: Seq,
    /// Whether the session went on rather than began.
    pub resumed: bool,
    /// What was restored and what was missed.
    pub welcome: Welcome,
}

/// Something that is never stored.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Ephemeral {
    /// Somebody types, or has stopped.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        participant: ParticipantRefId,
        /// Whether it still does.
        typing: bool,
    },
    /// Somebody's presence changed.
    Presence {
        /// Who.
        participant: ParticipantRefId,
        /// How present.
        state: PresenceState,
        /// What it is doing.
        summary: Option<String>,
    },
    /// A task's words as they come: more of what follows its last stored piece.
    Output {
        /// Where.
        room: RoomId,
        /// The task.
        task: TaskId,
        /// The attempt.
        fence: Seq,
        /// Who works on it.
        participant: ParticipantRefId,
        /// The words.
        text: String,
    },
    /// Something that this client does not know.
    #[serde(other)]
    Other,
}

/// The part of a participant that ephemeral frames are read for.
#[derive(Debug, Clone, Deserialize)]
pub struct ParticipantRefId {
    /// The participant.
    pub id: ParticipantId,
    /// Its handle.
    pub handle: String,
}
