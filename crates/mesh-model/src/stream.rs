//! The stream: what its readers get of an event, and what passes by and is never stored. The node writes these forms,
//! clients read them, by WebSocket, by Server-Sent Events and by `event.list`.
//!
//! [`StreamItem::event`] says what happened, [`StreamItem::said`] gives the words that go with it.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{
    Attachment, Message, MessageTold, ParticipantRef, Position, PresenceState, Quote, Reachability,
};
use crate::event::Event;
use crate::events::{Facts, MessagePosted, MessageQuarantined};
use crate::ids::{RoomId, Seq, TaskId};
use crate::time::Millis;
use crate::told::Told;
use crate::tolerant::Tolerant;

/// One item of a stream: an event that the reader may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StreamItem {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Its type, such as `message.posted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ParticipantRef>,
    /// What it says: facts and content together. Kept as it came, so that printing an item loses nothing.
    #[schemars(with = "Value")]
    data: Map<String, Value>,
}

/// The words of an event as its reader gets them.
#[derive(Debug, Clone, PartialEq)]
pub enum ReceivedContent<Content> {
    /// It was said without words.
    Nothing,
    /// There were some, and they are erased for good.
    Erased,
    /// The words.
    Plain(Content),
    /// Words from across a trust boundary in their envelope, for a program: data, never an order.
    Enveloped(String),
}

impl<Content> ReceivedContent<Content> {
    /// One part of the words, or another form of them.
    pub fn map<Part>(self, part: impl FnOnce(Content) -> Part) -> ReceivedContent<Part> {
        match self {
            ReceivedContent::Nothing => ReceivedContent::Nothing,
            ReceivedContent::Erased => ReceivedContent::Erased,
            ReceivedContent::Plain(content) => ReceivedContent::Plain(part(content)),
            ReceivedContent::Enveloped(text) => ReceivedContent::Enveloped(text),
        }
    }

    /// The words, unless they stand in an envelope.
    pub fn plain(self) -> Option<Content> {
        match self {
            ReceivedContent::Plain(content) => Some(content),
            ReceivedContent::Nothing | ReceivedContent::Erased | ReceivedContent::Enveloped(_) => {
                None
            }
        }
    }
}

/// The marks that stand beside facts and content.
#[derive(Deserialize)]
struct Marks {
    #[serde(default)]
    redacted: bool,
    #[serde(default)]
    enveloped: bool,
    #[serde(default)]
    text: String,
}

impl StreamItem {
    /// What happened, as one of the events that this program knows. `None` if a newer node tells of something else:
    /// that can be passed over. Fields that a newer node adds are passed over too.
    pub fn event(&self) -> Option<Facts> {
        Facts::told(self)
    }

    /// The words that go with the event.
    pub fn said<E: Event>(&self, _: &E) -> ReceivedContent<E::Content> {
        let marks: Option<Marks> = read(self.data.clone());
        match marks {
            Some(Marks { redacted: true, .. }) => ReceivedContent::Erased,
            Some(Marks {
                enveloped: true,
                text,
                ..
            }) => ReceivedContent::Enveloped(text),
            _ => read(self.data.clone()).map_or(ReceivedContent::Nothing, ReceivedContent::Plain),
        }
    }

    /// The message that was posted, or waits for a moderator; `None` for every other event. Quotes have their ids
    /// only: their words are in `message.get`.
    pub fn message(&self) -> Option<Message> {
        let posted = [MessagePosted::KIND, MessageQuarantined::KIND];
        if !posted.contains(&self.kind.as_str()) {
            return None;
        }
        let (room, from) = (self.room?, self.from.clone()?);
        let told: MessageTold = read(self.data.clone())?;
        let quote = |message| Quote {
            message,
            room,
            from: None,
            text: Told::default(),
            gone: false,
        };
        Some(Message {
            id: told.id,
            seq: self.seq,
            at: self.at,
            room,
            from,
            text: told.text,
            mentions: told.mentions,
            priority: told.priority,
            reply_to: told.reply_to,
            thread: told.thread,
            payload: told.payload,
            payload_type: told.payload_type,
            edited_at: None,
            deleted: false,
            redacted: told.redacted,
            trust: told.trust,
            command: told.command,
            signed: told.signed,
            relayed: told.relayed,
            labels: told.labels,
            quotes: told.quotes.into_iter().map(quote).collect(),
            files: told.files.into_iter().map(Attachment::from).collect(),
            guard: told.guard,
            enveloped: told.enveloped,
            released: told.released,
            reactions: Vec::new(),
            closing: told.closing,
            scheduled: told.scheduled,
            replies: 0,
        })
    }

    /// The facts of one kind of event.
    pub(crate) fn facts<E: Event>(&self) -> Option<E> {
        let mut data = self.data.clone();
        let room = self.room.map(|room| Value::from(room.to_string()));
        if E::KIND == MessageQuarantined::KIND {
            // A message that waits is told as the message that it is.
            data.extend(room.map(|room| ("room".to_owned(), room)));
            let author = Value::from(self.from.as_ref()?.id.to_string());
            let home = data.remove("home").unwrap_or(Value::Bool(false));
            data = Map::from_iter([
                ("author".to_owned(), author),
                ("message".to_owned(), Value::Object(data)),
                ("home".to_owned(), home),
            ]);
        } else if E::KIND == MessagePosted::KIND {
            data.extend(room.map(|room| ("room".to_owned(), room)));
        }
        let mut data = Value::Object(data);
        for place in E::TIMES {
            if let Some(field) = data.pointer_mut(place)
                && let Some(at) = field.as_str().and_then(Millis::parse)
            {
                *field = Value::from(at.0);
            }
        }
        E::deserialize(Tolerant(data)).ok()
    }
}

fn read<T: DeserializeOwned>(fields: Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(fields)).ok()
}

/// Something that passes by: it is never stored, and whoever was away does not get it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Ephemeral {
    /// Somebody types, or has stopped.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        participant: ParticipantRef,
        /// Whether it still does.
        typing: bool,
    },
    /// Somebody's presence changed.
    Presence {
        /// Who.
        participant: ParticipantRef,
        /// How present.
        state: PresenceState,
        /// What it is doing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<Told>,
        /// How soon words get to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reach: Option<Reachability>,
    },
    /// A task's words as they come: more of what follows its last stored piece.
    Output {
        /// Where.
        room: RoomId,
        /// The task.
        task: TaskId,
        /// The attempt.
        fence: Seq,
        /// Who works on it.
        participant: ParticipantRef,
        /// The words.
        text: Told,
        /// Whether they stand in an envelope: to programs, words from across a trust boundary are data.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        enveloped: bool,
    },
    /// A server of tools came, or is away.
    Tools {
        /// The server.
        server: String,
        /// Who offers it.
        participant: ParticipantRef,
        /// Whether its tools can be used.
        online: bool,
    },
    /// Where somebody stands in a room.
    Position {
        /// The room.
        room: RoomId,
        /// Who, and where.
        position: Position,
    },
    /// Somebody in a room is out of the reader's range from now on.
    Unseen {
        /// The room.
        room: RoomId,
        /// Who.
        participant: ParticipantRef,
    },
    /// Something that this program does not know.
    #[serde(other)]
    Other,
}

/// A frame of a subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StreamFrame {
    /// Events, in the order of the log.
    Push {
        /// The last place that this reader was told of before.
        prev: Seq,
        /// The place of the last item.
        seq: Seq,
        /// The events.
        push: Vec<StreamItem>,
    },
    /// There is nothing for this reader up to this place.
    Tail {
        /// The place.
        tail: Seq,
    },
    /// Something that is never stored.
    Ephemeral {
        /// What.
        ephemeral: Ephemeral,
    },
}
