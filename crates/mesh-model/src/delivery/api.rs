//! Delivery: messages handed into a running session of a program, and what came of them; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ParticipantRef, Posted};
use crate::ids::{MessageId, RoomId};
use crate::time::Millis;

/// How far a message came with a session of its recipient. Only `read` takes it out of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It was given to whatever speaks with the program; nothing more is known.
    Handed,
    /// It is in the conversation, and no model has answered with it there.
    Placed,
    /// A model's request that contained it was answered without an error.
    Read,
    /// It did not arrive, or the conversation lost it before a model read it. It is handed again.
    Dropped,
}

/// Why a message did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// The program did not take it.
    Refused,
    /// The person stopped the session.
    Stopped,
    /// The model's request failed.
    Failed,
    /// The conversation was begun anew.
    Cleared,
    /// The conversation was cut down to a summary.
    Compacted,
    /// The session ended.
    Ended,
    /// Nobody said what came of it.
    TimedOut,
}

/// What a session lost of what it was handed and has not read, after what the same report says of single messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// What never came into the conversation.
    Unplaced,
    /// All: the conversation itself is gone.
    All,
}

/// Be handed what waits, for one session. It is noted durably before the answer leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryTakeInput {
    /// The program's own name for its session, at most 80 characters. What one session was handed no other session of the
    /// same participant gets, until it was dropped.
    pub session: String,
    /// At most so many (1 to 500, 50 if absent). `now` comes first, then by age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What a session was handed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deliveries {
    /// The messages.
    pub items: Vec<Delivery>,
    /// How many wait in all, with those that other sessions were handed.
    pub waiting: u32,
}

/// A message on its way into a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// By what it is found in a model's request, and what is said back. It stands in `words`; nobody but the node and the
    /// recipient can know it, so no message can pass for another.
    #[schemars(with = "crate::closed::Code")]
    pub tag: String,
    /// The message.
    pub message: MessageId,
    /// Its room.
    pub room: RoomId,
    /// Its author.
    pub from: ParticipantRef,
    /// What goes into the conversation as it stands: the tag, who says it where, and the text. At most 8 KB; of a longer
    /// message only how to read it.
    #[schemars(with = "crate::Told")]
    pub words: String,
    /// Whether `words` has the whole text.
    pub whole: bool,
    /// How often it was handed to somebody, this time included.
    pub attempt: u32,
}

/// Say what came of messages. Tags that do not belong to a message handed to this participant are left out of the answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryReportInput {
    /// The session that was handed them.
    pub session: String,
    /// Tags of those that are in the conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placed: Vec<String>,
    /// Tags of those that were in a request of a model that was answered without an error; `turn` says in which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<String>,
    /// The program's own name for the turn, at most 80 characters. Without one nothing counts as read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// Tags of those that did not arrive; `why` says why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// Why they did not arrive, or why all is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<DropReason>,
    /// The session has lost what it was handed and has not read: that is dropped. `why` says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Lost>,
    /// The program did not take the words of the session's last wake.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unwoken: bool,
}

/// Ask with what an idle session is to be woken, if it is. The wake is noted durably before the answer leaves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryWakeInput {
    /// The program's own name for its session, at most 80 characters.
    pub session: String,
    /// Leave asleep for messages of those who are trusted less than `local`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_for_strangers: bool,
    /// The program has just started and goes on with the session: what was placed in it before has nobody who reads it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restarted: bool,
}

/// Whether an idle session is to be woken. It is for messages that name its participant or are direct: at once for the first,
/// then 5 seconds apart at least, at most 20 times an hour and 3 times for one message, and never while the participant is
/// not to be disturbed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wake {
    /// What goes into the session: which messages wait and whose they are, at most 512 bytes. Their texts are had by
    /// `delivery.take`. Absent if the session is to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub words: Option<String>,
    /// The messages.
    #[serde(default)]
    pub messages: Vec<MessageId>,
    /// Ask again after so long, in milliseconds, even if nothing comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_ms: Option<u64>,
}

/// Give the words with which a turn of a woken session ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFinishInput {
    /// The program's own name for its session, at most 80 characters.
    pub session: String,
    /// What the model said last in that turn, at most 50 KiB. It names nobody: an `@handle` in it calls nobody.
    pub text: String,
}

/// What became of the words with which a turn ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finished {
    /// The reply. Absent: everybody had been answered, or nobody can be by one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<Posted>,
    /// Messages of people that woke the session and stay without an answer. They stand in several rooms, and what is for one of
    /// them is not told to another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<MessageId>,
}

/// Where a message stands with its recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryStanding {
    /// The message.
    pub message: MessageId,
    /// How far it came.
    pub state: DeliveryState,
    /// Why not further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<DropReason>,
    /// How often it was handed to somebody.
    pub attempt: u32,
    /// Since when.
    pub at: Millis,
}
