//! `message.unreact`

use crate::prelude::*;

use super::react::react;

impl Run for MessageUnreact {
    async fn run(door: &Door, call: &Call, input: MessageReactInput) -> Result<Done, Refusal> {
        react(door, call, input, false).await
    }
}
