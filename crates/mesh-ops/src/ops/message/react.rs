//! `message.react`: with how the reactions to the message stand as evidence

use mesh_core::emoji;
use mesh_model::command::MessageCommand;
use mesh_model::events::Reacted;

use crate::evidence;
use crate::prelude::*;

impl Run for MessageReact {
    async fn run(door: &Door, call: &Call, input: MessageReactInput) -> Result<Done, Refusal> {
        react(door, call, input, true).await
    }
}

/// Sets a reaction, or takes it back.
pub(super) async fn react(
    door: &Door,
    call: &Call,
    input: MessageReactInput,
    on: bool,
) -> Result<Done, Refusal> {
    let command = reaction(door, call, input.message, input.reaction, on).await?;
    call.done(door, Command::Message(command)).await
}

/// The command for it, with how the reactions stand.
pub(crate) async fn reaction(
    door: &Door,
    call: &Call,
    message: MessageId,
    reaction: String,
    on: bool,
) -> Result<MessageCommand, Refusal> {
    let header = evidence::header(door, call, message).await?;
    let me = call.me()?;
    let (rows, as_of) = door.view(call, move |view| view.reactions(message)).await?;
    let own = rows.iter().filter(|row| row.by.contains(&me));
    let reacted = Reacted {
        own: own.map(|row| row.reaction.clone()).collect(),
        kinds: rows
            .iter()
            .map(|row| {
                let count = u32::try_from(row.by.len()).unwrap_or(u32::MAX);
                (row.reaction.clone(), count)
            })
            .collect(),
        as_of,
    };
    // What is no emoji the core refuses, as it would be.
    let reaction = emoji(&reaction).map_or(reaction.clone(), str::to_owned);
    Ok(MessageCommand::React {
        message: header,
        reacted,
        reaction,
        on,
    })
}
