//! `message.delete`

use crate::prelude::*;

impl Run for MessageDelete {
    async fn run(door: &Door, call: &Call, input: MessageReasonInput) -> Result<Done, Refusal> {
        let message = crate::evidence::header(door, call, input.message).await?;
        let reason = check::reason(input.reason)?;
        call.done(door, Command::DeleteMessage { message, reason })
            .await
    }
}
