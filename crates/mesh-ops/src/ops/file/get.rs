//! `file.get`

use super::{erased, named, readable, shown, text, version};
use crate::ops::present;
use crate::prelude::*;

use mesh_node::machine::{Reader, Sealed};

impl Run for FileGet {
    async fn run(door: &Door, call: &Call, input: FileGetInput) -> Result<FileContent, Refusal> {
        let room = readable(call, &input.room)?;
        let file = named(door, call, room.0, &input.path).await?.file()?;
        let row = version(door, call, room, file, input.version).await?;
        let Some(body) = &row.body else {
            return Err(erased(&row));
        };
        let text = text(door, row.facts.bytes, body).await?;
        let (access, reader) = (door.node().access(), present::reader(door, call));
        let (text, enveloped) = match (reader, text) {
            (Reader::Program(envelopes, _), Some(text)) if row.facts.is_marked() => {
                let sealed = Sealed {
                    seq: row.seq,
                    room: Some(room.0),
                    author: Some(row.author),
                    trust: row.facts.trust,
                    relayed: None,
                    guard: row.facts.guard.as_ref(),
                    text: &text,
                    payload: None,
                };
                (Some(envelopes.wrap(&access, &sealed)), true)
            }
            (_, text) => (text, false),
        };
        Ok(FileContent {
            version: shown(&access, reader, row),
            text,
            enveloped,
        })
    }
}
