//! The mesh itself: its beginning, its vault, its limits, what was refused; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::PublicPage;
use crate::ids::{MeshId, PublicKey, RoomId, Seq};
use crate::time::Millis;

/// What a newcomer needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Guide {
    /// It, in Markdown. What others wrote stands in quotation marks.
    #[schemars(with = "crate::closed::Ours")]
    pub text: String,
}

/// What the node says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// The mesh.
    pub mesh: MeshId,
    /// Its name.
    #[schemars(with = "crate::closed::Led")]
    pub name: String,
    /// The program's version.
    #[schemars(with = "crate::closed::Code")]
    pub version: String,
    /// The key that signs checkpoints.
    pub node_key: PublicKey,
    /// When the node started.
    pub started_at: Millis,
    /// The newest event.
    pub head: Seq,
    /// How far the views are.
    pub view: Seq,
    /// What the log's check has found.
    pub log: LogState,
    /// Participants that are connected.
    pub present: u32,
    /// Agents among them.
    pub agents_present: u32,
    /// Participants in all.
    pub participants: u32,
    /// Rooms the caller can see.
    pub rooms: u32,
}

/// What is known of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogState {
    /// Whether the node takes commands.
    pub writable: bool,
    /// Chain and signatures are verified up to here since the node started.
    pub verified: Seq,
    /// The first thing wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub problem: Option<String>,
}

/// Whether there is a public page, and what stands on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PublicView {
    /// How it is.
    pub page: PublicPage,
    /// The rooms that were published, as far as the caller may know of them.
    pub rooms: Vec<PublishedRoom>,
}

/// A room that was published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PublishedRoom {
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// Where it was published: what was said before is not shown.
    pub since: Seq,
    /// Whether it is shown now.
    pub shown: bool,
    /// Why it is not shown now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub why: Option<String>,
}

/// One operation of the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperationInfo {
    /// Its name, such as `message.post`.
    #[schemars(with = "crate::closed::Code")]
    pub name: String,
    /// `command` or `query`.
    #[schemars(with = "crate::closed::Code")]
    pub kind: String,
    /// What it does.
    #[schemars(with = "crate::closed::Ours")]
    pub doc: String,
    /// The permission it needs.
    pub permission: Option<crate::permission::Permission>,
    /// Its method in REST.
    #[schemars(with = "crate::closed::Code")]
    pub method: String,
    /// Its path in REST.
    #[schemars(with = "crate::closed::Code")]
    pub path: String,
    /// An example of its input.
    #[schemars(extend("format" = "ours"))]
    pub example: serde_json::Value,
}
