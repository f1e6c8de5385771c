//! `push.look`: passes by and is stored nowhere

use crate::prelude::*;

impl Run for PushLook {
    async fn run(door: &Door, call: &Call, input: PushLookInput) -> Result<Done, Refusal> {
        if let Some(outbox) = door.outbox() {
            // Requests with a token are as one more browser: the numbers of browsers begin with 1.
            let browser = call.browser.unwrap_or(0);
            outbox.looks(call.me()?, browser, input.looking);
        }
        Ok(Done {
            seq: door.node().head(),
        })
    }
}
