//! `approval.list`

use crate::ops::{approval, present};
use crate::prelude::*;

use mesh_model::limits::PAGE_ITEMS_MAX;
use mesh_store::view::ApprovalRow;

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
        let mut rooms: Vec<RoomId> = readable.iter().map(|(room, _)| *room).collect();
        // What the caller is to answer may wait in a room that it is not in: its worker's machine is its own.
        let asked = door.node().work();
        let asked: Vec<_> = asked
            .approvals()
            .filter(|it| approval::may_answer(door, call, it.id))
            .map(|it| (it.id, it.room))
            .collect();
        if input.room.is_none() {
            rooms.extend(asked.iter().map(|(_, room)| *room));
            rooms.sort_unstable();
            rooms.dedup();
        }
        let mine = |row: &ApprovalRow| asked.iter().any(|(id, _)| *id == row.facts.approval);
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
            .filter(|row| mine(row) || first(row.facts.room).is_some_and(|first| row.seq >= first))
            .filter(|row| !input.mine || mine(row))
            .map(|row| approval::view(&access, reader, row));
        Ok(List {
            items: items.collect(),
        })
    }
}
