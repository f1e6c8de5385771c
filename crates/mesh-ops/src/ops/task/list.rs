//! `task.list`

use crate::ops::{present, task};
use crate::prelude::*;

use mesh_store::view::TaskFilter;

impl Run for TaskList {
    async fn run(
        door: &Door,
        call: &Call,
        input: TaskListInput,
    ) -> Result<Page<TaskView>, Refusal> {
        let me = call.me()?;
        door.check_cursor(input.after)?;
        let mut rooms = match &input.room {
            Some(room) => vec![call.readable_room(room)?],
            None => call.rooms()?,
        };
        if let Some(task) = input.graph {
            // All of a graph is in one room.
            let room = task::readable(door, call, task).await?.task.room;
            rooms.retain(|(id, _)| *id == room);
        }
        let named = |who: &Option<String>| match who {
            Some(who) => call.participant(who).map(|found| Some(found.id)),
            None => Ok(None),
        };
        let filter = TaskFilter {
            words: check::words(input.q)?,
            rooms,
            viewer: Some(me),
            states: input.states,
            capability: input.capability,
            worker: named(&input.worker)?,
            creator: named(&input.creator)?,
            graph: input.graph,
            after: input.after,
            before: input.before,
            limit: check::limit(input.limit)?,
        };
        let page = door.view(call, move |view| view.task_list(&filter)).await?;
        let reader = present::reader(door, call);
        let items = page
            .items
            .iter()
            .map(|row| task::view(&call.access, reader, row));
        Ok(Page {
            items: items.collect(),
            next: page.next,
            prev: page.prev,
        })
    }
}
