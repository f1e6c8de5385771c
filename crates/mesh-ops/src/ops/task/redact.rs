//! `task.redact`: where the task is and whose it is the view knows, for old ones too

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskRedact {
    async fn run(door: &Door, call: &Call, input: TaskReasonInput) -> Result<Done, Refusal> {
        let reason = check::reason(input.reason)?;
        let id = input.task;
        let row = door
            .view(call, move |view| view.task(id))
            .await?
            .ok_or_else(refuse::no_task)?;
        let command = TaskCommand::Redact {
            task: id,
            room: row.task.room,
            creator: row.task.creator,
            reason,
        };
        let done = call.done(door, Command::Task(command)).await?;
        door.inlets().erase(row.task.created);
        Ok(done)
    }
}
