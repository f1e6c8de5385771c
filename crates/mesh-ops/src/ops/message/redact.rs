//! `message.redact`: gathers every place that holds words of the message

use crate::evidence;
use crate::prelude::*;
use mesh_model::command::MessageCommand;
use mesh_model::events::MessageFacts;

impl Run for MessageRedact {
    async fn run(door: &Door, call: &Call, input: MessageReasonInput) -> Result<Done, Refusal> {
        let message = match evidence::known_header(door, call, input.message).await {
            Err(unknown) if unknown.code == ErrorCode::NotFound => {
                rejected(door, call, input.message).await?.ok_or(unknown)?
            }
            known => known?,
        };
        let reason = check::reason(input.reason)?;
        let edits = door
            .view(call, move |view| view.edits(input.message))
            .await?;
        let mut erased = vec![input.message.0];
        erased.extend(edits.into_iter().map(|(seq, _)| seq));
        erased.extend(waited(door, input.message).await?);
        erased.sort_unstable();
        erased.dedup();
        let command = MessageCommand::Redact {
            message,
            erased,
            reason,
        };
        let done = call.done(door, Command::Message(command)).await?;
        door.inlets().erase(input.message.0);
        Ok(done)
    }
}

/// A message that a moderator did not let out: its author and those who moderate may know of it.
async fn rejected(
    door: &Door,
    call: &Call,
    message: MessageId,
) -> Result<Option<events::MessageHeader>, Refusal> {
    let me = call.me()?;
    let found = door
        .view(call, move |view| view.reviewed_header(message))
        .await?;
    Ok(found.filter(|header| {
        header.author == me || call.access.may(me, Action::Moderate, header.room).is_ok()
    }))
}

/// Where the message waited in quarantine, if it did: its words stand there too.
async fn waited(door: &Door, message: MessageId) -> Result<Option<Seq>, Refusal> {
    let stored = evidence::stored(door, message).await?;
    Ok(match stored.map(|stored| stored.facts) {
        Some(Facts::Message(MessageFacts::Posted(posted))) => {
            posted.released.map(|released| released.message.0)
        }
        _ => None,
    })
}
