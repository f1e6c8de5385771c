//! Shared files of a room: what clients send and get.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::{GuardMark, Trust};
use crate::ids::{BlobHash, FileId, RoomId, Seq};
use crate::time::Millis;
use crate::{Told, closed};

/// Put a file into a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePutInput {
    /// The room: id or name.
    pub room: String,
    /// Where: a plain path such as `docs/plan.md`, at most 128 bytes; or the id of a file.
    pub path: String,
    /// The text, at most 128 KiB. Absent if bytes come beside the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The version that you read and go on from; absent: there is no such file yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u32>,
    /// What is said about this version, for people, at most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Put it over whatever is there. Takes the capability moderate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// Other rooms whose words are in it: ids or names. It goes only where they allow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The SHA-256 hash that its bytes must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<BlobHash>,
}

/// The file is stored: it survives a power cut from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileStored {
    /// The file.
    pub file: FileId,
    /// Its newest version.
    pub version: u32,
    /// How many bytes that has.
    pub bytes: u64,
    /// The place in the log.
    pub seq: Seq,
}

/// A file, and a version of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileGetInput {
    /// The room: id or name.
    pub room: String,
    /// The path, or the file's id.
    pub path: String,
    /// The version; the newest if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// Which files of a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileListInput {
    /// The room: id or name.
    pub room: String,
    /// Only those whose path begins so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Those that were removed, in place of those that are there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// Only those behind this one: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<FileId>,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Files of a room, by path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FilePage {
    /// The files.
    pub items: Vec<FileVersion>,
    /// Where the next page begins, if there is one: its `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<FileId>,
}

/// The versions of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileHistoryInput {
    /// The room: id or name.
    pub room: String,
    /// The path, or the file's id.
    pub path: String,
    /// Only versions before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Versions of a file, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileVersions {
    /// The versions.
    pub items: Vec<FileVersion>,
    /// Where the next page begins, if there is one: its `before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}

/// A file that is to go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRemoveInput {
    /// The room: id or name.
    pub room: String,
    /// The path, or the file's id.
    pub path: String,
    /// The version that you read; absent: whichever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u32>,
}

/// A version that is to be the newest again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRestoreInput {
    /// The room: id or name.
    pub room: String,
    /// The path, or the file's id.
    pub path: String,
    /// The version; the newest one if absent, of a file that was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// What of a file is to be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRedactInput {
    /// The room: id or name.
    pub room: String,
    /// The path, or the file's id.
    pub path: String,
    /// The version, with those that have its content once more; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A version of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileVersion {
    /// The file.
    pub file: FileId,
    /// Its path. To agents the file's id stands here if the name is a stranger's; the name is in `told` then.
    pub path: Told,
    /// Which version.
    pub version: u32,
    /// How many bytes it has.
    pub bytes: u64,
    /// What it is, told by its content; empty if it was erased.
    #[schemars(with = "closed::Code")]
    pub media: String,
    /// The SHA-256 hash of its bytes; absent if it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<BlobHash>,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Told>,
    /// Name and note in an envelope: to agents, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// Who put it.
    pub by: ParticipantRef,
    /// When.
    pub at: Millis,
    /// The place in the log.
    pub seq: Seq,
    /// How far it was trusted when it was put.
    pub trust: Trust,
    /// The version whose content it has once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// The other rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found in its text, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// Whether it was erased for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// Whether the file was removed since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// A version of a file and what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileContent {
    /// The version.
    pub version: FileVersion,
    /// Its text, if it is one of at most 128 KiB; anything else is fetched from `GET /api/rooms/{room}/file/bytes`, or by
    /// `mesh file get`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Told>,
    /// Whether `text` stands in an envelope: to agents, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
}

/// A version of a file, named so that it stays the same one whatever becomes of its path.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// The file: its id stands for its path in every call.
    pub file: FileId,
    /// Which version.
    pub version: u32,
}

/// A file that a message is to bring along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedFile {
    /// A file of the room that the message goes to: its path, or its id.
    pub file: String,
    /// The version; the newest if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A file that a message brought along, as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// The file: `file.get` takes it as its path.
    pub file: FileId,
    /// Which version.
    pub version: u32,
    /// Its name, its size and what it is; absent where the reader may not read the room's files. It tells too whether
    /// the version was erased or the file removed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<FileVersion>,
}

impl From<FileRef> for Attachment {
    fn from(named: FileRef) -> Attachment {
        Attachment {
            file: named.file,
            version: named.version,
            about: None,
        }
    }
}

/// On one line: `plan.md (version 2, 1.5 KiB, text/plain)`.
impl fmt::Display for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, version) = (self.file, self.version);
        match &self.about {
            None => write!(f, "{file} (version {version})"),
            Some(about) if about.redacted => write!(f, "{file} (version {version}, erased)"),
            Some(about) => {
                let size = human_size(about.bytes);
                let (path, media) = (&*about.path, &about.media);
                write!(f, "{path} (version {version}, {size}, {media}")?;
                f.write_str(if about.removed {
                    ", removed since)"
                } else {
                    ")"
                })
            }
        }
    }
}

/// A number of bytes as people read it.
pub fn human_size(bytes: u64) -> String {
    const UNITS: &[&str] = &["KiB", "MiB", "GiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut whole, mut unit) = (bytes * 10 / 1024, 0);
    while whole >= 10_240 && unit + 1 < UNITS.len() {
        whole /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", whole / 10, whole % 10, UNITS[unit])
}

/// What the log says about a version of a file; erasable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileBody {
    /// Its path.
    pub path: String,
    /// The SHA-256 hash of its bytes.
    pub sha256: BlobHash,
    /// What it is, told by its content.
    pub media: String,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, told) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_572_864, "1.5 MiB"),
            (20 * 1024 * 1024, "20.0 MiB"),
            (1 << 41, "2048.0 GiB"),
        ] {
            assert_eq!(human_size(bytes), told);
        }
    }
}
