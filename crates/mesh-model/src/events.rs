//! What the log remembers: facts in the past tense, one struct per kind of event, in `NOUN/events.rs`.
//!
//! An event is facts and content. Facts are hashed into the line's header and are for good;
//! content is an erasable body that only views and readers look at. What must be erasable
//! (text, display names, profiles, payloads) is never a fact.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::command::Actor;
pub use crate::task::plan::*;

macro_rules! all_events {
    ($($noun:ident: $($part:ident)*;)*) => {
        $($(all_events!(@part $noun $part);)*)*
    };
    (@part $noun:ident events) => {
        pub use crate::$noun::events::*;
    };
    (@part $noun:ident $other:ident) => {};
}
crate::nouns::nouns!(all_events);

/// Why stored facts could not be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableFacts {
    /// Written by a newer program. Skipping it could grant access (think of a ban).
    #[error("event type '{kind}' version {version} is unknown to this program")]
    Unknown {
        /// The event's type.
        kind: String,
        /// The event's version.
        version: u16,
    },
    /// The facts do not have their type's shape.
    #[error("facts of '{kind}' version {version}: {source}")]
    Malformed {
        /// The event's type.
        kind: String,
        /// The event's version.
        version: u16,
        /// What serde says.
        source: serde_json::Error,
    },
}

impl UnreadableFacts {
    /// Whether a program may go on without understanding the event. By convention types that
    /// begin with `note.` grant and forbid nothing.
    pub fn ignorable(&self) -> bool {
        matches!(self, UnreadableFacts::Unknown { kind, .. } if kind.starts_with("note."))
    }
}

macro_rules! event_types {
    ($($variant:ident = $kind:literal / $version:literal;)*) => {
        /// The facts of one event. `apply` receives these and nothing else.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each variant is the struct of the same name, documented there")]
        #[expect(
            clippy::large_enum_variant,
            reason = "most events are messages, the largest kind: a box would cost each of them an allocation"
        )]
        pub enum Facts {
            $($variant($variant),)*
        }

        impl Facts {
            /// Every type with the version this program writes.
            pub const TYPES: &'static [(&'static str, u16)] = &[$(($kind, $version),)*];

            /// The type's name, such as `message.posted`.
            pub fn kind(&self) -> &'static str {
                match self { $(Facts::$variant(_) => $kind,)* }
            }

            /// The version this program writes.
            pub fn version(&self) -> u16 {
                match self { $(Facts::$variant(_) => $version,)* }
            }

            /// The JSON that is stored.
            pub fn encode(&self) -> Result<Box<RawValue>, serde_json::Error> {
                match self { $(Facts::$variant(facts) => serde_json::value::to_raw_value(facts),)* }
            }

            /// Reads stored facts.
            pub fn decode(kind: &str, version: u16, json: &str) -> Result<Facts, UnreadableFacts> {
                match (kind, version) {
                    $(($kind, $version) => serde_json::from_str(json).map(Facts::$variant),)*
                    _ => return Err(UnreadableFacts::Unknown { kind: kind.to_owned(), version }),
                }
                .map_err(|source| UnreadableFacts::Malformed { kind: kind.to_owned(), version, source })
            }
        }

        $(impl From<$variant> for Facts {
            fn from(facts: $variant) -> Facts {
                Facts::$variant(facts)
            }
        })*
    };
}

event_types! {
    MeshCreated = "mesh.created" / 1;
    VaultReplaced = "vault.replaced" / 1;
    Refused = "note.refused" / 1;
    LimitsSet = "mesh.limits_set" / 1;
    SecretSet = "secret.set" / 1;
    SecretRemoved = "secret.removed" / 1;
    ParticipantRegistered = "participant.registered" / 1;
    ParticipantUpdated = "participant.updated" / 1;
    ParticipantRolesSet = "participant.roles_set" / 1;
    ParticipantDisabled = "participant.disabled" / 1;
    ParticipantEnabled = "participant.enabled" / 1;
    ParticipantKeyAdded = "participant.key_added" / 1;
    ParticipantKeyRevoked = "participant.key_revoked" / 1;
    ParticipantTrustSet = "participant.trust_set" / 1;
    UserCreated = "user.created" / 1;
    UserRoleSet = "user.role_set" / 1;
    UserPasswordChanged = "user.password_changed" / 1;
    GroupCreated = "group.created" / 1;
    GroupDeleted = "group.deleted" / 1;
    GroupMemberAdded = "group.member_added" / 1;
    GroupMemberRemoved = "group.member_removed" / 1;
    RoomCreated = "room.created" / 1;
    RoomUpdated = "room.updated" / 1;
    RoomArchived = "room.archived" / 1;
    RoomRestored = "room.restored" / 1;
    RoomMemberJoined = "room.member_joined" / 1;
    RoomMemberLeft = "room.member_left" / 1;
    RoomMemberCapabilitiesSet = "room.member_capabilities_set" / 1;
    RoomDefaultsSet = "room.defaults_set" / 1;
    RoomPolicySet = "room.policy_set" / 1;
    RoomSlowModeSet = "room.slow_mode_set" / 1;
    RoomTransferred = "room.transferred" / 1;
    RoomHoldSet = "room.hold_set" / 1;
    RoomExpired = "room.expired" / 1;
    RoomMemberMuted = "room.member_muted" / 1;
    RoomMemberUnmuted = "room.member_unmuted" / 1;
    RoomMemberBanned = "room.member_banned" / 1;
    RoomMemberUnbanned = "room.member_unbanned" / 1;
    MessagePosted = "message.posted" / 1;
    MessageQuarantined = "message.quarantined" / 1;
    MessageReviewed = "message.reviewed" / 1;
    MessageRedacted = "message.redacted" / 1;
    MessageRescanned = "message.rescanned" / 1;
    MessageEdited = "message.edited" / 1;
    MessageDeleted = "message.deleted" / 1;
    SessionOpened = "session.opened" / 1;
    SessionClosed = "session.closed" / 1;
    CredentialIssued = "credential.issued" / 1;
    CredentialRevoked = "credential.revoked" / 1;
    InviteCreated = "invite.created" / 1;
    InviteRedeemed = "invite.redeemed" / 1;
    InviteRevoked = "invite.revoked" / 1;
    EventTypeRegistered = "event_type.registered" / 1;
    EventPublished = "event.published" / 1;
    TaskCreated = "task.created" / 1;
    TaskLinked = "task.linked" / 1;
    TaskQueued = "task.queued" / 1;
    TaskTaken = "task.taken" / 1;
    TaskLeaseExtended = "task.lease_extended" / 1;
    TaskStarted = "task.started" / 1;
    TaskProgressed = "task.progressed" / 1;
    TaskHandedOff = "task.handed_off" / 1;
    TaskAttemptFailed = "task.attempt_failed" / 1;
    TaskFinished = "task.finished" / 1;
    TaskDecided = "task.decided" / 1;
    TaskConfirmed = "task.confirmed" / 1;
    TaskSkipped = "task.skipped" / 1;
    TaskCancelled = "task.cancelled" / 1;
    TaskPaused = "task.paused" / 1;
    TaskResumed = "task.resumed" / 1;
    TaskRetried = "task.retried" / 1;
    TaskAssigned = "task.assigned" / 1;
    TaskResolved = "task.resolved" / 1;
    TaskUrgencyRaised = "task.urgency_raised" / 1;
    TaskRedacted = "task.redacted" / 1;
    WorkerEnrolled = "worker.enrolled" / 1;
    WorkerLeft = "worker.left" / 1;
    WorkerModeSet = "worker.mode_set" / 1;
    WorkerLimitsSet = "worker.limits_set" / 1;
    DispatchStopped = "dispatch.stopped" / 1;
    DispatchResumed = "dispatch.resumed" / 1;
    BudgetSet = "budget.set" / 1;
    BudgetWarned = "budget.warned" / 1;
    ApprovalRequested = "approval.requested" / 1;
    ApprovalDecided = "approval.decided" / 1;
    ApprovalExpired = "approval.expired" / 1;
    TemplateCreated = "template.created" / 1;
    TemplateDeleted = "template.deleted" / 1;
    ContextSet = "context.set" / 1;
    ContextRemoved = "context.removed" / 1;
    MemoryKept = "memory.kept" / 1;
    MemoryForgotten = "memory.forgotten" / 1;
    ToolCalled = "note.tool_called" / 1;
}

/// An event that was decided and is not yet stored: no seq, no time.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What is for good.
    pub facts: Facts,
    /// What can be erased: exact JSON, hashed as it stands.
    pub content: Option<Box<RawValue>>,
    /// The salt of the content's hash, if whoever signed the content chose it.
    pub salt: Option<[u8; 16]>,
}

impl NewEvent {
    /// An event without content.
    pub fn new(facts: impl Into<Facts>) -> NewEvent {
        NewEvent {
            facts: facts.into(),
            content: None,
            salt: None,
        }
    }

    /// An event with content, if there is some.
    pub fn with(facts: impl Into<Facts>, content: Option<Box<RawValue>>) -> NewEvent {
        NewEvent {
            facts: facts.into(),
            content,
            salt: None,
        }
    }
}

/// Who did it and under which key, stored in the header beside the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// Who.
    #[serde(rename = "a")]
    pub actor: Actor,
    /// The keyed command this event belongs to, if the client sent a key.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<CommandKey>,
}

/// A client's idempotency key and what it was used for, both hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandKey {
    /// First 16 bytes of SHA-256 of the key, as a hex number.
    #[serde(rename = "k", with = "hex128")]
    pub key: u128,
    /// First 16 bytes of SHA-256 of operation and input, as a hex number.
    #[serde(rename = "r", with = "hex128")]
    pub request: u128,
}

mod hex128 {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(number: &u128, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{number:032x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u128, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        u128::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}
