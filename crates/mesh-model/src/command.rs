//! Commands: what the core decides. The door makes them from requests: names are resolved,
//! fresh ids drawn, evidence attached. `decide` needs nothing else but the state.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::capability::CapabilitySet;
use crate::events::{
    CommandKey, CredentialKind, History, Kind, MessageHeader, Priority, RoomAccess, RoomKind,
    SessionEnd, Visibility,
};
use crate::ids::{
    CredentialId, GroupId, InviteId, MeshId, ParticipantId, PublicKey, RoomId, SessionId, VaultId,
};
use crate::permission::{Permission, PermissionSet, Preset};
use crate::time::Millis;

/// Who acts, and by what. Stored with each event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Actor {
    /// The node itself: expiry, first start, aggregated refusals.
    Node,
    /// The owner's token or the owner's browser.
    Owner(ParticipantId),
    /// A user's browser.
    User(ParticipantId),
    /// A token or API key of a participant.
    Credential(ParticipantId, CredentialId),
    /// Somebody who holds an invite's code and nothing else yet.
    Invite(InviteId),
}

impl Actor {
    /// The participant that acts, if it is one.
    pub fn participant(self) -> Option<ParticipantId> {
        match self {
            Actor::Owner(id) | Actor::User(id) | Actor::Credential(id, _) => Some(id),
            Actor::Node | Actor::Invite(_) => None,
        }
    }
}

/// What `decide` knows besides state and command.
#[derive(Debug, Clone, Copy)]
pub struct Ctx {
    /// The present moment; never earlier than the last event's.
    pub now: Millis,
    /// Who asks.
    pub actor: Actor,
    /// The permission the operation's declaration names; `None` needs no permission
    /// (redeeming an invite, the node's own work).
    pub requires: Option<Permission>,
    /// The client's idempotency key, hashed.
    pub key: Option<CommandKey>,
}

/// Erasable content exactly as it will be stored.
pub type Content = Option<Box<RawValue>>;

/// One thing that somebody wants to happen.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum Command {
    /// Only on an empty log: creates the mesh, the owner, the rooms `general` (owner in it) and `broadcast`.
    CreateMesh {
        mesh: MeshId,
        name: String,
        vault: VaultId,
        node_key: PublicKey,
        owner: ParticipantId,
        owner_handle: String,
        general: RoomId,
        broadcast: RoomId,
        profile: Content,
    },
    ReplaceVault {
        vault: VaultId,
        node_key: PublicKey,
    },
    RecordRefused {
        participant: Option<ParticipantId>,
        operation: String,
        code: String,
        count: u32,
        minute: Millis,
    },

    RegisterParticipant {
        participant: ParticipantId,
        kind: Kind,
        handle: String,
        parent: Option<ParticipantId>,
        key: Option<PublicKey>,
        visibility: Visibility,
        profile: Content,
    },
    UpdateParticipant {
        participant: ParticipantId,
        visibility: Option<Visibility>,
        profile: Content,
    },
    SetRoles {
        participant: ParticipantId,
        roles: Vec<String>,
    },
    DisableParticipant {
        participant: ParticipantId,
    },
    EnableParticipant {
        participant: ParticipantId,
    },
    /// Registers a human and makes it a user.
    CreateUser {
        participant: ParticipantId,
        handle: String,
        role: Preset,
        profile: Content,
    },
    SetUserRole {
        participant: ParticipantId,
        role: Preset,
    },
    ChangePassword {
        participant: ParticipantId,
    },

    /// Also creates the group's room.
    CreateGroup {
        group: GroupId,
        name: String,
        room: RoomId,
    },
    DeleteGroup {
        group: GroupId,
    },
    AddToGroup {
        group: GroupId,
        participant: ParticipantId,
    },
    RemoveFromGroup {
        group: GroupId,
        participant: ParticipantId,
    },

    CreateRoom {
        room: RoomId,
        kind: RoomKind,
        name: Option<String>,
        access: RoomAccess,
        history: Option<History>,
        defaults: Option<CapabilitySet>,
        members: Vec<ParticipantId>,
        text: Content,
    },
    UpdateRoom {
        room: RoomId,
        name: Option<String>,
        text: Content,
    },
    ArchiveRoom {
        room: RoomId,
    },
    RestoreRoom {
        room: RoomId,
    },
    JoinRoom {
        room: RoomId,
    },
    AddMember {
        room: RoomId,
        participant: ParticipantId,
    },
    LeaveRoom {
        room: RoomId,
    },
    RemoveMember {
        room: RoomId,
        participant: ParticipantId,
    },
    SetMemberCapabilities {
        room: RoomId,
        participant: ParticipantId,
        capabilities: Option<CapabilitySet>,
    },
    SetRoomDefaults {
        room: RoomId,
        capabilities: CapabilitySet,
    },

    PostMessage {
        room: RoomId,
        mentions: Vec<ParticipantId>,
        priority: Priority,
        reply_to: Option<MessageHeader>,
        /// Name and version of the schema the door checked the payload against.
        payload_type: Option<(String, u32)>,
        body: Content,
    },
    EditMessage {
        message: MessageHeader,
        mentions: Vec<ParticipantId>,
        body: Content,
    },
    DeleteMessage {
        message: MessageHeader,
    },

    OpenSession {
        session: SessionId,
        client: Content,
    },
    CloseSession {
        session: SessionId,
        reason: SessionEnd,
    },

    IssueCredential {
        credential: CredentialId,
        kind: CredentialKind,
        participant: ParticipantId,
        permissions: PermissionSet,
        expires: Option<Millis>,
        per_minute: Option<u32>,
        per_day: Option<u32>,
        label: Content,
    },
    RevokeCredential {
        credential: CredentialId,
    },

    CreateInvite {
        invite: InviteId,
        kind: Kind,
        permissions: PermissionSet,
        uses: u32,
        expires: Option<Millis>,
        room: Option<RoomId>,
        label: Content,
    },
    /// Registers the newcomer, joins the invite's room and issues its token, once per key:
    /// a retry with the same key issues a fresh token for the same participant.
    RedeemInvite {
        invite: InviteId,
        participant: ParticipantId,
        handle: String,
        key: PublicKey,
        credential: CredentialId,
        profile: Content,
        label: Content,
    },
    RevokeInvite {
        invite: InviteId,
    },

    RegisterEventType {
        name: String,
        schema: Content,
    },
    PublishEvent {
        room: RoomId,
        name: String,
        version: u32,
        body: Content,
    },
}
