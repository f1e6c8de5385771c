//! `message.delete`

use crate::prelude::*;
use mesh_model::command::MessageCommand;

impl Run for MessageDelete {
    async fn run(door: &Door, call: &Call, input: MessageReasonInput) -> Result<Done, Refusal> {
        let message = crate::evidence::header(door, call, input.message).await?;
        let reason = check::reason(input.reason)?;
        call.done(
            door,
            Command::Message(MessageCommand::Delete { message, reason }),
        )
        .await
    }
}
