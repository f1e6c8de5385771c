//! `message.get`

use crate::ops::{message, present};
use crate::prelude::*;

use mesh_store::view::MessageRow;

impl Run for MessageGet {
    async fn run(door: &Door, call: &Call, input: MessageRefInput) -> Result<Message, Refusal> {
        let row = readable(door, call, input.message).await?;
        let reader = present::reader(door, call);
        Ok(message::view(call, reader, row))
    }
}

/// A message that the caller may read.
pub(crate) async fn readable(
    door: &Door,
    call: &Call,
    message: MessageId,
) -> Result<MessageRow, Refusal> {
    let row = door
        .view(call, move |view| view.message(message))
        .await?
        .ok_or_else(refuse::no_message)?;
    let (_, first) = call
        .readable(row.facts.room)
        .map_err(|_| refuse::no_message())?;
    if row.seq < first {
        return Err(refuse::no_message());
    }
    Ok(row)
}
