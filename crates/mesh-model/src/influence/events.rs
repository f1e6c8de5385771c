//! Influence: what the log remembers of what programs have read and of acts that wait for a person's word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::events::Trust;
use crate::ids::{ActHash, ParticipantId, RoomId, Seq, SessionId};

events! { Influence InfluenceFacts
    Read(it: SessionInfluenced) "session.influenced" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Mixed(it: RoomInfluenced) "room.influenced" / 1 {
        room: Some(it.room),
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    Held(it: ActHeld) "act.held" / 1 {
        room: it.room,
        sees: Act(it.participant, it.act),
        words: Data(HeldAct),
        erased: Erased::WithRoom,
        has_words: true,
        written_by: Some(it.participant),
    }
    Released(it: ActReleased) "act.released" / 1 {
        room: None,
        sees: Act(it.participant, it.act),
        words: None,
        erased: Erased::Never,
    }
    Declined(it: ActDeclined) "act.declined" / 1 {
        room: None,
        sees: Act(it.participant, it.act),
        words: None,
        erased: Erased::Never,
    }
    Done(it: ActDone) "act.done" / 1 {
        room: None,
        sees: Act(it.participant, it.act),
        words: None,
        erased: Erased::Never,
    }
}

/// A room whose words reached a context.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The room.
    pub room: RoomId,
    /// Words from this place on: whoever may read from here may read all of it.
    pub from: Seq,
}

/// What reached a context.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Influence {
    /// The rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// Whether answers of tools from outside the mesh are in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
}

/// Words of more rooms reached a session's context. It is written once a room and session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionInfluenced {
    /// The session.
    pub session: SessionId,
    /// Whose.
    pub participant: ParticipantId,
    /// The rooms that were not counted before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// Whether a tool's answer from outside the mesh reached it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// Whether it counts from here on as having read all that its participant may read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everything: bool,
}

/// Words came into a room that other rooms' words had influenced, strangers' words among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomInfluenced {
    /// The room.
    pub room: RoomId,
    /// How far the least trusted of those words are trusted.
    pub trust: Trust,
    /// The rooms they come from that were not counted before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// An act waits for a person's word. Content: [`crate::api::HeldAct`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActHeld {
    /// The hash of the operation's name and its input.
    pub act: ActHash,
    /// Who wanted it.
    pub participant: ParticipantId,
    /// Where it would have happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// What stands against it.
    pub sources: Vec<Source>,
}

/// A person lets exactly this act happen, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActReleased {
    /// The act.
    pub act: ActHash,
    /// Who wants it.
    pub participant: ParticipantId,
}

/// A person does not want this act to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActDeclined {
    /// The act.
    pub act: ActHash,
    /// Who wants it.
    pub participant: ParticipantId,
}

/// An act that a person had released was carried out, by the events before this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActDone {
    /// The act.
    pub act: ActHash,
    /// Who did it.
    pub participant: ParticipantId,
}
