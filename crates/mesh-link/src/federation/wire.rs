//! What two meshes say to each other: frames of JSON in a sealed channel. What one does not know it passes over, and never obeys.

use std::collections::BTreeMap;

use mesh_model::{EventHash, MessageId, Millis, RoomId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of this form. Fields and kinds may be added within it; a mesh of another one is not spoken with.
pub const VERSION: u16 = 1;

/// A place of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The place.
    pub seq: Seq,
    /// The hash of the header there.
    pub hash: EventHash,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum Frame {
    /// The first of each side, and the only one before the other's has come.
    Hello {
        /// [`VERSION`].
        v: u16,
        /// Where the sender's log ends.
        head: Mark,
        /// What the sender's log holds of the receiver's.
        held: Option<Mark>,
    },
    /// Something that stands in the sender's log.
    Item(Item),
    /// Everything up to here of the receiver's log is in the sender's, or is nothing for it.
    Ack {
        /// The place.
        upto: Seq,
    },
    /// The receiver's log is not the one that the sender has taken from.
    Halt,
    /// What the receiver holds of the sender's log is not in it.
    Lost,
    /// How it stands at this moment with workers that the sender lends; it stands in no log.
    Hands {
        /// Tasks that they would take now, by what they can do.
        #[serde(default)]
        free: BTreeMap<String, u16>,
        /// The receiver's tasks on which somebody works, by the places of its log where they were taken.
        #[serde(default)]
        at_work: Vec<Seq>,
    },
    /// The sender would follow a room of the receiver that is open to strangers. It may come before the hello, and does where the
    /// receiver does not know the sender.
    Knock {
        /// The room, by its id in the receiver's mesh.
        room: RoomId,
    },
    /// The receiver does not follow this room now.
    NotOpen {
        /// The room.
        room: RoomId,
        /// Why: an error code.
        code: String,
    },
    /// Something that this program does not know.
    #[serde(other)]
    Other,
}

/// Something that stands in a log, for a peer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its place, and the hash of the header there.
    #[serde(flatten)]
    pub at: Mark,
    /// The last place that the peer was told of before.
    pub prev: Seq,
    /// What it is.
    pub what: What,
}

/// What stands there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A room of the sender may be followed.
    Offer {
        /// The room, by its id in the sender's mesh.
        room: RoomId,
        /// Its name there.
        name: String,
    },
    /// A room of the sender may be followed no more.
    Withdraw {
        /// The room, by its id in the sender's mesh.
        room: RoomId,
    },
    /// The sender follows a room of the receiver, or does not any more.
    Follow {
        /// The room, by its id in the receiver's mesh.
        room: RoomId,
        /// Whether it does.
        follows: bool,
    },
    /// The room's home has it: a message.
    Posted(Said),
    /// A follower would say it in a room of the receiver.
    Say(Said),
    /// The room's home has taken what the receiver would say.
    Accepted {
        /// The message, as the receiver calls it.
        message: MessageId,
    },
    /// The room's home has it: something became of a message.
    Changed(Change),
    /// A follower would have it of a message of the receiver's room, or has done it to words of its own.
    Change(Change),
    /// The sender has erased what the event at this place of the receiver's log erased.
    Erased {
        /// The place.
        of: Seq,
    },
    /// Workers of the sender do the receiver's tasks; with none at once, no more.
    Lends {
        /// What the tasks may ask for.
        capabilities: Vec<String>,
        /// Tasks that are open at the same time, at most.
        at_once: u16,
    },
    /// Whoever speaks for the receiver took a task of the sender; the item's place is the attempt's fence.
    Task(Wanted),
    /// The sender does not want any more what the receiver took at this place of the sender's log.
    Unwanted {
        /// The place.
        of: Seq,
    },
    /// The result of the task that was taken at this place of the receiver's log.
    Done {
        /// The place.
        of: Seq,
        /// Who did it.
        by: String,
        /// For people and models.
        text: String,
        /// A structured result.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Map<String, Value>>,
        /// How sure whoever did it is, percent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confidence: Option<u8>,
    },
    /// There is no result of the task that was taken at this place of the receiver's log.
    Over {
        /// The place.
        of: Seq,
        /// How it ended, or the code of what stood against telling it.
        code: String,
        /// What kind of rule decided, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// The sender did not take what stands at this place of the receiver's log.
    Refused {
        /// The place.
        of: Seq,
        /// The error code.
        code: String,
        /// What kind of rule decided, if that may be known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// Something that this program does not know.
    #[serde(other)]
    Other,
}

/// Words in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// The room, by its id in its home.
    pub room: RoomId,
    /// What the sender calls the message, if that is not the item's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Who said it.
    pub author: String,
    /// The meshes that it came by before, the one first in which it was said. Empty: it was said in the sender's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// The words.
    pub text: String,
    /// The data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Map<String, Value>>,
    /// What it answers, by its id in the room's home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Handles of the receiver's mesh that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// A task that nobody of its mesh was free for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Who wants it.
    pub by: String,
    /// What it asks for.
    pub capability: String,
    /// 0 to 9.
    pub priority: u8,
    /// When it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Millis>,
    /// A line for lists.
    pub title: String,
    /// What is to be done.
    pub prompt: String,
    /// Data that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Map<String, Value>>,
    /// A JSON Schema that the output has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Map<String, Value>>,
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The room, by its id in its home.
    pub room: RoomId,
    /// The message, by its id in the room's home.
    pub message: MessageId,
    /// Where the sender told of it before, if it tells of it once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Seq>,
    /// What.
    pub did: Did,
}

/// What was done to a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Did {
    /// It has another text.
    Edited {
        /// The text.
        text: String,
        /// Handles of the receiver's mesh that it names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<String>,
    },
    /// It was taken back.
    Deleted,
    /// Its words are gone for good.
    Erased,
    /// Somebody in the sender's mesh, or one behind it, reacts to it so, or nobody does any more.
    Reacted {
        /// The emoji.
        reaction: String,
        /// Whether somebody does.
        on: bool,
    },
    /// Something that this program does not know.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_and_what_comes_of_it_stand_as_the_protocol_says() {
        let vectors = [
            r#"{"kind":"lends","capabilities":["rust"],"at_once":2}"#,
            r#"{"kind":"task","by":"ada","capability":"rust","priority":5,"title":"Port it","prompt":"Port it to Rust.","input":{"file":"a.c"}}"#,
            r#"{"kind":"unwanted","of":12}"#,
            r#"{"kind":"done","of":12,"by":"rex","text":"Ported.","confidence":90}"#,
            r#"{"kind":"over","of":12,"code":"failed"}"#,
        ];
        for vector in vectors {
            let what: What = serde_json::from_str(vector).unwrap();
            assert_eq!(serde_json::to_string(&what).unwrap(), vector);
        }
        let room = "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b";
        let strangers = [
            format!(r#"{{"frame":"knock","room":"{room}"}}"#),
            format!(r#"{{"frame":"not_open","room":"{room}","code":"not_found"}}"#),
        ];
        for vector in strangers {
            let frame: Frame = serde_json::from_str(&vector).unwrap();
            assert_eq!(serde_json::to_string(&frame).unwrap(), vector);
        }
        let hands = r#"{"frame":"hands","free":{"rust":2},"at_work":[12]}"#;
        let frame: Frame = serde_json::from_str(hands).unwrap();
        assert_eq!(serde_json::to_string(&frame).unwrap(), hands);
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        let hash = "0".repeat(64);
        let newer = format!(
            r#"{{"frame":"item","seq":7,"hash":"{hash}","prev":3,"colour":"red","what":{{"kind":"dance","steps":3}}}}"#
        );
        let Frame::Item(item) = serde_json::from_str(&newer).unwrap() else {
            panic!("{newer}");
        };
        assert_eq!(
            (item.at.seq, item.prev, item.what),
            (Seq(7), Seq(3), What::Other)
        );
        let other = serde_json::from_str(r#"{"frame":"sing"}"#).unwrap();
        assert_eq!(Frame::Other, other);
    }
}
