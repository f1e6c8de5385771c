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
    let message = evidence::header(door, call, input.message).await?;
    let me = call.me()?;
    let (rows, as_of) = door
        .view(call, move |view| view.reactions(input.message))
        .await?;
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
    let reaction = emoji(&input.reaction).map_or(input.reaction.clone(), str::to_owned);
    let command = MessageCommand::React {
        message,
        reacted,
        reaction,
        on,
    };
    call.done(door, Command::Message(command)).await
}
