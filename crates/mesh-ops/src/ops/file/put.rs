//! `file.put`

use super::media::{self, TEXT};
use super::{key, named, stored};
use crate::evidence::scan;
use crate::prelude::*;

use mesh_model::command::{FileCommand, PutFile, Scanned};
use mesh_model::events::Trust;
use mesh_model::limits::FILE_TEXT_BYTES_MAX;
use mesh_model::{BlobHash, FileId};
use mesh_node::Received;

impl Run for FilePut {
    async fn run(door: &Door, call: &Call, input: FilePutInput) -> Result<FileStored, Refusal> {
        let room = call.room(&input.room)?.id;
        check::text("note", &input.note)?;
        let named = named(door, call, room, &input.path).await?;
        let mut labels = Vec::new();
        for label in &input.labels {
            labels.push(call.readable_room(label)?.0);
        }
        let received = received(door, call, input.text, input.sha256).await?;
        let whole = received.head.len() as u64 == received.bytes;
        let media = media::told_by(&received.head, whole);
        let trust = call.access.trust_of(call.me()?, false);
        let text = match (media, received.bytes <= FILE_TEXT_BYTES_MAX as u64) {
            (TEXT, true) => std::str::from_utf8(&received.head).unwrap_or_default(),
            _ => "",
        };
        let words = Words {
            path: &named.path,
            note: &input.note,
            text,
        };
        let guard = words.scanned(door, call, room, trust).await?;
        let body = content(&FileBody {
            path: named.path.clone(),
            sha256: received.pin.hash(),
            media: media.to_owned(),
            note: input.note.clone(),
        })?;
        let command = Command::File(FileCommand::Put(PutFile {
            room,
            file: named.file,
            fresh: FileId(Uuid::now_v7()),
            key: key(door.node(), room, &named.path),
            path: named.path,
            base: input.base,
            force: input.force,
            bytes: received.bytes,
            of: None,
            labels,
            guard,
            body,
        }));
        let outcome = call.submit_pinned(door, command, received.pin).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<FileStored> {
        stored(outcome, facts)
    }
}

/// What the guard looks at: a text that agents get from a call, and what goes with it.
pub(super) struct Words<'a> {
    pub path: &'a str,
    pub note: &'a str,
    pub text: &'a str,
}

impl Words<'_> {
    /// What the guard finds, if the room asks it about what somebody puts who is trusted so.
    pub async fn scanned(
        &self,
        door: &Door,
        call: &Call,
        room: RoomId,
        trust: Trust,
    ) -> Result<Option<Scanned>, Refusal> {
        if !call.access.wants_scan(room, trust) {
            return Ok(None);
        }
        let all = format!("{}\n{}\n{}", self.path, self.note, self.text);
        let origin = scan::Origin::said(&call.access, call.me()?, trust);
        Ok(Some(scan::scan(door, &all, None, origin).await?))
    }
}

/// The bytes of the call: those that came beside it, or its text.
async fn received(
    door: &Door,
    call: &Call,
    text: Option<String>,
    sha256: Option<BlobHash>,
) -> Result<Received, Refusal> {
    let beside = call.options.upload.as_ref();
    let received = match (beside.and_then(|upload| upload.take()), text) {
        (Some(_), Some(_)) => {
            return Err(refuse::invalid(
                "the field 'text' stands there beside bytes",
                "send one of them",
            ));
        }
        (Some(received), None) => received,
        (None, Some(text)) => kept(door, text).await?,
        (None, None) => {
            return Err(refuse::invalid(
                "there is neither a 'text' nor bytes beside the call",
                "send the text, or the bytes to PUT /api/rooms/{room}/file/bytes",
            )
            .so(Effect::NothingStored));
        }
    };
    match sha256 {
        Some(wanted) if wanted != received.pin.hash() => Err(refuse::invalid(
            format!(
                "the bytes have the hash {}, not {wanted}",
                received.pin.hash()
            ),
            "something was lost or changed on the way: send them again",
        )
        .so(Effect::NothingStored)),
        _ => Ok(received),
    }
}

async fn kept(door: &Door, text: String) -> Result<Received, Refusal> {
    if text.len() > FILE_TEXT_BYTES_MAX {
        return Err(refuse::too_large(
            "the text",
            text.len(),
            FILE_TEXT_BYTES_MAX,
            "send it as bytes to PUT /api/rooms/{room}/file/bytes",
        )
        .so(Effect::NothingStored));
    }
    let mut upload = door.begin_upload().await?;
    upload.write(text.into_bytes()).await?;
    upload.keep().await
}
