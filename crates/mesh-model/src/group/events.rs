//! Groups of participants: what the log remembers.

use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, ParticipantId};

/// A group exists from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupCreated {
    /// The group.
    pub group: GroupId,
    /// Its unique name.
    pub name: String,
}

/// The group is gone; its name is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupDeleted {
    /// The group.
    pub group: GroupId,
}

/// A participant is in the group from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberAdded {
    /// The group.
    pub group: GroupId,
    /// The participant.
    pub participant: ParticipantId,
}

/// A participant is no longer in the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberRemoved {
    /// The group.
    pub group: GroupId,
    /// The participant.
    pub participant: ParticipantId,
}
