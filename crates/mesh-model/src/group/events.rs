//! Groups of participants: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{GroupId, ParticipantId};

events! { Group GroupFacts
    Created(it: GroupCreated) "group.created" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
    Deleted(it: GroupDeleted) "group.deleted" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
    MemberAdded(it: GroupMemberAdded) "group.member_added" / 1 {
        room: None,
        sees: GroupMember(it.group, it.participant),
        words: None,
        erased: Erased::Never,
    }
    MemberRemoved(it: GroupMemberRemoved) "group.member_removed" / 1 {
        room: None,
        sees: GroupMember(it.group, it.participant),
        words: None,
        erased: Erased::Never,
    }
}

/// A group exists from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupCreated {
    /// The group.
    pub group: GroupId,
    /// Its unique name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
}

/// The group is gone; its name is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupDeleted {
    /// The group.
    pub group: GroupId,
}

/// A participant is in the group from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberAdded {
    /// The group.
    pub group: GroupId,
    /// The participant.
    pub participant: ParticipantId,
}

/// A participant is no longer in the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberRemoved {
    /// The group.
    pub group: GroupId,
    /// The participant.
    pub participant: ParticipantId,
}
