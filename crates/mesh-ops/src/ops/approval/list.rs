//! `approval.list`

use crate::ops::{approval, present};
use crate::prelude::*;

use mesh_model::limits::PAGE_ITEMS_MAX;

impl Run for ApprovalList {
    async fn run(
        door: &Door,
        call: &Call,
        input: ApprovalListInput,
    ) -> Result<List<ApprovalView>, Refusal> {
        let readable = match &input.room {
            Some(room) => vec![call.readable_room(room)?],
            None => call.rooms()?,
        };
        let rooms: Vec<RoomId> = readable.iter().map(|(room, _)| *room).collect();
        let rows = door
            .view(call, move |view| {
                view.approvals_waiting(&rooms, PAGE_ITEMS_MAX)
            })
            .await?;
        let first = |room: RoomId| {
            let found = readable.iter().find(|(id, _)| *id == room);
            found.map(|(_, first)| *first)
        };
        let (access, reader) = (door.node().access(), present::reader(door, call));
        let items = rows
            .iter()
            .filter(|row| first(row.facts.room).is_some_and(|first| row.seq >= first))
            .filter(|row| !input.mine || approval::may_answer(call, row))
            .map(|row| approval::view(&access, reader, row));
        Ok(List {
            items: items.collect(),
        })
    }
}
