//! Influence: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ParticipantRef;
use crate::events::Trust;
use crate::ids::{ActHash, RoomId, Seq, SessionId};

/// What an act is: an operation and its input, whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldAct {
    /// The operation.
    pub operation: String,
    /// Its input, as it was sent.
    pub input: Map<String, Value>,
}

/// A room whose words reached a context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceView {
    /// The room.
    pub room: RoomId,
    /// Its name, if it has one and the reader may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// How far the least trusted words in it are trusted.
    pub trust: Trust,
    /// The place in the log where it began to count; absent for what counts without having been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Seq>,
}

/// What a context has read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InfluenceView {
    /// Whose.
    pub participant: ParticipantRef,
    /// The session; absent for calls that come by none: they count as having read all that their participant
    /// may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Whether it counts as having read all that its participant may read.
    pub everything: bool,
    /// Whether answers of tools from outside the mesh are among it.
    pub outside: bool,
    /// Whether words of strangers are among it, so that its acts are judged.
    pub judged: bool,
    /// The rooms whose words it has read.
    pub sources: Vec<SourceView>,
}

/// What contexts have read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InfluenceGetInput {
    /// Whose: id or handle; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
}

/// List the acts that wait for a person's word.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActListInput {}

/// An act that waits for a person's word, or has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActView {
    /// The hash of the operation's name and its input.
    pub act: ActHash,
    /// Who wants it.
    pub participant: ParticipantRef,
    /// The operation; empty once its words are erased.
    #[schemars(with = "crate::closed::Code")]
    pub operation: String,
    /// Its input, whole.
    pub input: crate::ToldData,
    /// The input for programs: in an envelope, as it came of words that they must not obey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<crate::Told>,
    /// Where it would happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// What stands against it.
    pub sources: Vec<SourceView>,
    /// How many it would reach if it happened now; 0 for what happens in no room.
    #[serde(default)]
    pub reaches: u32,
    /// Those among them who may not read all that stands against it, at most 32 of those whom the reader may know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strangers: Vec<ParticipantRef>,
    /// Who released it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<ParticipantRef>,
    /// Who does not want it to happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_by: Option<ParticipantRef>,
    /// Whether the reader may release or decline it.
    pub yours: bool,
    /// The place in the log where it was held.
    pub seq: Seq,
}

/// Let one act happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActReleaseInput {
    /// Who wants it: id or handle.
    pub participant: String,
    /// The act.
    pub act: ActHash,
}

/// Say that one act is not to happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActDeclineInput {
    /// Who wants it: id or handle.
    pub participant: String,
    /// The act.
    pub act: ActHash,
}
