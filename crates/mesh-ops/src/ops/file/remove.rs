//! `file.remove`

use super::named;
use crate::prelude::*;

use mesh_model::command::FileCommand;

impl Run for FileRemove {
    async fn run(door: &Door, call: &Call, input: FileRemoveInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let named = named(door, call, room, &input.path).await?;
        let command = Command::File(FileCommand::Remove {
            room,
            file: named.file()?,
            path: named.path,
            base: input.base,
        });
        call.done(door, command).await
    }
}
