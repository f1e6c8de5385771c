//! Shared files of a room: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST File
    /// Put a text into a room's files, as a new file or as the next version of one: name as `base` the version that you
    /// read. Bytes and longer texts go to `PUT /api/rooms/{room}/file/bytes`.
    FilePut "file.put" {
        Command Needs::Permission(MemoryWrite), Put "/api/rooms/{room}/file" => 201,
        FilePutInput => FileStored,
        example r##"{"room": "workshop", "path": "plan.md", "text": "# Plan\n\n1. Parser\n"}"##
    }
    /// Read a file of a room: what it is, and its text if it is one and short. Its bytes are at
    /// `GET /api/rooms/{room}/file/bytes`.
    FileGet "file.get" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/file" => 200,
        FileGetInput => FileContent,
        example r#"{"room": "workshop", "path": "plan.md"}"#
    }
    /// List a room's files by path, each with its newest version.
    FileList "file.list" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/files" => 200,
        FileListInput => FilePage,
        example r#"{"room": "workshop", "prefix": "pl"}"#
    }
    /// List the versions of a file, the newest first.
    FileHistory "file.history" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/file/history" => 200,
        FileHistoryInput => FileVersions,
        example r#"{"room": "workshop", "path": "plan.md"}"#
    }
    /// Take a file out of a room's list. Its versions stay and can be restored until the room's retention is over.
    FileRemove "file.remove" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/file/remove" => 200,
        FileRemoveInput => Done,
        example r#"{"room": "workshop", "path": "plan.md"}"#
    }
    /// Make an earlier version the newest again, or bring back a file that was removed.
    FileRestore "file.restore" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/file/restore" => 201,
        FileRestoreInput => FileStored,
        example r#"{"room": "workshop", "path": "plan.md"}"#
    }
    /// Erase a version of a file for good, or all of them: name, note and bytes. Whoever put it may, and moderators.
    FileRedact "file.redact" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/file/redact" => 200,
        FileRedactInput => Done,
        example r#"{"room": "workshop", "path": "plan.md", "version": 1}"#
    }
}
