//! `member.add`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberAdd {
    async fn run(door: &Door, call: &Call, input: MemberRefInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        // The owner may come into a room it cannot see, by its id and by an event that its members
        // see. The core checks that nobody else does.
        let room = match (call.actor, input.room.parse::<RoomId>()) {
            (Actor::Owner(me), Ok(room)) if me == participant => room,
            _ => call.room(&input.room)?.id,
        };
        call.done(door, Command::Room(RoomCommand::Add { room, participant }))
            .await
    }
}
