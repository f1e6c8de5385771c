//! What the state remembers of a group.

use imbl::OrdMap;
use mesh_model::{GroupId, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its unique name.
    pub name: String,
    /// Its conversation; absent only between the events that create both.
    pub room: Option<RoomId>,
    /// Who is in it and since when.
    pub members: OrdMap<ParticipantId, Seq>,
}
