//! What a participant may do in a room. A capability belongs to the room, a
//! [`Permission`](crate::Permission) to the credential; both must allow.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One of the seven things a room can allow.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Post messages and events.
    Speak,
    /// Receive messages and events, read history, see who is here.
    Listen,
    /// Run commands that other participants trigger.
    Execute,
    /// Manage members and the room itself, delete others' messages.
    Moderate,
    /// Relay messages to or from other rooms and meshes.
    Bridge,
    /// Read shared data and files.
    DataRead,
    /// Change shared data and files.
    DataWrite,
}

impl Capability {
    /// All of them, in the order they are listed everywhere.
    pub const ALL: [Capability; 7] = [
        Capability::Speak,
        Capability::Listen,
        Capability::Execute,
        Capability::Moderate,
        Capability::Bridge,
        Capability::DataRead,
        Capability::DataWrite,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Capability::Speak => "speak",
            Capability::Listen => "listen",
            Capability::Execute => "execute",
            Capability::Moderate => "moderate",
            Capability::Bridge => "bridge",
            Capability::DataRead => "data-read",
            Capability::DataWrite => "data-write",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Capability {
    type Err = crate::BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Capability::ALL.into_iter().find(|c| c.name() == text);
        found.ok_or_else(|| crate::BadId {
            what: "capability",
            given: text.to_owned(),
        })
    }
}

/// A set of capabilities; a list of names in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Vec<Capability>", into = "Vec<Capability>")]
#[schemars(with = "Vec<Capability>")]
pub struct CapabilitySet(u8);

impl CapabilitySet {
    /// Nothing.
    pub const NONE: CapabilitySet = CapabilitySet(0);
    /// Everything.
    pub const ALL: CapabilitySet = CapabilitySet(0x7f);

    /// What a member of an ordinary room may do: talk, hear, share data.
    pub fn member() -> CapabilitySet {
        [
            Capability::Speak,
            Capability::Listen,
            Capability::DataRead,
            Capability::DataWrite,
        ]
        .into_iter()
        .collect()
    }

    /// What everybody may do in a broadcast room.
    pub fn listener() -> CapabilitySet {
        [Capability::Listen, Capability::DataRead]
            .into_iter()
            .collect()
    }

    /// Whether `capability` is in the set.
    pub fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }

    /// The set with `capability` added.
    pub const fn with(self, capability: Capability) -> CapabilitySet {
        CapabilitySet(self.0 | (1 << capability as u8))
    }

    /// What is in this set or in the other.
    pub fn or(self, other: CapabilitySet) -> CapabilitySet {
        CapabilitySet(self.0 | other.0)
    }

    /// What is in both.
    pub fn and(self, other: CapabilitySet) -> CapabilitySet {
        CapabilitySet(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    pub fn without(self, other: CapabilitySet) -> CapabilitySet {
        CapabilitySet(self.0 & !other.0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every member of this set is in `other`.
    pub fn within(self, other: CapabilitySet) -> bool {
        self.0 & !other.0 == 0
    }

    /// The members, in order.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |c| self.has(*c))
    }
}

impl FromIterator<Capability> for CapabilitySet {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        capabilities
            .into_iter()
            .fold(CapabilitySet::NONE, CapabilitySet::with)
    }
}

impl From<Vec<Capability>> for CapabilitySet {
    fn from(list: Vec<Capability>) -> Self {
        list.into_iter().collect()
    }
}

impl From<CapabilitySet> for Vec<Capability> {
    fn from(set: CapabilitySet) -> Self {
        set.iter().collect()
    }
}

impl fmt::Debug for CapabilitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
