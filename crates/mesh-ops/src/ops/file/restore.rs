//! `file.restore`

use super::put::Words;
use super::upload::damaged;
use super::{erased, key, named, readable, stored, text, version};
use crate::prelude::*;

use mesh_model::command::{FileCommand, PutFile};

impl Run for FileRestore {
    async fn run(door: &Door, call: &Call, input: FileRestoreInput) -> Result<FileStored, Refusal> {
        let room = readable(call, &input.room)?;
        let named = named(door, call, room.0, &input.path).await?;
        let file = named.file()?;
        let row = version(door, call, room, file, input.version).await?;
        let Some(body) = &row.body else {
            return Err(erased(&row));
        };
        if input.version.is_none() && !row.removed {
            return Err(refuse::conflict(
                "the file is there, with its newest version",
                "name the version that is to be the newest again: file.history lists them",
            )
            .so(Effect::NothingChanged));
        }
        let pin = door.node().blobs().pin(body.sha256).ok_or_else(damaged)?;
        // The room's rules about what is said there may be others by now.
        let trust = call.access.trust_of(call.me()?, false).min(row.facts.trust);
        let words = Words {
            path: &named.path,
            note: &body.note,
            text: &text(door, row.facts.bytes, body).await?.unwrap_or_default(),
        };
        let guard = words.scanned(door, call, room.0, trust).await?;
        let command = Command::File(FileCommand::Put(PutFile {
            room: room.0,
            file: Some(file),
            fresh: file,
            key: key(door.node(), room.0, &named.path),
            path: named.path.clone(),
            base: None,
            force: false,
            bytes: row.facts.bytes,
            of: Some(row.facts.version),
            labels: row.facts.labels.clone(),
            guard,
            body: content(body)?,
        }));
        let outcome = call.submit_pinned(door, command, pin).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<FileStored> {
        stored(outcome, facts)
    }
}
