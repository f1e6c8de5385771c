//! `message.edit`

use crate::evidence;
use crate::evidence::Spoken;
use crate::prelude::*;
use mesh_model::command::MessageCommand;

impl Run for MessageEdit {
    async fn run(door: &Door, call: &Call, input: MessageEditInput) -> Result<Done, Refusal> {
        let row = super::get::readable(door, call, input.message).await?;
        let payload = row.payload.as_deref().map(crate::ops::present::object);
        check::message(
            &input.text,
            row.payload.as_deref().map(|payload| payload.get().len()),
            !row.quotes.is_empty() || !row.files.is_empty(),
        )?;
        let message = evidence::header(door, call, input.message).await?;
        let mentions = call.mentions(&input.text);
        // The text changes; a payload stays what it was, and so do the files.
        let body = content(&MessageBody {
            text: input.text.clone(),
            payload: payload.clone(),
            files: row.files.iter().map(|file| file.named).collect(),
        })?;
        let spoken = Spoken::new(input.text, payload, false)
            .trusted(row.facts.trust)
            .asking(row.facts.command);
        let outcome = evidence::submit(door, call, message.room, spoken, |evidence| {
            Command::Message(MessageCommand::Edit {
                message: message.clone(),
                mentions: mentions.clone(),
                evidence,
                body: body.clone(),
            })
        });
        Ok(Done {
            seq: outcome.await?.0.last(),
        })
    }
}
