//! Groups of participants: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::ids::RoomId;

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Its unique name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Its conversation.
    pub room: RoomId,
    /// Its members.
    pub members: Vec<ParticipantRef>,
}

/// Set up a group; its conversation is a room of the same members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupCreateInput {
    /// Its unique name.
    pub name: String,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRefInput {
    /// The group's name.
    pub group: String,
}

/// One member of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberInput {
    /// The group's name.
    pub group: String,
    /// The participant: id or handle.
    pub participant: String,
}
