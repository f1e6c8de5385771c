//! Commands: what the core decides, declared in `NOUN/command.rs`. The door makes them from requests: names are resolved,
//! fresh ids drawn, evidence attached. `decide` needs nothing else but the state.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::events::{CommandKey, MessageHeader};
use crate::ids::{ActHash, CredentialId, InviteId, ParticipantId, RoomId, SessionId};
use crate::permission::Permission;
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
    /// A peer mesh, by whoever speaks for it here.
    Link(ParticipantId),
}

impl Actor {
    /// The participant that acts, if it is one.
    pub fn participant(self) -> Option<ParticipantId> {
        match self {
            Actor::Owner(id) | Actor::User(id) | Actor::Credential(id, _) | Actor::Link(id) => {
                Some(id)
            }
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
    /// By which context it asks.
    pub within: Within,
}

/// By which context a command was given: what it has read decides what it may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Within {
    /// The session. Who comes by none counts as having read all that it may read.
    pub session: Option<SessionId>,
    /// The hash of the whole act, if a person may have released it.
    pub act: Option<ActHash>,
}

/// Erasable content exactly as it will be stored.
pub type Content = Option<Box<RawValue>>;

macro_rules! commands {
    ($($noun:ident $name:ident: [$($part:ident)*] [$($command:ident)?] [$($facts:ident)?];)*) => {
        $($(pub use crate::$noun::command::*; commands!(@from $name $command);)?)*

        /// One thing that somebody wants to happen, by noun.
        #[derive(Debug, Clone)]
        #[allow(missing_docs, reason = "each variant is the enum of a noun")]
        #[allow(
            clippy::large_enum_variant,
            reason = "nearly all commands are posts, the largest kind: a box would cost each of them an allocation"
        )]
        pub enum Command {
            $($($name($command),)?)*
            /// By the node, whenever `State::work().next_due()` has come: decides everything whose time it is.
            Tick,
            /// By the door: what was the key used for that comes with this? Nothing is decided.
            Recall,
        }
    };
    (@from $name:ident $command:ident) => {
        impl From<$command> for Command {
            fn from(command: $command) -> Command {
                Command::$name(command)
            }
        }
    };
}
crate::nouns::nouns!(commands);

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
