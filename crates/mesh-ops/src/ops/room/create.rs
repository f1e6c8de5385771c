//! `room.create`

use crate::prelude::*;
use mesh_model::command::RoomCommand;
use mesh_model::events::RoomFacts;

impl Run for RoomCreate {
    async fn run(door: &Door, call: &Call, input: RoomCreateInput) -> Result<RoomCreated, Refusal> {
        check::text("topic", &input.topic)?;
        let command = Command::Room(RoomCommand::Create {
            room: RoomId(Uuid::now_v7()),
            kind: RoomKind::Room,
            name: Some(input.name),
            access: input.access,
            history: input.history,
            defaults: input.defaults,
            members: call.participants(&input.members)?,
            text: content(&RoomText { topic: input.topic })?,
        });
        let outcome = call.submit(door, command).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<RoomCreated> {
        match facts.into_iter().next()? {
            Facts::Room(RoomFacts::Created(made)) => Some(RoomCreated {
                id: made.room,
                name: made.name,
                seq: outcome.first,
            }),
            _ => None,
        }
    }
}
