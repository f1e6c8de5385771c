//! Tools: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ToolAudience;
use crate::event::{Erased, events};
use crate::ids::{ParticipantId, RoomId, Seq, TaskId, ToolHash};

events! { Tool ToolFacts
    Called(it: ToolCalled) "note.tool_called" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    AudienceSet(it: ToolAudienceSet) "tool.audience_set" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    Offered(it: ToolsOffered) "tool.offered" / 1 {
        room: None,
        sees: Concerned(it.by),
        words: Data(ToolOfferBody),
        erased: Erased::Never,
        has_words: true,
        written_by: Some(it.by),
    }
    Shown(it: ToolsShown) "tool.shown" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Accepted(it: ToolsAccepted) "tool.accepted" / 1 {
        room: None,
        sees: Concerned(it.by),
        words: None,
        erased: Erased::Never,
    }
    Withdrawn(it: ToolsWithdrawn) "tool.withdrawn" / 1 {
        room: None,
        sees: Concerned(it.by),
        words: None,
        erased: Erased::Never,
    }
}

/// For whom a tool, a plugin or a server is from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolAudienceSet {
    /// The tool, the plugin or the server.
    #[schemars(with = "crate::closed::Led")]
    pub tool: String,
    /// For whom; absent: as `plugins.toml` or whoever offers it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<ToolAudience>,
}

/// Somebody used a tool. A program that did has read an answer from outside the mesh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolCalled {
    /// The tool.
    #[schemars(with = "crate::closed::Led")]
    pub tool: String,
    /// The task it was used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Whether it gave a result.
    pub ok: bool,
    /// How long it took, milliseconds.
    pub took_ms: u32,
    /// The participant that offers it; absent: the node does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ParticipantId>,
}

/// A participant offers the tools of its server, all of them. What is said of them are the event's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolsOffered {
    /// The server.
    #[schemars(with = "crate::closed::Name")]
    pub server: String,
    /// Who offers it.
    pub by: ParticipantId,
    /// For whom its tools are.
    pub audience: ToolAudience,
    /// The tools.
    pub tools: Vec<ToolPinned>,
}

/// A tool of an offer, by the hash of all that is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolPinned {
    /// Its name.
    #[schemars(with = "crate::closed::Part")]
    pub name: String,
    /// The hash of its name, what is said of it, and the schema of its input.
    pub hash: ToolHash,
    /// What the guard makes of it, in percent.
    pub score: u8,
    /// Whether it waits for somebody to look at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

/// What a server offers in a room from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolsShown {
    /// Where.
    pub room: RoomId,
    /// The server.
    #[schemars(with = "crate::closed::Name")]
    pub server: String,
    /// Who offers it.
    pub by: ParticipantId,
    /// How many tools may be used; 0: it is offered here no more, or all of them are held.
    pub tools: u16,
    /// How many wait for somebody to look at them.
    #[serde(default)]
    pub held: u16,
}

/// Somebody has looked at what was held: it may be used as it was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolsAccepted {
    /// The server.
    #[schemars(with = "crate::closed::Name")]
    pub server: String,
    /// Who offers it.
    pub by: ParticipantId,
    /// The offer that was looked at.
    pub offer: Seq,
    /// The tools.
    #[schemars(with = "Vec<crate::closed::Part>")]
    pub tools: Vec<String>,
}

/// A server of tools is offered no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolsWithdrawn {
    /// The server.
    #[schemars(with = "crate::closed::Name")]
    pub server: String,
    /// Who offered it.
    pub by: ParticipantId,
    /// Whether what was accepted of it is forgotten too. Else it holds if the same participant offers the server again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forgotten: bool,
}
