//! `push.unsubscribe`: not in the log, so an idempotency key changes nothing

use crate::prelude::*;

impl Run for PushUnsubscribe {
    async fn run(door: &Door, call: &Call, input: BrowserRefInput) -> Result<Done, Refusal> {
        if !door.end_push(call.me()?, input.browser).await? {
            return Err(super::no_push());
        }
        Ok(Done {
            seq: door.node().head(),
        })
    }
}
