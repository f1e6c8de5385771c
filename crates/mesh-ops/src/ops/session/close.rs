//! `session.close`

use crate::prelude::*;
use mesh_model::command::SessionCommand;

impl Run for SessionClose {
    async fn run(door: &Door, call: &Call, input: SessionRefInput) -> Result<Done, Refusal> {
        let command = Command::Session(SessionCommand::Close {
            session: input.session,
            reason: events::SessionEnd::Closed,
        });
        call.done(door, command).await
    }
}
