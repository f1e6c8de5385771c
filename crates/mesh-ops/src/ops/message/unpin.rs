//! `message.unpin`

use crate::prelude::*;

use super::pin::pin;

impl Run for MessageUnpin {
    async fn run(door: &Door, call: &Call, input: MessageRefInput) -> Result<Done, Refusal> {
        pin(door, call, input.message, false).await
    }
}
