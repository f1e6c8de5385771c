//! `session.open`: the id makes a repetition the same, so an idempotency key changes nothing

use crate::prelude::*;

impl Run for SessionOpen {
    async fn run(
        door: &Door,
        call: &Call,
        input: SessionOpenInput,
    ) -> Result<SessionOpened, Refusal> {
        let opened = door.open_session(call.actor, input).await?;
        call.notes().seq = Some(opened.seq);
        Ok(opened)
    }
}
