//! `room.update`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomUpdate {
    async fn run(door: &Door, call: &Call, input: RoomUpdateInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let text = match input.topic {
            Some(topic) => {
                check::text("topic", &topic)?;
                content(&RoomText { topic })?
            }
            None => None,
        };
        call.done(
            door,
            Command::Room(RoomCommand::Update {
                room,
                name: input.name,
                text,
            }),
        )
        .await
    }
}
