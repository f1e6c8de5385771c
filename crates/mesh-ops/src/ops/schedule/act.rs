//! What a schedule is for, done by the call that it runs in: the same functions as `message.post`, `message.send` and
//! `task.create` by hand.

use crate::ops::message::{Draft, direct, post};
use crate::ops::task::create::{create, note_keys};
use crate::prelude::*;

use mesh_model::events::ScheduleTo;
use mesh_model::ops::Declaration;

/// What a run needs to begin; what else it needs the core asks for.
pub(crate) const DECLARATION: &Declaration = &ScheduleRun::DECLARATION;

/// Says or creates it, as the call's caller; the core notes in the same batch that it ran.
pub(crate) async fn act(door: &Door, call: &Call) -> Result<(), Refusal> {
    let schedule = call.schedule.map(|(schedule, _)| schedule);
    let work = door.node().work();
    let found = schedule.and_then(|id| work.schedules().get(id));
    let found = found.ok_or_else(refuse::no_schedule)?;
    let body = super::body(door, call, found.id).await?;
    if found.plan.tasks {
        let ScheduleTo::Room(room) = found.plan.to else {
            return Err(refuse::no_room());
        };
        note_keys(call, &body.tasks);
        return create(door, call, &room.to_string(), body.tasks)
            .await
            .map(drop);
    }
    let said = Draft {
        text: body.text,
        priority: body.priority,
        ..Draft::default()
    };
    said.check(call)?;
    let room = match found.plan.to {
        ScheduleTo::Room(room) => call.room(&room.to_string())?.id,
        ScheduleTo::Participant(to) => direct(door, call, to).await?,
    };
    post(door, call, room, said).await.map(drop)
}
