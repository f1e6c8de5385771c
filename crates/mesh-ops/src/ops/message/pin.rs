//! `message.pin`

use mesh_model::command::MessageCommand;

use crate::evidence;
use crate::prelude::*;

impl Run for MessagePin {
    async fn run(door: &Door, call: &Call, input: MessageRefInput) -> Result<Done, Refusal> {
        pin(door, call, input.message, true).await
    }
}

/// Pins a message, or unpins it.
pub(super) async fn pin(
    door: &Door,
    call: &Call,
    message: MessageId,
    on: bool,
) -> Result<Done, Refusal> {
    let message = evidence::header(door, call, message).await?;
    let command = MessageCommand::Pin { message, on };
    call.done(door, Command::Message(command)).await
}
