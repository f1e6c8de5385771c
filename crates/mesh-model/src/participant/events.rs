//! Participants: people, agents, bots, bridges; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{ParticipantId, PublicKey};

events! { Participant ParticipantFacts
    Registered(it: ParticipantRegistered) "participant.registered" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: Data(Profile),
        erased: Erased::Never,
        trust: Some(it.trust),
    }
    Updated(it: ParticipantUpdated) "participant.updated" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: Data(Profile),
        erased: Erased::Never,
    }
    RolesSet(it: ParticipantRolesSet) "participant.roles_set" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: None,
        erased: Erased::Never,
        free: ["/roles/*"],
    }
    Disabled(it: ParticipantDisabled) "participant.disabled" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Enabled(it: ParticipantEnabled) "participant.enabled" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: None,
        erased: Erased::Never,
    }
    TrustSet(it: ParticipantTrustSet) "participant.trust_set" / 1 {
        room: None,
        sees: Participant(it.participant),
        words: None,
        erased: Erased::Never,
    }
}

/// What kind of participant.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A person.
    Human,
    /// A program that thinks: usually one with a language model behind it.
    Agent,
    /// A program that follows rules.
    Bot,
    /// A program that relays for others.
    Bridge,
}

impl Kind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Human => "human",
            Kind::Agent => "agent",
            Kind::Bot => "bot",
            Kind::Bridge => "bridge",
        }
    }
}

/// How far a participant's words are trusted. Derived from where it comes from, never claimed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// From outside, unproven.
    Untrusted,
    /// From a verified peer mesh.
    Federated,
    /// Registered on this node.
    Local,
    /// The owner of this node.
    Owner,
}

impl Trust {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Trust::Untrusted => "untrusted",
            Trust::Federated => "federated",
            Trust::Local => "local",
            Trust::Owner => "owner",
        }
    }

    /// What facts mean that say nothing of trust: serde's default for such a field.
    pub(crate) fn local() -> Trust {
        Trust::Local
    }

    /// Whether a fact need not say it, by reference as serde asks.
    pub(crate) fn is_local(&self) -> bool {
        *self == Trust::Local
    }
}

/// Who may see a participant in lists.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody on the mesh.
    #[default]
    Public,
    /// Those who share a room with it.
    Room,
    /// Only itself, its parents and the owner.
    Hidden,
}

/// Who may bring a participant into a room. Whoever may not can invite it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum AddedBy {
    /// Itself alone.
    Nobody,
    /// Itself and those above it: who made it, who made that one, and so on. How programs begin.
    Above,
    /// People of this mesh too, whose trust is at least `local`. How people begin.
    People,
}

impl AddedBy {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            AddedBy::Nobody => "nobody",
            AddedBy::Above => "above",
            AddedBy::People => "people",
        }
    }
}

/// A participant exists from here on. Content: [`crate::api::Profile`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantRegistered {
    /// The participant.
    pub participant: ParticipantId,
    /// What kind it is.
    pub kind: Kind,
    /// Its unique handle.
    #[schemars(with = "crate::closed::Name")]
    pub handle: String,
    /// The human or agent that made it; absent for the owner only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParticipantId>,
    /// Its public key, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// Its trust, fixed at acceptance.
    pub trust: Trust,
    /// Who may see it.
    pub visibility: Visibility,
}

/// Visibility or profile changed. Content: [`crate::api::Profile`], whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantUpdated {
    /// The participant.
    pub participant: ParticipantId,
    /// Who may see it from here on.
    pub visibility: Visibility,
    /// Who may bring it into rooms from here on; absent: as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_by: Option<AddedBy>,
}

/// Its roles changed: free labels, such as `reviewer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantRolesSet {
    /// The participant.
    pub participant: ParticipantId,
    /// All its roles from here on, sorted.
    #[schemars(with = "Vec<crate::Told>")]
    pub roles: Vec<String>,
}

/// It may do nothing from here on; its credentials rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantDisabled {
    /// The participant.
    pub participant: ParticipantId,
}

/// It may act again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantEnabled {
    /// The participant.
    pub participant: ParticipantId,
}

/// How far a participant's words are trusted from here on. What it said before keeps its trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantTrustSet {
    /// The participant.
    pub participant: ParticipantId,
    /// Its trust.
    pub trust: Trust,
}
