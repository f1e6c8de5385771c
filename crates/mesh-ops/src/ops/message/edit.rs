//! `message.edit`

use crate::evidence;
use crate::evidence::Spoken;
use crate::prelude::*;
use mesh_model::command::MessageCommand;
use mesh_model::events::Place;
use mesh_node::Outcome;

impl Run for MessageEdit {
    async fn run(door: &Door, call: &Call, input: MessageEditInput) -> Result<Done, Refusal> {
        let new = NewWords {
            names: call.mentions(&input.text),
            text: input.text,
            place: None,
        };
        let outcome = edit(door, call, input.message, new).await?;
        Ok(Done {
            seq: outcome.last(),
        })
    }
}

/// What takes the place of a message's words.
pub(crate) struct NewWords {
    pub text: String,
    pub names: Vec<ParticipantId>,
    /// Where they stand in another mesh, if its link brings them.
    pub place: Option<Place>,
}

/// The text changes; a payload stays what it was, and so do the files.
pub(crate) async fn edit(
    door: &Door,
    call: &Call,
    message: MessageId,
    new: NewWords,
) -> Result<Outcome, Refusal> {
    let row = super::get::readable(door, call, message).await?;
    let payload = row.payload.as_deref().map(crate::ops::present::object);
    check::message(
        &new.text,
        row.payload.as_deref().map(|payload| payload.get().len()),
        !row.quotes.is_empty() || !row.files.is_empty(),
    )?;
    let message = evidence::header(door, call, message).await?;
    let body = content(&MessageBody {
        text: new.text.clone(),
        payload: payload.clone(),
        files: row.files.iter().map(|file| file.named).collect(),
    })?;
    let spoken = Spoken::new(new.text, payload, false)
        .trusted(row.facts.trust)
        .asking(row.facts.command);
    let outcome = evidence::submit(door, call, message.room, spoken, |evidence| {
        let change = MessageCommand::Edit {
            message: message.clone(),
            mentions: new.names.clone(),
            evidence,
            body: body.clone(),
        };
        Command::Message(match new.place {
            Some(place) => MessageCommand::Brought {
                place,
                change: Box::new(change),
            },
            None => change,
        })
    });
    Ok(outcome.await?.0)
}
