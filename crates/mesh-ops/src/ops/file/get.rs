//! `file.get`

use super::{erased, named, readable, shown, text, version, whose};
use crate::ops::present;
use crate::prelude::*;

use mesh_node::machine::NO_DATA;

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
        let whose = whose(row.seq, row.author, &row.facts);
        let text = text.map(|text| reader.hear(&access, &whose, text, NO_DATA));
        let enveloped = text.as_ref().is_some_and(|text| text.enveloped);
        let text = text.map(|text| text.text);
        Ok(FileContent {
            version: shown(&access, reader, row),
            text,
            enveloped,
        })
    }
}
