//! `event.publish`

use crate::prelude::*;

use crate::evidence;

impl Run for EventPublish {
    async fn run(door: &Door, call: &Call, input: EventPublishInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let (name, version) = evidence::payload(door, call, &input.kind, &input.payload).await?;
        let body = content(&EventBody {
            payload: input.payload,
        })?;
        call.done(
            door,
            Command::PublishEvent {
                room,
                name,
                version,
                body,
            },
        )
        .await
    }
}
