//! Shared files of a room. Their bytes come in and go out beside the calls; a call says which they are.

mod get;
mod history;
mod list;
pub(crate) mod media;
mod put;
mod redact;
mod remove;
mod restore;
mod upload;

pub use upload::{Download, Upload, Uploaded, Uploads};

use std::io::Read;
use std::sync::Arc;

use media::TEXT;
use mesh_core::{Access, check_path};
use mesh_guard::{composed, is_plain_name, path_skeleton};
use mesh_model::api::{Attachment, FileBody, FileRef, FileStored, FileVersion, NamedFile};
use mesh_model::events::{FileFacts, FilePut};
use mesh_model::limits::{FILE_TEXT_BYTES_MAX, MESSAGE_FILES_MAX};
use mesh_model::{
    BlobHash, Effect, Facts, FileId, ParticipantId, PathKey, Permission, Refusal, RoomId, Seq,
    Told, refuse,
};
use mesh_node::machine::{Reader, Whose};
use mesh_node::{Node, Outcome};
use mesh_store::view::{AttachedRow, FileRow};
use sha2::{Digest, Sha256};
pub(crate) use upload::damaged;
use uuid::Uuid;

use crate::door::{Call, Door};
use crate::ops::present;

/// A path as a file has it: letters that can be written in several ways are written in one.
fn plain(path: &str) -> Result<String, Refusal> {
    let path = composed(path);
    check_path(&path)?;
    if is_plain_name(&path) {
        return Ok(path.into_owned());
    }
    Err(refuse::invalid(
        "the path of a file holds nothing that cannot be seen, and no letters of several scripts in one word",
        "give it a plain name, such as docs/plan.md",
    )
    .so(Effect::NothingStored))
}

/// The key of a path in a room: nobody without the node's secret finds out a path by trying. Paths that look the same have
/// the same.
fn key(node: &Node, room: RoomId, path: &str) -> PathKey {
    let hash = Sha256::new_with_prefix(b"mesh-path/1\n")
        .chain_update(node.vault().node_seed().0)
        .chain_update(room.0.as_bytes())
        .chain_update(path_skeleton(path).as_bytes())
        .finalize();
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    PathKey(Uuid::from_bytes(key))
}

/// What a path, or the id of a file in its place, means.
struct Named {
    path: String,
    file: Option<FileId>,
}

impl Named {
    fn file(&self) -> Result<FileId, Refusal> {
        self.file.ok_or_else(refuse::no_file)
    }
}

async fn named(door: &Door, call: &Call, room: RoomId, path: &str) -> Result<Named, Refusal> {
    if let Ok(file) = path.parse::<FileId>() {
        let known = door.node().work().file(room, file).is_some();
        let path = door.view(call, move |view| view.file_path(file)).await?;
        let path = path.filter(|_| known).ok_or_else(refuse::no_file)?;
        return Ok(Named {
            path,
            file: Some(file),
        });
    }
    let path = plain(path)?;
    let asked = path.clone();
    let file = door
        .view(call, move |view| view.file_at(room, &asked))
        .await?;
    Ok(Named { path, file })
}

/// A room whose files the caller may read, and the first place there that it may see.
fn readable(call: &Call, room: &str) -> Result<(RoomId, Seq), Refusal> {
    call.readable(call.data_room(room)?)
}

/// The version of a file that is asked for, and its words.
async fn version(
    door: &Door,
    call: &Call,
    room: (RoomId, Seq),
    file: FileId,
    version: Option<u32>,
) -> Result<FileRow, Refusal> {
    let found = door
        .view(call, move |view| view.file_version(room, file, version))
        .await?;
    found.ok_or_else(|| match version {
        Some(_) => refuse::no_version(),
        None => refuse::no_file(),
    })
}

/// A version of a file at a path, the newest unless one is named: one whose words are still there.
pub(crate) async fn version_at(
    door: &Door,
    call: &Call,
    room: RoomId,
    path: &str,
    number: Option<u32>,
) -> Result<FileRow, Refusal> {
    let visible = call.readable(call.data_room(&room.to_string())?)?;
    let file = named(door, call, room, path).await?.file()?;
    let row = version(door, call, visible, file, number).await?;
    if row.body.is_some() {
        Ok(row)
    } else {
        Err(erased(&row))
    }
}

fn erased(row: &FileRow) -> Refusal {
    refuse::gone(
        format!("version {} of the file was erased", row.facts.version),
        "list the versions that are kept with file.history",
    )
}

/// Whose words a version is.
fn whose(seq: Seq, author: ParticipantId, put: &FilePut) -> Whose<'_> {
    Whose {
        seq,
        room: Some(put.room),
        author: Some(author),
        trust: put.trust,
        relayed: None,
        guard: put.guard.as_ref(),
        data: false,
    }
}

/// A version as its reader gets it. A stranger's name can be as long as an order: programs get it in an envelope.
fn shown(access: &Access, reader: Reader<'_>, row: FileRow) -> FileVersion {
    reader.note(row.facts.room);
    let gone = row.body.is_none();
    let (sha256, media, note) = match row.body {
        Some(body) => (Some(body.sha256), body.media, body.note),
        None => (None, String::new(), String::new()),
    };
    let path = row.path.unwrap_or_default();
    let whose = whose(row.seq, row.author, &row.facts);
    let (path, note, told) = if reader.seals(&whose) {
        let words = format!("{path}\n{note}");
        let told = reader.tell(access, &whose, words.trim_end());
        (Told::composed(row.facts.file.to_string()), None, Some(told))
    } else {
        let note = (!note.is_empty()).then(|| reader.tell(access, &whose, note));
        (reader.tell(access, &whose, path), note, None)
    };
    FileVersion {
        file: row.facts.file,
        path,
        version: row.facts.version,
        bytes: row.facts.bytes,
        media,
        sha256,
        note,
        told,
        by: present::participant(access, row.author),
        at: row.at,
        seq: row.seq,
        trust: row.facts.trust,
        of: row.facts.of,
        labels: row.facts.labels,
        guard: row.facts.guard,
        redacted: gone,
        removed: row.removed,
    }
}

/// The files that a message is to bring along, each of which the caller may read.
pub(crate) async fn attached(
    door: &Door,
    call: &Call,
    room: RoomId,
    files: &[NamedFile],
) -> Result<Vec<FileRef>, Refusal> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let unposted = |refusal: Refusal| refusal.so(Effect::NothingPosted);
    if files.len() > MESSAGE_FILES_MAX {
        return Err(unposted(refuse::invalid(
            format!(
                "the field 'files' has {} entries, the limit is {MESSAGE_FILES_MAX}",
                files.len()
            ),
            "send several messages",
        )));
    }
    let permitted = (call.access).check_permission(&call.actor, Permission::MemoryRead, call.now);
    permitted.map_err(unposted)?;
    let room = readable(call, &room.to_string()).map_err(unposted)?;
    let mut found = Vec::with_capacity(files.len());
    for (place, named) in files.iter().enumerate() {
        let row = attached_one(door, call, room, named).await;
        let row = row.map_err(|refusal| unposted(refusal.within(format!("files.{place}"))))?;
        found.push(FileRef {
            file: row.facts.file,
            version: row.facts.version,
        });
    }
    Ok(found)
}

async fn attached_one(
    door: &Door,
    call: &Call,
    room: (RoomId, Seq),
    wanted: &NamedFile,
) -> Result<FileRow, Refusal> {
    let file = named(door, call, room.0, &wanted.file).await?.file()?;
    let row = version(door, call, room, file, wanted.version).await?;
    if row.body.is_none() {
        return Err(erased(&row));
    }
    Ok(row)
}

/// Files that a message brought along, as its reader gets them: whoever may not read a room's files does not get their
/// names here either.
pub(crate) fn attachments(
    call: &Call,
    reader: Reader<'_>,
    room: RoomId,
    rows: Vec<AttachedRow>,
) -> Vec<Attachment> {
    if rows.is_empty() {
        return Vec::new();
    }
    let me = call.me().ok();
    let may =
        call.has(Permission::MemoryRead) && me.is_some_and(|me| call.access.may_data(me, room));
    let first = call.readable(room).ok().filter(|_| may);
    let first = first.map(|(_, first)| first);
    let one = |attached: AttachedRow| {
        let row = (attached.row).filter(|row| first.is_some_and(|first| row.seq >= first));
        Attachment {
            about: row.map(|row| shown(&call.access, reader, *row)),
            ..Attachment::from(attached.named)
        }
    };
    rows.into_iter().map(one).collect()
}

/// What the event of a put tells.
fn stored(outcome: &Outcome, facts: Vec<Facts>) -> Option<FileStored> {
    match facts.into_iter().next()? {
        Facts::File(FileFacts::Put(put)) => Some(FileStored {
            file: put.file,
            version: put.version,
            bytes: put.bytes,
            seq: outcome.first,
        }),
        _ => None,
    }
}

/// The text of a version, if it is a short one, and if it is the one that was put.
async fn text(door: &Door, bytes: u64, body: &FileBody) -> Result<Option<String>, Refusal> {
    if body.media != TEXT || bytes > FILE_TEXT_BYTES_MAX as u64 {
        return Ok(None);
    }
    let (blobs, hash) = (Arc::clone(door.node().blobs()), body.sha256);
    let read = door.blocking(move || {
        let mut bytes = Vec::new();
        let most = FILE_TEXT_BYTES_MAX as u64 + 1;
        blobs.read(hash)?.take(most).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    });
    let bytes = read.await?.map_err(|why| {
        tracing::error!(%why, %hash, "the bytes of a file cannot be read");
        damaged()
    })?;
    if BlobHash(Sha256::digest(&bytes).into()) != hash {
        tracing::error!(%hash, "the bytes of a file are altered");
        return Err(damaged());
    }
    String::from_utf8(bytes).map(Some).map_err(|_| damaged())
}
