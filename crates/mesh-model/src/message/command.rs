//! Commands about messages.

use crate::api::FileRef;
use crate::command::{Content, ContentEvidence, Quoted};
use crate::events::{MessageHeader, Place, Priority, Reacted, Relayed, Signed};
use crate::ids::{ParticipantId, RoomId, Seq};

/// A message that somebody posts.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct PostMessage {
    pub room: RoomId,
    pub mentions: Vec<ParticipantId>,
    pub priority: Priority,
    pub reply_to: Option<MessageHeader>,
    /// Name and version of the schema the door checked the payload against.
    pub payload_type: Option<(String, u32)>,
    /// Whether it asks others to run a command.
    pub command: bool,
    /// The messages it quotes, as the door read them.
    pub quotes: Vec<Quoted>,
    /// The files it brings along: they stand in the content.
    pub files: Vec<FileRef>,
    /// The author's signature and salt; the door verified it against the body's bytes.
    pub signed: Option<(Signed, [u8; 16])>,
    /// From where it is brought, if its sender only relays it.
    pub relayed: Option<Relayed>,
    /// Whether it is what its author ended a turn with.
    pub closing: bool,
    /// What the door found out about the content.
    pub evidence: ContentEvidence,
    pub body: Content,
}

/// What somebody wants of messages.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all commands are posts, the largest kind: a box would cost each of them an allocation"
)]
pub enum MessageCommand {
    Post(PostMessage),
    Edit {
        message: MessageHeader,
        mentions: Vec<ParticipantId>,
        evidence: ContentEvidence,
        body: Content,
    },
    Delete {
        message: MessageHeader,
        reason: Content,
    },
    /// Erases a message for good. `erased` are the places whose content belongs to it.
    Redact {
        message: MessageHeader,
        erased: Vec<Seq>,
        /// Whether it was posted: what waited and was not let out no other mesh has.
        posted: bool,
        reason: Content,
    },
    /// Sets a reaction or takes it back. `reaction` is an emoji.
    React {
        message: MessageHeader,
        /// The reactions to it, as the door read them.
        reacted: Reacted,
        reaction: String,
        on: bool,
    },
    /// Pins a message in its room, or unpins it.
    Pin {
        message: MessageHeader,
        on: bool,
    },
    /// By a link: what its peer says becomes of a message, with the place where that stands there. It is an edit, a
    /// deletion, an erasure or a reaction.
    Brought {
        place: Place,
        change: Box<MessageCommand>,
    },
}
