//! `message.delete`

use crate::prelude::*;

impl Run for MessageDelete {
    async fn run(door: &Door, call: &Call, input: MessageRefInput) -> Result<Done, Refusal> {
        let message = crate::evidence::header(door, call, input.message).await?;
        call.done(door, Command::DeleteMessage { message }).await
    }
}
