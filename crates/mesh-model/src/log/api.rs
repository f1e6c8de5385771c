//! The log as it is read and verified: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SignatureBytes;
use crate::api::{ApprovalView, Message, ParticipantRef, StateCount};
use crate::events::{TaskState, Urgency};
use crate::ids::{ParticipantId, PublicKey, RoomId, Seq, TaskId};
use crate::time::Millis;

/// Read the log itself, everything in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogListInput {
    /// Later than this place; from the beginning if absent.
    #[serde(default)]
    pub after: Seq,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only these types, such as `room.policy_set`; a type that ends in `*` stands for all that
    /// begin so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Only what this participant did: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Only what happened in this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Only up to this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// The newest first, going back from `before`; `after` does not count then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub newest: bool,
    /// Earlier than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
}

/// What a check of the whole log found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogVerified {
    /// Whether chain, hashes and signatures hold from the first line to `upto`, and shared files are as they were put.
    pub sound: bool,
    /// The last place that was checked.
    pub upto: Seq,
    /// Contents that were erased; their headers are there.
    pub erased: u64,
    /// Messages whose author's signature holds, erased ones included.
    #[serde(default)]
    pub signatures_good: u64,
    /// Messages whose signature nobody can check any more, or that nobody made.
    #[serde(default)]
    pub signatures_bad: u64,
    /// Bytes of shared files that were read and compared with their hash.
    #[serde(default)]
    pub files: u64,
    /// Those among them that are missing or altered.
    #[serde(default)]
    pub files_damaged: u64,
    /// The first thing that is wrong: segment, line and remedy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub problem: Option<String>,
}

/// What a node signs of its log: `mesh-checkpoint/1`, the place and the head, each on a line of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogSigned {
    /// The last event.
    pub seq: Seq,
    /// The SHA-256 of its header line, which covers all before it, in hexadecimal.
    #[schemars(with = "crate::closed::Code")]
    pub head: String,
    /// The node's key.
    pub key: PublicKey,
    /// Its signature.
    pub sig: SignatureBytes,
}

/// A line of the log: header as stored. Content of messages is left out: rooms decide who reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogEntry {
    /// Its place.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who did it and by what.
    pub by: serde_json::Value,
    /// What is for good.
    pub facts: serde_json::Value,
}

/// What a log is looked through for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PastKind {
    /// A message was posted.
    Message,
    /// A task was created.
    Created,
    /// A task ended well.
    Done,
    /// A task ended badly.
    Failed,
    /// An approval was asked for.
    Asked,
    /// Somebody came into a room.
    Joined,
}

impl PastKind {
    /// All of them, in the order they are listed everywhere.
    pub const ALL: [PastKind; 6] = [
        PastKind::Message,
        PastKind::Created,
        PastKind::Done,
        PastKind::Failed,
        PastKind::Asked,
        PastKind::Joined,
    ];
}

/// Count what happened when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogDensityInput {
    /// Only in this room: id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// From this moment on; a day before the end unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Up to this moment; now unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Into so many equal stretches at most (1 to 500, 100 if absent); none is shorter than a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buckets: Option<u32>,
}

/// What happened when, of what the caller may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Density {
    /// When the log begins.
    pub begun: Millis,
    /// Where the first stretch begins: a whole second.
    pub since: Millis,
    /// Where the last one ends.
    pub until: Millis,
    /// How long each of them is, milliseconds.
    pub width_ms: u64,
    /// How many of each kind, stretch by stretch. Kinds that the caller may not read are absent.
    pub kinds: Vec<DensityOf>,
}

/// How much of one kind happened when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DensityOf {
    /// The kind.
    pub kind: PastKind,
    /// How many in each stretch.
    pub counts: Vec<u64>,
}

/// Ask how things stood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogMomentInput {
    /// After the event at this place; now unless a place or a time is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Seq>,
    /// At this time: after the last event that was stored by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
    /// Only in this room: id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// With so many of the room's last messages, at most 100; none unless named, and none for a credential that may not read messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<u32>,
}

/// How things stood at a place of the log, as far as the caller may see it today. Words that were erased since are not told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// The place.
    pub seq: Seq,
    /// The time that was asked for; of a place, when its event was stored.
    pub at: Millis,
    /// Whoever is named below, each once.
    pub people: Vec<ParticipantRef>,
    /// Who had a session then.
    pub here: Vec<ParticipantId>,
    /// The rooms that were there, of those that the caller reads today.
    pub rooms: Vec<RoomThen>,
    /// How many tasks stood in each state.
    pub states: Vec<StateCount>,
    /// Tasks that were open, and those that had ended last, in the order in which they were created.
    pub tasks: Vec<TaskThen>,
    /// Approvals that waited for an answer, the first 100.
    pub approvals: Vec<ApprovalView>,
    /// The room's last messages, as they read then, ascending.
    pub messages: Vec<Message>,
    /// Where the next thing of each kind lies before and behind.
    pub steps: Vec<StepOf>,
    /// How much is not told, so that the answer stays small.
    pub cut: MomentCut,
}

/// A room at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomThen {
    /// The room.
    pub id: RoomId,
    /// What it is called today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// Who was in it. Everybody is in a broadcast, and nobody is named for one.
    pub members: Vec<ParticipantId>,
}

/// A task at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskThen {
    /// The task.
    pub id: TaskId,
    /// Where it belongs.
    pub room: RoomId,
    /// Its title; absent if it was erased, or comes in an envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<crate::Told>,
    /// Who created it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<ParticipantId>,
    /// How it stood.
    pub state: TaskState,
    /// From which place on it stood like this.
    pub since: Seq,
    /// Its priority.
    pub priority: u8,
    /// How pressing it was.
    pub urgency: Urgency,
    /// What a worker must be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub capability: Option<String>,
    /// Who was to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<ParticipantId>,
    /// Who had it or had had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<ParticipantId>,
    /// The attempt that was under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<Seq>,
    /// What it waited for, as it was created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<TaskId>,
    /// The task whose result it looks at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<TaskId>,
    /// When it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Millis>,
    /// When it was created.
    pub created_at: Millis,
    /// Where in the log.
    pub seq: Seq,
    /// When it had ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
}

/// The nearest places of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepOf {
    /// The kind.
    pub kind: PastKind,
    /// The last one before the moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Seq>,
    /// The first one after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Seq>,
}

/// What is not in an answer about a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MomentCut {
    /// Open tasks, the oldest.
    pub tasks: u64,
    /// Members of rooms.
    pub members: u64,
}
