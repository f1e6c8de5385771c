//! Participants: people, agents, bots, bridges; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ParticipantRef, PresenceState, PresenceTold};
use crate::capability::CapabilitySet;
use crate::events::{AddedBy, Kind, Trust, Visibility};
use crate::ids::{CredentialId, ParticipantId, PublicKey, RoomId, Seq};
use crate::permission::{PermissionSet, Preset};
use crate::time::Millis;
use crate::told::Told;

/// Whose keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantNameInput {
    /// Who: id or handle.
    pub participant: String,
}

/// Set how far a participant is trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustSetInput {
    /// Who: id or handle.
    pub participant: String,
    /// `untrusted`, `federated` or `local`.
    pub trust: Trust,
}

/// What a participant says of itself. Erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name people read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// A few words about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What it can do, in words others search for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
}

/// What a participant says of itself, as its reader gets it. In an envelope all of it stands in `about`: programs know
/// strangers by their handles.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileTold {
    /// The name people read.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub display_name: Told,
    /// A few words about it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub about: Told,
    /// What it can do, in words others search for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Told>,
}

/// A participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Participant {
    /// The participant.
    pub id: ParticipantId,
    /// Its handle, without @.
    #[schemars(with = "crate::closed::Name")]
    pub handle: String,
    /// What kind it is.
    pub kind: Kind,
    /// How far its words are trusted.
    pub trust: Trust,
    /// Who made it.
    pub parent: Option<ParticipantId>,
    /// The person who stands behind it: the nearest one above it, or itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<ParticipantRef>,
    /// Who may bring it into rooms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_by: Option<AddedBy>,
    /// Its public key; without one the node attests what it says.
    pub key: Option<PublicKey>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its roles.
    #[schemars(with = "Vec<crate::closed::Led>")]
    pub roles: Vec<String>,
    /// Its groups' names.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub groups: Vec<String>,
    /// Whether it was disabled.
    pub disabled: bool,
    /// What it says of itself.
    pub profile: ProfileTold,
    /// When it was registered.
    pub registered_at: Millis,
    /// Its presence now.
    pub presence: PresenceTold,
    /// Of one that was searched for: where the words were found, in their order, each place once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_in: Vec<FoundIn>,
}

/// Who answers for a participant, and what it may do now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// The participant.
    pub participant: ParticipantRef,
    /// The person who stands behind it: the nearest one above it, or itself; absent if the caller does not see it.
    pub behind: Option<ParticipantRef>,
    /// Who made it, who made that one, and so on; those the caller sees.
    pub above: Vec<ParticipantRef>,
    /// Who may bring it into rooms.
    pub added_by: AddedBy,
    /// The rooms it is in, as far as the caller may know of that, by name.
    pub rooms: Vec<StandingIn>,
}

/// What a participant may do in one room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StandingIn {
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// Whether it is a member there.
    pub member: bool,
    /// What it may do there now; `execute` only where the room and its own side agree.
    pub capabilities: CapabilitySet,
    /// What its own side said of running commands there; absent if it said nothing.
    pub agreed: Option<bool>,
    /// Who said so.
    pub agreed_by: Option<ParticipantRef>,
    /// Who answers there what its programs ask, beside those above it.
    pub answered_by: Vec<ParticipantRef>,
}

/// Keep an agent's session-less presence alive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatInput {
    /// The agent: id or handle. It must be the caller.
    pub agent: String,
    /// `idle`, `busy` or `dnd`; as it was if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PresenceState>,
    /// What it is doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// Register a participant, its parent being the caller, and issue its token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentRegisterInput {
    /// Its handle: a-z, 0-9 and '-', at most 40.
    pub agent: String,
    /// What kind it is; `agent` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Its public key, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// Whose it is, if not the caller's: id or handle. That one has to agree, by `parent_proof`,
    /// unless the caller holds agents:admin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The parent's signature of `mesh-parent/1`, the mesh's id, the parent's id and the new handle,
    /// each on a line of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_proof: Option<ParentProof>,
    /// What its token may ask for; `worker` if neither this nor `permissions` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// What its token may ask for, one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<PermissionSet>,
    /// Who may see it.
    #[serde(default)]
    pub visibility: Visibility,
    /// What it says of itself.
    #[serde(default, deserialize_with = "crate::common::object")]
    pub profile: Profile,
}

/// The participant exists and this is its token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Registered {
    /// The participant.
    pub id: ParticipantId,
    /// Its handle.
    #[schemars(with = "crate::closed::Name")]
    pub handle: String,
    /// The token's id.
    pub credential: CredentialId,
    /// The secret. Shown once; a replayed request does not show it again.
    #[schemars(with = "Option<crate::closed::Secret>")]
    pub token: Option<String>,
    /// The place in the log.
    pub seq: Seq,
}

/// List participants.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantListInput {
    /// Words that occur in handle, name, summary, roles, groups or skills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Only those who are connected.
    #[serde(default)]
    pub present: bool,
    /// Only those with this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Only those in this group, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only those who name this skill, whatever its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
    /// Only those who take work of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Only those whose presence is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PresenceState>,
}

/// Where a searched word was found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FoundIn {
    /// In the handle.
    Handle,
    /// In the name that people read.
    Name,
    /// In a role.
    Role,
    /// In a group's name.
    Group,
    /// In a skill.
    Skill,
    /// In a kind of work that it takes.
    Capability,
    /// In what it says that it does now.
    Summary,
    /// In what it says of itself.
    About,
}

/// One participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantRefInput {
    /// The participant: id or handle.
    pub participant: String,
}

/// Change a participant's profile or visibility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantUpdateInput {
    /// The participant: id or handle.
    pub participant: String,
    /// Who may see it from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Who may bring it into rooms from here on: `nobody`, `above` or `people`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_by: Option<AddedBy>,
    /// What it says of itself from here on, whole.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::common::object_or_null"
    )]
    pub profile: Option<Profile>,
}

/// Set a participant's roles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RolesSetInput {
    /// The participant: id or handle.
    pub participant: String,
    /// All its roles from here on.
    pub roles: Vec<String>,
}

/// Who the caller is and what it may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// The caller.
    pub participant: Participant,
    /// What this credential may ask for, after all limits.
    pub permissions: PermissionSet,
    /// Whether this is the mesh's owner.
    pub owner: bool,
}

/// That a parent agreed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParentProof {
    /// The parent's key.
    pub key: PublicKey,
    /// The signature.
    pub sig: crate::SignatureBytes,
}
