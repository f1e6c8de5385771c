//! `message.redact`: gathers every place that holds words of the message

use crate::evidence;
use crate::prelude::*;
use mesh_model::command::MessageCommand;
use mesh_model::events::MessageFacts;

impl Run for MessageRedact {
    async fn run(door: &Door, call: &Call, input: MessageReasonInput) -> Result<Done, Refusal> {
        let (message, posted) = match evidence::known_header(door, call, input.message).await {
            Err(unknown) if unknown.code == ErrorCode::NotFound => {
                let rejected = rejected(door, call, input.message).await?;
                (rejected.ok_or(unknown)?, false)
            }
            known => (known?, true),
        };
        let reason = check::reason(input.reason)?;
        let erased = places(door, call, input.message).await?;
        let command = MessageCommand::Redact {
            message,
            erased,
            posted,
            reason,
        };
        let done = call.done(door, Command::Message(command)).await?;
        door.inlets().erase(input.message.0);
        Ok(done)
    }
}

/// The places whose words belong to a message: itself, its edits, its wait in quarantine.
pub(crate) async fn places(
    door: &Door,
    call: &Call,
    message: MessageId,
) -> Result<Vec<Seq>, Refusal> {
    let edits = door.view(call, move |view| view.edits(message)).await?;
    let mut places = vec![message.0];
    places.extend(edits.into_iter().map(|(seq, _)| seq));
    places.extend(waited(door, message).await?);
    places.sort_unstable();
    places.dedup();
    Ok(places)
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
