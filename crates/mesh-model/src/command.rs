//! Commands: what the core decides. The door makes them from requests: names are resolved,
//! fresh ids drawn, evidence attached. `decide` needs nothing else but the state.

mod work;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use work::*;

use crate::capability::CapabilitySet;
use crate::events::{
    AddedBy, CommandKey, CredentialKind, Floor, History, Kind, MessageHeader, MessagePosted,
    Priority, Relayed, RequestLimits, RoomAccess, RoomKind, SessionEnd, Signed, Trust, Visibility,
};
use crate::ids::{
    CredentialId, GroupId, InviteId, MeshId, MessageId, ParticipantId, PublicKey, RoomId, Seq,
    SessionId, TaskId, VaultId,
};
use crate::permission::{Permission, PermissionSet, Preset};
use crate::policy::Policy;
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
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all commands are posts, the largest kind: a box would cost each of them an allocation"
)]
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
        /// The parent signed that it agrees; the door verified it by this key.
        agreed: Option<PublicKey>,
        key: Option<PublicKey>,
        visibility: Visibility,
        profile: Content,
    },
    UpdateParticipant {
        participant: ParticipantId,
        visibility: Option<Visibility>,
        added_by: Option<AddedBy>,
        profile: Content,
    },
    /// `replaces` is revoked at once. The door verified that the key's holder agreed.
    AddKey {
        participant: ParticipantId,
        key: PublicKey,
        replaces: Option<PublicKey>,
    },
    RevokeKey {
        participant: ParticipantId,
        key: PublicKey,
    },
    SetTrust {
        participant: ParticipantId,
        trust: Trust,
    },
    SetLimits {
        limits: RequestLimits,
    },
    SetFloor {
        floor: Floor,
    },
    SetSecret {
        name: String,
    },
    RemoveSecret {
        name: String,
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
    /// Replaces the whole policy. `expected` is the version that the asker changed; `force` sets
    /// one that leaves nobody but its creator able to speak or hear.
    SetRoomPolicy {
        room: RoomId,
        policy: Box<Policy>,
        expected: Option<u32>,
        force: bool,
    },
    SetSlowMode {
        room: RoomId,
        seconds: u32,
    },
    TransferRoom {
        room: RoomId,
        creator: ParticipantId,
    },
    SetHold {
        room: RoomId,
        hold: bool,
    },
    /// By the node: the room's retention is over for everything up to this place.
    ExpireRoom {
        room: RoomId,
        upto: Seq,
    },
    MuteMember {
        room: RoomId,
        participant: ParticipantId,
        until: Option<Millis>,
        reason: Content,
    },
    UnmuteMember {
        room: RoomId,
        participant: ParticipantId,
    },
    BanMember {
        room: RoomId,
        participant: ParticipantId,
        reason: Content,
    },
    UnbanMember {
        room: RoomId,
        participant: ParticipantId,
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
    InviteMember {
        room: RoomId,
        participant: ParticipantId,
    },
    /// By the invited one, or by somebody above it.
    AcceptInvitation {
        room: RoomId,
        participant: ParticipantId,
    },
    /// The same, or by a moderator who takes the invitation back.
    DeclineInvitation {
        room: RoomId,
        participant: ParticipantId,
    },
    AgreeExecution {
        room: RoomId,
        participant: ParticipantId,
        agreed: bool,
        answered_by: Vec<ParticipantId>,
    },
    LeaveRoom {
        room: RoomId,
    },
    RemoveMember {
        room: RoomId,
        participant: ParticipantId,
        reason: Content,
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
        /// Whether it asks others to run a command.
        command: bool,
        /// The messages it quotes, as the door read them.
        quotes: Vec<Quoted>,
        /// The author's signature and salt; the door verified it against the body's bytes.
        signed: Option<(Signed, [u8; 16])>,
        /// From where it is brought, if its sender only relays it.
        relayed: Option<Relayed>,
        /// What the door found out about the content.
        evidence: ContentEvidence,
        body: Content,
    },
    EditMessage {
        message: MessageHeader,
        mentions: Vec<ParticipantId>,
        evidence: ContentEvidence,
        body: Content,
    },
    DeleteMessage {
        message: MessageHeader,
        reason: Content,
    },
    /// Lets a message out of quarantine, or rejects it for good. `waiting` and `body` are what the
    /// door read in the log.
    ReviewMessage {
        message: MessageId,
        author: ParticipantId,
        waiting: Box<MessagePosted>,
        release: bool,
        reason: Content,
        body: Content,
    },
    /// Erases a message for good. `erased` are the places whose content belongs to it.
    RedactMessage {
        message: MessageHeader,
        erased: Vec<Seq>,
        reason: Content,
    },
    RescanMessage {
        message: MessageHeader,
        guard: Scanned,
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
        /// How far newcomers are trusted: `local`, or `untrusted` for guests.
        trust: Trust,
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
        evidence: ContentEvidence,
        body: Content,
    },

    Task(TaskCommand),
    Worker(WorkerCommand),
    Flow(FlowCommand),
    Context(ContextCommand),
    Memory(MemoryCommand),
    /// Somebody used a tool of the node's.
    RecordTool {
        tool: String,
        task: Option<TaskId>,
        ok: bool,
        took_ms: u32,
    },
    /// By the node, whenever `State::work().next_due()` has come: decides everything whose time it is.
    Tick,
}

/// What the door found out about a content, for the rules of its room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentEvidence {
    /// Bytes of text and payload as people count them.
    pub bytes: u32,
    /// Whether there is a structured payload.
    pub payload: bool,
    /// Whether the message that is changed asks others to run something.
    pub command: bool,
    /// The policy's version whose schema the payload matches.
    pub schema: Option<u32>,
    /// What the guard found, if it was asked.
    pub guard: Option<Scanned>,
}

/// What the guard found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    /// The version of its rules and weights.
    pub version: u32,
    /// How much it looks like an attack, in percent.
    pub score: u8,
    /// The names of what it found.
    pub reasons: Vec<String>,
}

/// A message that is quoted: its header and the rooms whose words are in it already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The message.
    pub header: MessageHeader,
    /// Its own labels.
    pub labels: Vec<RoomId>,
}
