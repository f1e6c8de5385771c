//! `file.history`

use super::{named, readable, shown};
use crate::ops::present;
use crate::prelude::*;

impl Run for FileHistory {
    async fn run(
        door: &Door,
        call: &Call,
        input: FileHistoryInput,
    ) -> Result<FileVersions, Refusal> {
        let room = readable(call, &input.room)?;
        let limit = check::limit(input.limit)?;
        let file = named(door, call, room.0, &input.path).await?.file()?;
        let before = input.before;
        let mut rows = door
            .view(call, move |view| {
                view.file_versions(room, file, before, limit + 1)
            })
            .await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.facts.version);
        let (access, reader) = (door.node().access(), present::reader(door, call));
        let items = rows.into_iter().map(|row| shown(&access, reader, row));
        Ok(FileVersions {
            items: items.collect(),
            next,
        })
    }
}
