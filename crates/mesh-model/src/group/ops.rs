//! Groups of participants: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Group
    /// List groups.
    GroupList "group.list" {
        Query Needs::Permission(AgentsRead), Get "/api/groups" => 200,
        NoInput => List<Group>,
        example "{}"
    }
    /// Set up a group; its conversation is a room of the same members.
    GroupCreate "group.create" {
        Command Needs::Permission(AgentsAdmin), Post "/api/groups" => 201,
        GroupCreateInput => Group,
        example r#"{"name": "reviewers"}"#
    }
    /// Delete a group. Its conversation is archived.
    GroupDelete "group.delete" {
        Command Needs::Permission(AgentsAdmin), Delete "/api/groups/{group}" => 200,
        GroupRefInput => Done,
        example r#"{"group": "reviewers"}"#
    }
    /// Put a participant into a group.
    GroupAdd "group.add" {
        Command Needs::Permission(AgentsAdmin), Put "/api/groups/{group}/members/{participant}" => 200,
        GroupMemberInput => Done,
        example r#"{"group": "maintainers", "participant": "rex"}"#
    }
    /// Take a participant out of a group.
    GroupRemove "group.remove" {
        Command Needs::Permission(AgentsAdmin), Delete "/api/groups/{group}/members/{participant}" => 200,
        GroupMemberInput => Done,
        example r#"{"group": "maintainers", "participant": "rex"}"#
    }
}
