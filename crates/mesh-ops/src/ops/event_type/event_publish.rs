//! `event.publish`

use crate::evidence;
use crate::evidence::Spoken;
use crate::prelude::*;
use mesh_model::command::EventTypeCommand;

use serde_json::{Map, Value};

impl Run for EventPublish {
    async fn run(door: &Door, call: &Call, input: EventPublishInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let seq = publish(door, call, room, &input.kind, input.payload).await?;
        Ok(Done { seq })
    }
}

/// Publishes an event into a room that the caller may know of. Gives its place.
pub(crate) async fn publish(
    door: &Door,
    call: &Call,
    room: RoomId,
    kind: &str,
    payload: Map<String, Value>,
) -> Result<Seq, Refusal> {
    let (name, version) = evidence::payload(door, call, kind, &payload).await?;
    let body = content(&EventBody {
        payload: payload.clone(),
    })?;
    let spoken = Spoken::new(String::new(), Some(payload), false);
    let outcome = evidence::submit(door, call, room, spoken, |evidence| {
        Command::EventType(EventTypeCommand::Publish {
            room,
            name: name.clone(),
            version,
            evidence,
            body: body.clone(),
        })
    });
    Ok(outcome.await?.0.last())
}
