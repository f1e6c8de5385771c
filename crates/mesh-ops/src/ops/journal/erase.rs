//! `journal.erase`

use crate::prelude::*;

use mesh_model::command::JournalCommand;

impl Run for JournalErase {
    async fn run(door: &Door, call: &Call, input: JournalEraseInput) -> Result<Done, Refusal> {
        let author = call.participant_or_me(input.participant.as_deref())?;
        let command = Command::Journal(JournalCommand::Erase { author });
        call.done(door, command).await
    }
}
