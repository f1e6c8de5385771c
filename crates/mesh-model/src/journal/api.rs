//! The journal: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ParticipantRef;
use crate::events::{GuardMark, JournalLevel};
use crate::ids::{RoomId, Seq, TaskId};
use crate::time::Millis;

/// What a line says, as the log stores it; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JournalBody {
    /// Its words.
    pub text: String,
    /// What goes with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
}

/// A line about one's own work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalEntry {
    /// How much it matters; info unless told.
    #[serde(default)]
    pub level: JournalLevel,
    /// What happened, at most 4 KiB.
    pub text: String,
    /// What goes with it, at most 8 KiB of JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// The room that it concerns: id or name. It does not make the room's members read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// The task that it is about, one that the caller works at or made. Whoever reads the task reads the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// Write into one's journal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalWriteInput {
    /// 1 to 100 lines, in their order. All of them are written, or none.
    pub entries: Vec<JournalEntry>,
}

/// Erase what was written into a journal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalEraseInput {
    /// Whose: a handle or id of somebody below the caller; the caller's own unless named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
}

/// Which lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalListInput {
    /// Only of this participant: handle or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Only what matters as much or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<JournalLevel>,
    /// Only what concerns this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only about this task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Only lines in which all of these words stand, in whatever case; at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Written at this moment or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Written before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Only lines later than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// Only lines earlier than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// At most so many (1 to 500, 50 if absent). Without `after` the newest ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Wait until the node's views have reached this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_seq: Option<Seq>,
}

/// A line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JournalLine {
    /// Its place.
    pub seq: Seq,
    /// When it was written.
    pub at: Millis,
    /// Who wrote it.
    pub from: ParticipantRef,
    /// How much it matters.
    pub level: JournalLevel,
    /// The room that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// The task that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// What it says.
    pub text: crate::Told,
    /// What goes with it; in an envelope it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<crate::ToldData>,
    /// What the guard found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// Whether `text` stands in an envelope: to agents, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
}
