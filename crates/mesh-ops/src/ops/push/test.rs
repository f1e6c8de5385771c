//! `push.test`: what came of it is the answer, whatever it was

use crate::prelude::*;

impl Run for PushTest {
    async fn run(door: &Door, call: &Call, input: BrowserRefInput) -> Result<PushSent, Refusal> {
        let told = super::told(door, call, input.browser).await?;
        call.pass_turn();
        match door.outbox() {
            Some(outbox) => Ok(outbox.push_test(told).await),
            None => Ok(PushSent {
                at: call.now,
                ok: false,
                trouble: Some("this node sends nothing out".to_owned()),
            }),
        }
    }
}
