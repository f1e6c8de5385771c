//! Messages: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{Attachment, DeliveryStanding, FileRef, NamedFile, ParticipantRef};
use crate::events::{GuardMark, Priority, Relayed, Released, Scheduled, Trust, Turn};
use crate::ids::{MessageId, ParticipantId, PublicKey, RoomId, ScheduleId, Seq};
use crate::time::Millis;

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
    pub text: crate::Told,
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
    /// The exact content: the JSON of `text`, `payload` and `files`, these by id and version. It stands in place of all
    /// three.
    pub content: String,
}

/// A message's content as the log stores it; erasable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageBody {
    /// The text.
    pub text: String,
    /// A structured payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Map<String, Value>>,
    /// The files of the room that it brings along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRef>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its place in the log.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Where it stands.
    pub room: RoomId,
    /// Who wrote it.
    pub from: ParticipantRef,
    /// The text; empty once deleted.
    pub text: crate::Told,
    /// Whom it names.
    #[serde(default)]
    pub mentions: Vec<ParticipantId>,
    /// How soon to look at it.
    pub priority: Priority,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The first message of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageId>,
    /// A structured payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<crate::ToldData>,
    /// The registered event type the payload was checked against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub payload_type: Option<String>,
    /// When the text last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Millis>,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Whether its words were erased for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// How far its words were trusted when they were accepted.
    pub trust: Trust,
    /// Whether it asks others to run a command, as somebody who may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub command: bool,
    /// Its author's signature. Without one the node attests who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignatureView>,
    /// From where it was brought, if its sender only relays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Relayed>,
    /// The other rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// The messages it quotes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<Quote>,
    /// The files of the room that it brings along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attachment>,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// Whether `text` stands in an envelope: to agents, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
    /// That it waited in quarantine, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Released>,
    /// Whether it is what its author ended a turn with, posted because nothing else answered whoever had woken it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
    /// The schedule that posted it for its author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<ScheduledView>,
    /// How many messages its thread has, this one not counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replies: u32,
    /// Reactions to it, the first kind first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reactions>,
}

/// The schedule that posted a message for its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduledView {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Its name then.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// The time that it was due: a message that is much later was missed then.
    pub due: Millis,
    /// The simulated time that it was due, if it follows a room's simulation clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Millis>,
}

impl From<Scheduled> for ScheduledView {
    fn from(facts: Scheduled) -> ScheduledView {
        ScheduledView {
            schedule: facts.schedule,
            name: facts.name,
            due: Millis(facts.due),
            clock: facts.clock.map(Millis),
        }
    }
}

/// The reactions of one kind to a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reactions {
    /// The emoji.
    #[schemars(with = "crate::closed::Emoji")]
    pub reaction: String,
    /// How many reacted with it.
    pub count: u32,
    /// Whether the reader did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// The first 20 who did.
    pub by: Vec<ParticipantId>,
}

/// A message as the stream tells it: what the item says of place, time, room and author stands there, and what it
/// quotes is named only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageTold {
    /// Its id.
    pub id: MessageId,
    /// The text; empty if it was erased.
    pub text: crate::Told,
    /// A structured payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<crate::ToldData>,
    /// The registered event type the payload was checked against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub payload_type: Option<String>,
    /// Whom it names.
    pub mentions: Vec<ParticipantId>,
    /// How soon to look at it.
    pub priority: Priority,
    /// How far its words were trusted when they were accepted.
    pub trust: Trust,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The first message of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageId>,
    /// Whether it asks others to run a command, as somebody who may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub command: bool,
    /// Its author's signature. Without one the node attests who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignatureView>,
    /// The messages it quotes. Their words are in `message.get`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<MessageId>,
    /// The files of the room that it brings along. What they are is in `message.get`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRef>,
    /// The other rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// From where it was brought, if its sender only relays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Relayed>,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// Whether it waits for the word of its room's home, which is on another mesh, and not for a moderator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub home: bool,
    /// That it waited in quarantine, if it did.
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
    pub scheduled: Option<ScheduledView>,
    /// Whether its words were erased for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// Whether `text` stands in an envelope: to agents, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Post to a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagePostInput {
    /// The room: id or name.
    pub room: String,
    /// The text, with `@handle` where it names somebody. At most 50 KiB with the payload. It may be
    /// empty if something is quoted or a file goes with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The message it answers, in the same room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// How soon to look at it; `next` if absent.
    #[serde(default)]
    pub priority: Priority,
    /// A structured payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Map<String, Value>>,
    /// A registered event type to check the payload against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_type: Option<String>,
    /// Ask those who are named to run a command. The room must allow it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub command: bool,
    /// Messages to quote, from any room one may read. What is quoted carries the label of its room,
    /// and goes only where that room allows. At most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<MessageId>,
    /// Files of this room to bring along, each put there before. At most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<NamedFile>,
    /// The content as its author signed it, in place of `text`, `payload` and `files`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedInput>,
    /// Where the words come from, if the caller only relays them. Needs the capability bridge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Relayed>,
}

/// Post to whoever is named: a person, a room, a group, everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageSendInput {
    /// `@handle`, `#room` or its id, `group:NAME` or `everyone`.
    pub to: String,
    /// The text. At most 50 KiB with the payload.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// How soon to look at it; `next` if absent.
    #[serde(default)]
    pub priority: Priority,
    /// A structured payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Map<String, Value>>,
    /// Files of that conversation, put there before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<NamedFile>,
}

/// The message was stored: it survives a power cut from here on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Posted {
    /// The message.
    pub id: MessageId,
    /// Its place in the log.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Where.
    pub room: RoomId,
    /// Whether it waits: for a moderator, since the guard takes it for an attack on agents, or for the room's home.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quarantined: bool,
    /// Whether it waits for the room's home, which is on another mesh.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_home: bool,
}

/// Read a room's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageListInput {
    /// The room: id or name.
    pub room: String,
    /// Only messages later than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// Only messages earlier than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// At most so many (1 to 500, 50 if absent). Without `after` the newest ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Wait until the node's views have reached this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_seq: Option<Seq>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageRefInput {
    /// The message.
    pub message: MessageId,
}

/// Change the text of one's own message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageEditInput {
    /// The message.
    pub message: MessageId,
    /// The text from here on.
    pub text: String,
}

/// React to a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageReactInput {
    /// The message.
    pub message: MessageId,
    /// One emoji, or its short name such as `rocket`.
    pub reaction: String,
}

/// A pinned message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pinned {
    /// The message.
    pub message: Message,
    /// Who pinned it; absent for the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ParticipantRef>,
    /// Where in the log.
    pub seq: Seq,
}

/// What a message said at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageVersion {
    /// The place in the log where it was said.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// Who wrote it.
    pub from: ParticipantRef,
    /// The text; empty once erased.
    pub text: crate::Told,
    /// How far its words are trusted.
    pub trust: Trust,
    /// Whether its words were erased for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// Whether `text` stands in an envelope: to agents, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
}

/// Search messages one may read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageSearchInput {
    /// Words; all of them must occur. The last one also matches as the beginning of a word.
    pub q: String,
    /// Only in this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only by this participant: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only later than this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Only earlier than this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Found")]
pub struct SearchHit {
    /// The message.
    pub message: Message,
    /// The place that matched, with the words between `⟦` and `⟧`.
    pub snippet: crate::Told,
}

/// How far a message has come with one recipient.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Durable in the log, and nothing more is known.
    Stored,
    /// Written to one of the recipient's connections or returned to one of its calls.
    Offered,
    /// The recipient proved that it took the message in.
    InContext,
    /// The recipient answered it.
    Replied,
}

/// One recipient's stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The recipient.
    pub participant: ParticipantRef,
    /// How far the message has come.
    pub stage: Stage,
    /// Where it stands with a session of the recipient, if it was handed into one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryStanding>,
}
