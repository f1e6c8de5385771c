//! Messages: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{GuardMark, Place, Released, Trust};
use crate::ids::{
    LinkId, MessageId, ParticipantId, PublicKey, RoomId, ScheduleId, Seq, SignatureBytes,
};

events! { Message MessageFacts
    Posted(it: MessagePosted) "message.posted" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Message(MessageBody),
        erased: Erased::WithMessage(None),
        has_words: true,
        written_by: it.released.as_ref().map(|released| released.author),
        trust: Some(it.trust),
        relayed: it.relayed.as_ref(),
        guard: it.guard.as_ref(),
        told: MessageTold,
    }
    Redacted(it: MessageRedacted) "message.redacted" / 1 {
        room: Some(it.room),
        sees: Message(it.room, it.message),
        words: Data(Reason),
        erased: Erased::Never,
        erases: Erases::Message(it.message, &it.erased),
    }
    Edited(it: MessageEdited) "message.edited" / 1 {
        room: Some(it.room),
        sees: Message(it.room, it.message),
        words: Message(MessageBody),
        erased: Erased::WithMessage(Some(it.message)),
        has_words: true,
        written_by: it.author,
        trust: it.trust,
        relayed: it.relayed.as_ref(),
        guard: it.guard.as_ref(),
    }
    Deleted(it: MessageDeleted) "message.deleted" / 1 {
        room: Some(it.room),
        sees: Message(it.room, it.message),
        words: Data(Reason),
        erased: Erased::Never,
    }
    Reacted(it: MessageReacted) "message.reacted" / 1 {
        room: Some(it.room),
        sees: Message(it.room, it.message),
        words: None,
        erased: Erased::Never,
    }
    Unreacted(it: MessageUnreacted) "message.unreacted" / 1 {
        room: Some(it.room),
        sees: Message(it.room, it.message),
        words: None,
        erased: Erased::Never,
        written_by: it.who,
    }
    Pinned(it: MessagePinned) "message.pinned" / 1 {
        room: Some(it.room),
        sees: Message(it.room, it.message),
        words: None,
        erased: Erased::Never,
    }
    Unpinned(it: MessageUnpinned) "message.unpinned" / 1 {
        room: Some(it.room),
        sees: Message(it.room, it.message),
        words: None,
        erased: Erased::Never,
    }
}

impl MessageFacts {
    /// Where it stands in another mesh, if a link brought it or its word.
    pub fn place(&self) -> Option<Place> {
        match self {
            MessageFacts::Posted(it) => it.place(),
            MessageFacts::Edited(it) => it.place,
            MessageFacts::Deleted(it) => it.place,
            MessageFacts::Redacted(it) => it.place,
            MessageFacts::Reacted(it) => it.place,
            MessageFacts::Unreacted(it) => it.place,
            MessageFacts::Pinned(_) | MessageFacts::Unpinned(_) => None,
        }
    }
}

/// How soon a recipient should look at a message.
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
pub enum Priority {
    /// At once: it overtakes what waits in the inbox.
    Now,
    /// At the next pause.
    #[default]
    Next,
    /// Whenever there is time.
    Low,
}

impl Priority {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Priority::Now => "now",
            Priority::Next => "next",
            Priority::Low => "low",
        }
    }

    /// Whether it is the ordinary one, which is not stored.
    pub fn is_next(&self) -> bool {
        *self == Priority::Next
    }
}

/// A message was posted; its id is `m` and the event's seq. Content: [`crate::api::MessageBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagePosted {
    /// Where.
    pub room: RoomId,
    /// Whom it names, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<ParticipantId>,
    /// How soon to look at it.
    #[serde(default, skip_serializing_if = "Priority::is_next")]
    pub priority: Priority,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The first message of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageId>,
    /// The registered type its payload was checked against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub payload_type: Option<String>,
    /// How far its words are trusted, for good.
    #[serde(default = "Trust::local", skip_serializing_if = "Trust::is_local")]
    pub trust: Trust,
    /// Whether it asks others to run a command.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub command: bool,
    /// The messages it quotes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<MessageId>,
    /// The other rooms whose words are in it, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// The author's signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// From where it was brought, if its sender only relays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Relayed>,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// Who wrote it and where it waited, if somebody else let it out of quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Released>,
    /// Its place in an exchange among programs, if a program wrote it to programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    /// Whether it is what its author ended a turn with, posted because nothing else answered whoever had woken it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
    /// The schedule that posted it for its author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Scheduled>,
}

/// The schedule that posted a message for its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scheduled {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Its name then.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// The time that it was due, unix milliseconds.
    pub due: u64,
    /// The simulated time that it was due, unix milliseconds, if it follows a room's simulation clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<u64>,
}

/// Which of the messages it is that programs pass among themselves without a person between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// The first is 1.
    pub number: u16,
    /// The programs it goes to, sorted, each once.
    pub to: Vec<ParticipantId>,
}

impl MessagePosted {
    /// Where it stands in another mesh, if a link brought it or its word.
    pub fn place(&self) -> Option<Place> {
        let brought = self.relayed.as_ref().and_then(|relayed| relayed.place);
        brought.or_else(|| self.released.as_ref()?.place)
    }

    /// Who wrote it, given who did the event.
    pub fn author(&self, actor: Option<ParticipantId>) -> Option<ParticipantId> {
        self.released
            .as_ref()
            .map_or(actor, |released| Some(released.author))
    }

    /// Whether agents get it in an envelope: its words come from across a trust boundary, or the
    /// guard has something against them.
    pub fn is_marked(&self) -> bool {
        self.trust < Trust::Local || self.guard.as_ref().is_some_and(|mark| mark.marked)
    }
}

/// A signature over mesh, room, key, idempotency key and the salted hash of the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The key that made it.
    pub key: PublicKey,
    /// The signature.
    pub sig: SignatureBytes,
    /// The idempotency key as it was sent. The signature covers it, so whoever has the log alone can
    /// check the signature; readers of messages do not get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::Told>")]
    pub request: Option<String>,
}

/// Words that somebody brought from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relayed {
    /// The mesh or service they come from, as the relay says.
    #[schemars(extend("format" = "told"))]
    pub origin: String,
    /// Who said them there, as the relay says.
    #[schemars(extend("format" = "told"))]
    pub sender: String,
    /// The relays they passed, the first one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::Told>")]
    pub path: Vec<String>,
    /// Where it stands in the mesh that it comes from, if a link brought it. Links alone say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A message's words are erased for good, everywhere. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageRedacted {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The places whose content is erased: the message, its edits, its wait in quarantine.
    pub erased: Vec<Seq>,
    /// Links to meshes that hold it too: they are asked to erase it, and to say so once they have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<LinkId>,
    /// Where it stands in the mesh that told of it, if a link brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The author changed the text. Content: [`crate::api::MessageBody`], whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageEdited {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// Whom it names from here on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<ParticipantId>,
    /// How far the message's words are trusted, for good. Absent in older logs: the message itself says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Trust>,
    /// From where the message was brought, if its sender only relays it. Absent in older logs too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Relayed>,
    /// What the guard found in the new text, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// Who wrote it, if it waited for the word of its room's home, by which the node let it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<ParticipantId>,
    /// Where it stands in the mesh that told of it, if a link brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The author or a moderator took a message back. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageDeleted {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// Where it stands in the mesh that told of it, if a link brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Somebody reacted to a message. What with is a fact: it is of a closed list, and nobody's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageReacted {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// With what.
    #[schemars(with = "crate::closed::Emoji")]
    pub reaction: String,
    /// Where it stands in the mesh that told of it, if a link brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Somebody took a reaction of its own back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageUnreacted {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// Which one.
    #[schemars(with = "crate::closed::Emoji")]
    pub reaction: String,
    /// Whose it was, if the node took it back since the room's home did not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ParticipantId>,
    /// Where it stands in the mesh that told of it, if a link brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A message was pinned: it stands at the room's head until somebody unpins it, or until it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagePinned {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
}

/// A message was unpinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageUnpinned {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
}

/// How the reactions to a message stand, read from the view by the door as evidence for another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reacted {
    /// How many reacted with each kind.
    pub kinds: Vec<(String, u32)>,
    /// The asker's own ones.
    pub own: Vec<String>,
    /// The place in the log up to which the reader looked.
    pub as_of: Seq,
}

/// The header of an older message, read from the log by the door as evidence for a reply,
/// an edit or a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHeader {
    /// The message.
    pub message: MessageId,
    /// Where it stands.
    pub room: RoomId,
    /// Who wrote it.
    pub author: ParticipantId,
    /// The first message of its thread, if it is in one.
    pub thread: Option<MessageId>,
    /// Whether it was deleted or redacted, as of `as_of`.
    pub deleted: bool,
    /// Whether it names whoever asks.
    pub names_asker: bool,
    /// How far its words are trusted, for good.
    pub trust: Trust,
    /// From where it was brought, if its sender only relays it.
    pub relayed: Option<Relayed>,
    /// The place in the log up to which the reader looked.
    pub as_of: Seq,
}
