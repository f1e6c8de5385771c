//! Participants: people, agents, bots, bridges; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Participant
    /// Set how far a participant is trusted from here on. What it said before keeps its trust.
    ParticipantTrust "participant.trust" {
        Command Needs::Owner, Put "/api/participants/{participant}/trust" => 200,
        TrustSetInput => Done,
        example r#"{"participant": "rex", "trust": "local"}"#
    }
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
    /// Say who stands behind a participant, and in which rooms it may do what now.
    ParticipantStanding "participant.standing" {
        Query Needs::Permission(AgentsRead), Get "/api/participants/{participant}/standing" => 200,
        ParticipantRefInput => Standing,
        example r#"{"participant": "rex"}"#
    }
    /// Register an agent, bot or bridge under the caller and issue its token. People come by an invite or as users.
    AgentRegister "agent.register" {
        Command Needs::Permission(AgentsWrite), Post "/api/agents/{agent}/register" => 201,
        AgentRegisterInput => Registered,
        example r#"{"agent": "milo", "kind": "agent", "preset": "worker"}"#
    }
    /// Keep an agent's presence alive without a connection. A beat lasts 90 seconds.
    AgentHeartbeat "agent.heartbeat" {
        Command Needs::Credential, Post "/api/agents/{agent}/heartbeat" => 200,
        HeartbeatInput => PresenceTold,
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
    /// Say who the caller is and what it may do.
    MeGet "me.get" {
        Query Needs::Credential, Get "/api/me" => 200,
        NoInput => Me,
        example "{}"
    }
}
