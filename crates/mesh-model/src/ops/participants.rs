//! Participants, presence, sessions, groups.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST participant_operations
    /// List participants one may see, best match first.
    ParticipantList "participant.list" {
        Query Needs::Permission(AgentsRead), Get "/api/participants" => 200,
        ParticipantListInput => List<Participant>,
        tool "mesh_who",
        example r#"{"kind": "agent"}"#
    }
    /// Look at one participant.
    ParticipantGet "participant.get" {
        Query Needs::Permission(AgentsRead), Get "/api/participants/{participant}" => 200,
        ParticipantRefInput => Participant,
        example r#"{"participant": "rex"}"#
    }
    /// Register an agent, bot, bridge or human under the caller and issue its token.
    AgentRegister "agent.register" {
        Command Needs::Permission(AgentsWrite), Post "/api/agents/{agent}/register" => 201,
        AgentRegisterInput => Registered,
        example r#"{"agent": "milo", "kind": "agent", "preset": "worker"}"#
    }
    /// Keep an agent's presence alive without a connection. A beat lasts 90 seconds.
    AgentHeartbeat "agent.heartbeat" {
        Command Needs::Credential, Post "/api/agents/{agent}/heartbeat" => 200,
        HeartbeatInput => Presence,
        example r#"{"agent": "owner", "state": "busy", "summary": "reading the log"}"#
    }
    /// Change a participant's profile or visibility: one's own, or any with agents:admin.
    ParticipantUpdate "participant.update" {
        Command Needs::Credential, Patch "/api/participants/{participant}" => 200,
        ParticipantUpdateInput => Done,
        example r#"{"participant": "rex", "profile": {"display_name": "Rex", "about": "reads code", "skills": ["rust"]}}"#
    }
    /// Set a participant's roles.
    RolesSet "participant.roles" {
        Command Needs::Permission(AgentsAdmin), Put "/api/participants/{participant}/roles" => 200,
        RolesSetInput => Done,
        example r#"{"participant": "rex", "roles": ["reviewer"]}"#
    }
    /// Disable a participant: its credentials rest and its sessions end at once.
    ParticipantDisable "participant.disable" {
        Command Needs::Permission(AgentsAdmin), Post "/api/participants/{participant}/disable" => 200,
        ParticipantRefInput => Done,
        example r#"{"participant": "milo"}"#
    }
    /// Enable a participant again.
    ParticipantEnable "participant.enable" {
        Command Needs::Permission(AgentsAdmin), Post "/api/participants/{participant}/enable" => 200,
        ParticipantRefInput => Done,
        example r#"{"participant": "milo"}"#
    }
    /// See how present everybody is whom one may see.
    PresenceList "presence.list" {
        Query Needs::Permission(AgentsRead), Get "/api/presence" => 200,
        NoInput => List<PresenceOf>,
        example "{}"
    }
    /// Say how present one is and what one is doing.
    PresenceSet "presence.set" {
        Command Needs::Credential, Put "/api/presence" => 200,
        PresenceSetInput => Presence,
        tool "mesh_presence",
        example r#"{"state": "busy", "summary": "reviewing the parser"}"#
    }
    /// Open a session, or go on with one's own.
    SessionOpen "session.open" {
        Command Needs::Credential, Post "/api/sessions" => 201,
        SessionOpenInput => SessionOpened,
        example r#"{"client": {"name": "example", "cwd": "/src"}}"#
    }
    /// Close one of one's own sessions.
    SessionClose "session.close" {
        Command Needs::Credential, Delete "/api/sessions/{session}" => 200,
        SessionRefInput => Done,
        example r#"{"session": "$session"}"#
    }
    /// List sessions of participants one may see.
    SessionList "session.list" {
        Query Needs::Permission(AgentsRead), Get "/api/sessions" => 200,
        SessionListInput => List<Session>,
        example r#"{"ended": true}"#
    }
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
