//! A room's rules, and why something is allowed or refused: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{InfluenceView, ParticipantRef, SourceView};
use crate::capability::Capability;
use crate::ids::{RoomId, Seq};
use crate::policy::{Policy, Ruling};
use crate::time::Millis;

/// A room's policy as it holds now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyView {
    /// The room.
    pub room: RoomId,
    /// Counts from 1 up; 0 while no policy was ever set.
    pub version: u32,
    /// The rules.
    pub policy: Policy,
    /// What somebody who is not trusted wrote into it freely, for programs: in an envelope, and empty in `policy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<crate::Told>,
    /// Who set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_by: Option<ParticipantRef>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_at: Option<Millis>,
    /// Where in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// Seconds between two messages of one participant; 0 without slow mode.
    pub slow_mode: u32,
    /// Whether a legal hold keeps everything said here.
    pub hold: bool,
}

/// Set a room's policy, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicySetInput {
    /// The room: id or name.
    pub room: String,
    /// The rules.
    pub policy: Policy,
    /// The version that was changed; another one in the meantime is refused. Absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<u32>,
    /// Set it even if nobody but the room's creator could speak or hear any more.
    #[serde(default)]
    pub force: bool,
}

/// The policy holds from its place in the log on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicySet {
    /// The version it has.
    pub version: u32,
    /// The place in the log.
    pub seq: Seq,
}

/// Something one may want to do in a room.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Post a message.
    Speak,
    /// Read messages and events.
    Listen,
    /// Run commands that others ask for.
    Execute,
    /// Ask others to run a command.
    Command,
    /// Manage members and messages.
    Moderate,
    /// Bring messages from elsewhere.
    Bridge,
    /// Read shared data.
    DataRead,
    /// Change shared data.
    DataWrite,
    /// Become a member.
    Join,
    /// Change the rules.
    SetPolicy,
}

impl Deed {
    /// All of them.
    pub const ALL: [Deed; 10] = [
        Deed::Speak,
        Deed::Listen,
        Deed::Execute,
        Deed::Command,
        Deed::Moderate,
        Deed::Bridge,
        Deed::DataRead,
        Deed::DataWrite,
        Deed::Join,
        Deed::SetPolicy,
    ];

    /// The capability it needs, if it is one.
    pub fn capability(self) -> Option<Capability> {
        Some(match self {
            Deed::Speak | Deed::Command => Capability::Speak,
            Deed::Listen => Capability::Listen,
            Deed::Execute => Capability::Execute,
            Deed::Moderate => Capability::Moderate,
            Deed::Bridge => Capability::Bridge,
            Deed::DataRead => Capability::DataRead,
            Deed::DataWrite => Capability::DataWrite,
            Deed::Join | Deed::SetPolicy => return None,
        })
    }

    /// What is done with a capability.
    pub fn of(capability: Capability) -> Deed {
        match capability {
            Capability::Speak => Deed::Speak,
            Capability::Listen => Deed::Listen,
            Capability::Execute => Deed::Execute,
            Capability::Moderate => Deed::Moderate,
            Capability::Bridge => Deed::Bridge,
            Capability::DataRead => Deed::DataRead,
            Capability::DataWrite => Deed::DataWrite,
        }
    }

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Deed::Speak => "speak",
            Deed::Listen => "listen",
            Deed::Execute => "execute",
            Deed::Command => "command",
            Deed::Moderate => "moderate",
            Deed::Bridge => "bridge",
            Deed::DataRead => "data_read",
            Deed::DataWrite => "data_write",
            Deed::Join => "join",
            Deed::SetPolicy => "set_policy",
        }
    }
}

/// Ask what somebody may do in a room, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainInput {
    /// The room: id or name.
    pub room: String,
    /// Who: id or handle.
    pub participant: String,
    /// What; absent: everything there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Deed>,
}

/// Ask the same of a policy that is not set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyTryInput {
    /// The room: id or name.
    pub room: String,
    /// The rules to try.
    pub policy: Policy,
    /// Who: id or handle.
    pub participant: String,
}

/// What somebody may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanations {
    /// Who.
    pub participant: ParticipantRef,
    /// The policy's version; 0 without one.
    pub version: u32,
    /// One answer a deed.
    pub items: Vec<Explanation>,
    /// Of a program: what each of its contexts has read, and what follows for what it does here. For itself, those above it
    /// and whoever holds agents:admin; empty for others, and before anybody is held to anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<ContextExplained>,
}

/// What a context has read, and what it does not do in a room by itself because of that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContextExplained {
    /// What it has read, since when, and how far that is trusted.
    pub read: InfluenceView,
    /// What it does not do here by itself.
    pub withheld: Vec<Withheld>,
    /// The same in a sentence, with what to do.
    #[schemars(with = "crate::closed::Ours")]
    pub text: String,
}

/// A kind of act that a context does not do by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Withheld {
    /// What decided: its name is that of the kind in a policy, such as `influence.speak`; `asks` says whether a person
    /// may release it.
    pub rule: Ruling,
    /// What stands against it.
    pub sources: Vec<SourceView>,
}

/// Whether somebody may do something, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What.
    pub action: Deed,
    /// Whether it is allowed.
    pub allowed: bool,
    /// What decided.
    pub rule: Ruling,
    /// The same in a sentence.
    #[schemars(with = "crate::closed::Ours")]
    pub text: String,
}
