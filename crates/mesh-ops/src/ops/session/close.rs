//! `session.close`

use crate::prelude::*;

impl Run for SessionClose {
    async fn run(door: &Door, call: &Call, input: SessionRefInput) -> Result<Done, Refusal> {
        let command = Command::CloseSession {
            session: input.session,
            reason: events::SessionEnd::Closed,
        };
        call.done(door, command).await
    }
}
