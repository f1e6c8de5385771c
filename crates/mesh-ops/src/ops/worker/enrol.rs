//! `worker.enrol`

use mesh_model::command::WorkerCommand;

use crate::prelude::*;

impl Run for WorkerEnrol {
    async fn run(door: &Door, call: &Call, input: WorkerEnrolInput) -> Result<Done, Refusal> {
        let WorkerEnrolInput {
            slots,
            capabilities,
            machine,
            runner,
            rooms,
        } = input;
        let rooms = rooms.iter().map(|room| Ok(call.room(room)?.id));
        let rooms = rooms.collect::<Result<Vec<_>, Refusal>>()?;
        for (field, value) in [("machine", &machine), ("runner", &runner)] {
            if let Some(value) = value {
                check::label(field, value)?;
            }
        }
        let about = if machine.is_some() || runner.is_some() {
            content(&WorkerBody { machine, runner })?
        } else {
            None
        };
        let command = WorkerCommand::Enrol {
            worker: call.me()?,
            slots: slots.unwrap_or(1),
            capabilities,
            rooms,
            about,
        };
        call.done(door, Command::Worker(command)).await
    }
}
