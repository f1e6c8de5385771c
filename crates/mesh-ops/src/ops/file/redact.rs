//! `file.redact`

use super::{named, version};
use crate::prelude::*;

use mesh_model::command::FileCommand;

impl Run for FileRedact {
    async fn run(door: &Door, call: &Call, input: FileRedactInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let file = named(door, call, room, &input.path).await?.file()?;
        let place = match input.version {
            None => None,
            // Whoever put it may erase it, whether or not it may read there any more.
            Some(number) => {
                let all = (room, Seq::ZERO);
                Some(version(door, call, all, file, Some(number)).await?.seq)
            }
        };
        let command = Command::File(FileCommand::Redact {
            room,
            file,
            version: place,
        });
        call.done(door, command).await
    }
}
