//! `message.edit`

use crate::prelude::*;

use crate::evidence;

impl Run for MessageEdit {
    async fn run(door: &Door, call: &Call, input: MessageEditInput) -> Result<Done, Refusal> {
        let row = super::message_get::readable(door, call, input.message).await?;
        let payload = row.payload.as_deref().map(crate::present::object);
        check::message(
            &input.text,
            row.payload.as_deref().map(|payload| payload.get().len()),
        )?;
        let message = evidence::header(door, call, input.message).await?;
        let mentions = call.mentions(&input.text);
        // The text changes; a payload stays what it was.
        let body = content(&MessageBody {
            text: input.text,
            payload,
        })?;
        call.done(
            door,
            Command::EditMessage {
                message,
                mentions,
                body,
            },
        )
        .await
    }
}
