//! What the state remembers of each noun. Plain records; the rules are in the nouns' modules.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::events::{CredentialKind, History, Kind, RoomAccess, RoomKind, Trust, Visibility};
use mesh_model::permission::Preset;
use mesh_model::time::raw;
use mesh_model::{
    CapabilitySet, CredentialId, GroupId, InviteId, MeshId, Millis, ParticipantId, PermissionSet,
    PublicKey, RoomId, Seq, SessionId, VaultId,
};
use serde::{Deserialize, Serialize};

use crate::policy::PolicyRecord;

/// The mesh itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mesh {
    /// Its id.
    pub id: MeshId,
    /// Its name.
    pub name: String,
    /// The vault that belongs to the log.
    pub vault: VaultId,
    /// The key that signs checkpoints.
    pub node_key: PublicKey,
    /// The owner; absent only between the first two events.
    pub owner: Option<ParticipantId>,
    /// The room in which everybody listens.
    pub broadcast: Option<RoomId>,
}

/// A participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// Its id.
    pub id: ParticipantId,
    /// What kind it is.
    pub kind: Kind,
    /// Its unique handle.
    pub handle: String,
    /// Who made it; absent for the owner only.
    pub parent: Option<ParticipantId>,
    /// The keys it signs or signed with, in the order it got them.
    pub keys: Vec<Key>,
    /// Who registered it, if not its parent: that one hands over its first token.
    pub registrar: Option<ParticipantId>,
    /// How far its words are trusted.
    pub trust: Trust,
    /// Who may see it in lists.
    pub visibility: Visibility,
    /// Its roles, sorted.
    pub roles: Vec<String>,
    /// A user's role: such a participant signs in with a password.
    pub user: Option<Preset>,
    /// The credential by which its password was set: the user may act no longer than that.
    pub maker: Option<CredentialId>,
    /// Set while it may do nothing.
    pub disabled: Option<Disabled>,
    /// The place in the log where it began.
    pub since: Seq,
}

impl Participant {
    /// Whether it may act, as far as it alone is concerned.
    pub fn is_enabled(&self) -> bool {
        self.disabled.is_none()
    }
}

/// A key that a participant signs or signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The key.
    pub key: PublicKey,
    /// Where it was added.
    pub since: Seq,
    /// Where it was revoked, if it was.
    pub revoked: Option<Seq>,
}

impl Key {
    /// A key that holds from here on.
    pub fn new(key: PublicKey, since: Seq) -> Key {
        Key {
            key,
            since,
            revoked: None,
        }
    }
}

/// That a participant was disabled, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disabled {
    /// Who did it; absent for the node.
    pub by: Option<ParticipantId>,
}

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

/// A room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// What it is for.
    pub kind: RoomKind,
    /// Its unique name; direct conversations have none.
    pub name: Option<String>,
    /// The group whose conversation it is.
    pub group: Option<GroupId>,
    /// Who holds every capability in it.
    pub creator: Option<ParticipantId>,
    /// Who can find and join it.
    pub access: RoomAccess,
    /// What newcomers may read.
    pub history: History,
    /// What a member may do unless set otherwise.
    pub defaults: CapabilitySet,
    /// Where the defaults were set.
    pub defaults_seq: Seq,
    /// The rules its creator set.
    pub policy: Option<Arc<PolicyRecord>>,
    /// Seconds between two messages of one participant; 0 without slow mode.
    pub slow_mode: u32,
    /// Where slow mode was set.
    pub slow_mode_seq: Seq,
    /// Whether nothing said here may be erased.
    pub hold: bool,
    /// What was said up to here is erased: its time is over.
    pub expired: Seq,
    /// Who may not speak.
    pub muted: OrdMap<ParticipantId, Mute>,
    /// Who may not be a member, and where that was set.
    pub banned: OrdMap<ParticipantId, Seq>,
    /// Read only.
    pub archived: bool,
    /// Who is in it. In the broadcast room only those for whom something else than the defaults is set.
    pub members: OrdMap<ParticipantId, Member>,
    /// The place in the log where it began.
    pub since: Seq,
}

impl Room {
    /// Whether everybody on the mesh may know that it exists.
    pub fn is_listed(&self) -> bool {
        self.access != RoomAccess::Private
    }
}

/// A participant's membership of one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The place in the log where it joined.
    pub since: Seq,
    /// What it may do; absent: the room's defaults.
    pub capabilities: Option<CapabilitySet>,
    /// Where that was set; 0 if it never was.
    pub set: Seq,
}

impl Member {
    /// A member like any other.
    pub fn new(since: Seq) -> Member {
        Member {
            since,
            capabilities: None,
            set: Seq::ZERO,
        }
    }
}

/// That somebody may not speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mute {
    /// Until when; absent: until somebody ends it.
    #[serde(with = "raw")]
    pub until: Option<Millis>,
    /// Where it was set.
    pub seq: Seq,
}

/// A secret's place in the log; its value is in the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Counts from 1 up.
    pub version: u32,
    /// Where the value was set.
    pub seq: Seq,
}

/// A token or API key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// What kind.
    pub kind: CredentialKind,
    /// Who acts by it.
    pub participant: ParticipantId,
    /// Who issued it; absent for those that invites gave.
    pub issuer: Option<ParticipantId>,
    /// The credential by which it was made; absent if the owner's hand or a user's did it.
    pub maker: Option<CredentialId>,
    /// What it may ask for.
    pub permissions: PermissionSet,
    /// When it stops by itself.
    #[serde(with = "raw")]
    pub expires: Option<Millis>,
    /// Requests a minute.
    pub per_minute: Option<u32>,
    /// Requests a day.
    pub per_day: Option<u32>,
    /// It is valid no more.
    pub revoked: bool,
}

impl Credential {
    /// Whether its time is over.
    pub fn is_expired(&self, now: Millis) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

/// An invite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// Who made it and becomes the newcomers' parent.
    pub creator: Option<ParticipantId>,
    /// The credential by which it was made; absent if the owner's hand or a user's did it.
    pub maker: Option<CredentialId>,
    /// What kind of participant it makes.
    pub kind: Kind,
    /// What newcomers' tokens may ask for.
    pub permissions: PermissionSet,
    /// How many may come.
    pub uses: u32,
    /// When it ends by itself.
    #[serde(with = "raw")]
    pub expires: Option<Millis>,
    /// The room newcomers are in at once.
    pub room: Option<RoomId>,
    /// How far newcomers are trusted.
    pub trust: Trust,
    /// It can be used no more.
    pub revoked: bool,
    /// Who came, by the newcomer's key.
    pub redeemed: OrdMap<PublicKey, ParticipantId>,
}

impl Invite {
    /// How many more may come.
    pub fn uses_left(&self) -> u32 {
        let used = u32::try_from(self.redeemed.len()).unwrap_or(u32::MAX);
        self.uses.saturating_sub(used)
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Millis) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

/// An open session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub participant: ParticipantId,
    /// The credential that opened it, if it was one.
    pub credential: Option<CredentialId>,
    /// The place in the log where it began.
    pub since: Seq,
}

/// A registered kind of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventType {
    /// Its name.
    pub name: String,
    /// The newest version of its schema; all from 1 on are valid.
    pub version: u32,
    /// The place in the log that holds the newest schema.
    pub since: Seq,
}
