//! Shared files of a room: what the log remembers. A file's name, its hash and what is said about it are content.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{GuardMark, Trust};
use crate::ids::{FileId, PathKey, RoomId, Seq};

events! { File FileFacts
    Put(it: FilePut) "file.put" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: Data(FileBody),
        erased: Erased::WithRoom,
        has_words: true,
        trust: Some(it.trust),
        guard: it.guard.as_ref(),
    }
    Removed(it: FileRemoved) "file.removed" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
    }
    Redacted(it: FileRedacted) "file.redacted" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
        erases: Erases::Versions(&it.erased),
    }
}

/// A file has a new version. Content: [`crate::api::FileBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePut {
    /// Where.
    pub room: RoomId,
    /// The file.
    pub file: FileId,
    /// Where in the room it stands.
    pub key: PathKey,
    /// Its version; the first is 1.
    pub version: u32,
    /// How many bytes it has.
    pub bytes: u64,
    /// The version whose content it has once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// How far it is trusted, for good.
    #[serde(default = "Trust::local", skip_serializing_if = "Trust::is_local")]
    pub trust: Trust,
    /// The other rooms whose words are in it, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found in its text, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

/// A file is no longer there. Its versions stay until they are redacted or the room's retention is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRemoved {
    /// Where.
    pub room: RoomId,
    /// The file.
    pub file: FileId,
}

/// Versions of a file are erased for good: name, hash, note and bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRedacted {
    /// Where.
    pub room: RoomId,
    /// The file.
    pub file: FileId,
    /// The places where the versions were put.
    pub erased: Vec<Seq>,
}
