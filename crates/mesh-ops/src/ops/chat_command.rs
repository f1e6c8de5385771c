//! `chat.command`

use crate::prelude::*;

impl Run for ChatCommand {
    async fn run(_: &Door, _: &Call, _: ChatInput) -> Result<ChatAnswer, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<ChatAnswer> {
        None
    }
}
