//! A room's rules, who moderates it, and why something is allowed or refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{Message, ParticipantRef};
use crate::capability::Capability;
use crate::events::{GuardMark, Trust};
use crate::ids::{MessageId, ParticipantId, PublicKey, RoomId, Seq};
use crate::policy::{Policy, Ruling};
use crate::time::Millis;

/// Why somebody did something to somebody; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The reason, for people.
    pub reason: String,
}

/// A room's policy as it holds now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyView {
    /// The room.
    pub room: RoomId,
    /// Counts from 1 up; 0 while no policy was ever set.
    pub version: u32,
    /// The rules.
    pub policy: Policy,
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
    pub text: String,
}

/// Let somebody else set a room's rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferInput {
    /// The room: id or name.
    pub room: String,
    /// A member: id or handle.
    pub to: String,
}

/// Slow a room down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowModeInput {
    /// The room: id or name.
    pub room: String,
    /// Seconds between two messages of one participant, 0 to 3600; 0 ends it.
    pub seconds: u32,
}

/// Put a legal hold on a room, or end it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldInput {
    /// The room: id or name.
    pub room: String,
    /// Whether it is on.
    pub hold: bool,
}

/// Do something about a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModerateInput {
    /// The room: id or name.
    pub room: String,
    /// Who: id or handle.
    pub participant: String,
    /// Why, for people. At most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Mute a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteInput {
    /// The room: id or name.
    pub room: String,
    /// Who: id or handle.
    pub participant: String,
    /// For how many seconds; absent: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// Why, for people. At most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Who is held back in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Restrained {
    /// Who may not speak.
    pub muted: Vec<Muted>,
    /// Who may not be a member.
    pub banned: Vec<Banned>,
}

/// Somebody who may not speak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Muted {
    /// Who.
    pub participant: ParticipantRef,
    /// Until when; absent: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Where in the log it was set.
    pub seq: Seq,
}

/// Somebody who may not be a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Banned {
    /// Who.
    pub participant: ParticipantRef,
    /// Where in the log it was set.
    pub seq: Seq,
}

/// List what waits for a moderator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantineListInput {
    /// Only this room: id or name. Absent: every room that the caller moderates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}

/// A message that waits for a moderator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quarantined {
    /// The message.
    pub message: Message,
    /// What the guard found.
    pub guard: GuardMark,
}

/// Decide on a message in quarantine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewInput {
    /// The message.
    pub message: MessageId,
    /// Whether it is posted now; otherwise it is rejected for good.
    pub release: bool,
    /// Why, for people. At most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reviewed {
    /// The message it became; absent when it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<MessageId>,
    /// The place in the log.
    pub seq: Seq,
}

/// Do something to a message, for a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageReasonInput {
    /// The message.
    pub message: MessageId,
    /// Why, for people. At most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A key that a participant signs with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKey {
    /// The key.
    pub key: PublicKey,
    /// Where in the log it was added.
    pub since: Seq,
    /// Where in the log it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Seq>,
}

/// Whose keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantNameInput {
    /// Who: id or handle.
    pub participant: String,
}

/// Add a key to sign with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityAddInput {
    /// The key.
    pub key: PublicKey,
    /// A signature of `mesh-key/1`, the mesh's id, the participant's id and the key, each on a line
    /// of its own, made by the key itself: whoever adds it holds it.
    pub proof: crate::SignatureBytes,
    /// The key that it takes the place of; that one is revoked at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<PublicKey>,
}

/// Revoke a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityRevokeInput {
    /// Whose: id or handle.
    pub participant: String,
    /// The key.
    pub key: PublicKey,
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

/// Ask the guard about a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardCheckInput {
    /// The text.
    pub text: String,
}

/// What the guard says of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuardVerdict {
    /// The version of its rules and weights.
    pub version: u32,
    /// How much it looks like an attack, in percent.
    pub score: u8,
    /// What it suggests: `deliver`, `mark`, `quarantine` or `refuse`.
    pub action: String,
    /// What it found.
    pub reasons: Vec<GuardReason>,
}

/// One thing the guard found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuardReason {
    /// The name of the rule.
    pub rule: String,
    /// What it means.
    pub detail: String,
    /// Where in the text: first byte and the one after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(u32, u32)>,
}

/// Look at a room's messages again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardRescanInput {
    /// The room: id or name.
    pub room: String,
    /// Only messages later than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rescanned {
    /// Messages looked at.
    pub messages: u32,
    /// Messages whose mark changed.
    pub changed: u32,
    /// Where to go on with `after`; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Seq>,
}

/// A secret as its reader sees it: never the value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecretInfo {
    /// Its unique name.
    pub name: String,
    /// Counts from 1 up with each new value.
    pub version: u32,
    /// Where in the log the value was set.
    pub seq: Seq,
}

/// Store a secret, or a new value of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretSetInput {
    /// Its unique name: a-z, 0-9 and '-', at most 40.
    pub name: String,
    /// The value, 1 to 4096 bytes. It is never shown again.
    pub value: String,
}

/// One secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRefInput {
    /// Its name.
    pub name: String,
}

/// A quote as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// The message that is quoted.
    pub message: MessageId,
    /// The room it stands in.
    pub room: RoomId,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ParticipantId>,
    /// Its text; empty once it was deleted or redacted.
    pub text: String,
    /// Whether it was redacted or deleted since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// How a message was signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignatureView {
    /// The key.
    pub key: PublicKey,
    /// The signature.
    pub sig: crate::SignatureBytes,
    /// Where in the log the key was revoked since, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Seq>,
}

/// A message's content with its author's signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedInput {
    /// The key, one of the caller's.
    pub key: PublicKey,
    /// 16 random bytes in hex: the salt of the content's hash.
    #[schemars(regex(pattern = "^[0-9a-fA-F]{32}$"))]
    pub salt: String,
    /// The signature of the statement `mesh-statement/1`, the mesh's id, the room's id, the key, the
    /// idempotency key and the hash of salt and content, each on a line of its own.
    pub sig: crate::SignatureBytes,
    /// The exact content: the JSON of `text` and `payload`. It stands in place of both.
    pub content: String,
}
