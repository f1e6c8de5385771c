//! `event.publish`

use crate::evidence;
use crate::evidence::Spoken;
use crate::prelude::*;
use mesh_model::command::EventTypeCommand;

impl Run for EventPublish {
    async fn run(door: &Door, call: &Call, input: EventPublishInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let (name, version) = evidence::payload(door, call, &input.kind, &input.payload).await?;
        let body = content(&EventBody {
            payload: input.payload.clone(),
        })?;
        let spoken = Spoken::new(String::new(), Some(input.payload), false);
        let outcome = evidence::submit(door, call, room, spoken, |evidence| {
            Command::EventType(EventTypeCommand::Publish {
                room,
                name: name.clone(),
                version,
                evidence,
                body: body.clone(),
            })
        });
        Ok(Done {
            seq: outcome.await?.0.last(),
        })
    }
}
