//! `file.list`

use super::{readable, shown};
use crate::ops::present;
use crate::prelude::*;

use mesh_guard::composed;
use mesh_store::view::FileSearch;

impl Run for FileList {
    async fn run(door: &Door, call: &Call, input: FileListInput) -> Result<FilePage, Refusal> {
        let room = readable(call, &input.room)?;
        let limit = check::limit(input.limit)?;
        let search = FileSearch {
            room,
            prefix: composed(input.prefix.as_deref().unwrap_or_default()).into_owned(),
            removed: input.removed,
            after: input.after,
            // One more than asked for tells whether there are more.
            limit: limit + 1,
        };
        let mut rows = door.view(call, move |view| view.files(&search)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.facts.file);
        let (access, reader) = (door.node().access(), present::reader(door, call));
        let items = rows.into_iter().map(|row| shown(&access, reader, row));
        Ok(FilePage {
            items: items.collect(),
            next,
        })
    }
}
