//! Claims about things: what the log remembers. All their words are content, so that they can go with what they stand on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{GuardMark, Trust};
use crate::ids::{FileId, MemoryId, MessageId, RoomId, Seq, TaskId};

events! { Entity EntityFacts
    Noted(it: EntityNoted) "entity.noted" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: Data(EntityBody),
        erased: Erased::WithRoom,
        has_words: true,
        trust: Some(it.trust),
        guard: it.guard.as_ref(),
        times: ["/since", "/until"],
    }
    Forgotten(it: EntityForgotten) "entity.forgotten" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
        erases: Erases::Versions(&it.erased),
    }
}

/// What a claim says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Claimed {
    /// That there is something, what it is and what else it is called.
    Entity,
    /// How it is related to something else.
    Relation,
    /// That two names mean one thing.
    Same,
}

/// On what a claim stands. When that is erased, so is the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EntitySource {
    /// On the word of whoever noted it.
    Said,
    /// On a message of the room.
    Message {
        /// Which.
        message: MessageId,
    },
    /// On what a task of the room put out.
    Task {
        /// Which.
        task: TaskId,
    },
    /// On a memory whose words are of no other room.
    Memory {
        /// Which.
        memory: MemoryId,
    },
    /// On a version of a file of the room.
    File {
        /// The file.
        file: FileId,
        /// Its version.
        version: u32,
        /// Where that was put.
        put: Seq,
    },
}

/// Somebody claims something. Content: [`crate::api::EntityBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityNoted {
    /// Where.
    pub room: RoomId,
    /// What is claimed.
    pub about: Claimed,
    /// On what it stands.
    pub source: EntitySource,
    /// How sure whoever claims it is, in percent.
    pub confidence: u8,
    /// Since when it holds, unix milliseconds; absent: always did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Until when, unix milliseconds; absent: still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// How many bytes its words have.
    pub bytes: u32,
    /// How far it is trusted, for good: no further than its author and what it stands on.
    #[serde(default = "Trust::local", skip_serializing_if = "Trust::is_local")]
    pub trust: Trust,
    /// The other rooms whose words are in what it stands on, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found in its words, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

/// Why claims are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntityGone {
    /// Somebody had them forgotten.
    Forgotten,
    /// Their author noted the same anew.
    Replaced,
    /// What they stood on was erased.
    Source,
}

/// Claims are gone; their words are erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityForgotten {
    /// Where.
    pub room: RoomId,
    /// The places where they were noted, ascending.
    pub erased: Vec<Seq>,
    /// Why.
    pub why: EntityGone,
}
