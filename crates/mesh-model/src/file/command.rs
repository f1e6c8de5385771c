//! Commands about the files of a room.

use crate::command::{Content, Scanned};
use crate::ids::{FileId, PathKey, RoomId, Seq};

/// A version of a file whose bytes lie beside the log already.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct PutFile {
    pub room: RoomId,
    /// The file at the path, if the door knows one.
    pub file: Option<FileId>,
    /// The id of a file that is new.
    pub fresh: FileId,
    pub key: PathKey,
    /// The path: what leases are compared with. It goes into the event with the content alone.
    pub path: String,
    /// The version that was read.
    pub base: Option<u32>,
    /// Whether it goes over whatever is there.
    pub force: bool,
    pub bytes: u64,
    /// The version whose content it has once more.
    pub of: Option<u32>,
    /// Other rooms whose words are in it, as far as whoever puts it says so.
    pub labels: Vec<RoomId>,
    /// What the guard says of its text, if it was asked.
    pub guard: Option<Scanned>,
    pub body: Content,
}

/// What somebody wants of the files of a room.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum FileCommand {
    Put(PutFile),
    Remove {
        room: RoomId,
        file: FileId,
        /// See [`PutFile::path`].
        path: String,
        /// The version that was read.
        base: Option<u32>,
    },
    Redact {
        room: RoomId,
        file: FileId,
        /// The place where the version was put; absent: all versions.
        version: Option<Seq>,
    },
}
