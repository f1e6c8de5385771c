//! `browser.end`: not in the log, so an idempotency key changes nothing

use crate::prelude::*;

impl Run for BrowserEnd {
    async fn run(door: &Door, call: &Call, input: BrowserRefInput) -> Result<Done, Refusal> {
        let me = call.me()?;
        if !door
            .vault(move |vault| vault.sign_out(me, input.browser))
            .await?
        {
            return Err(Refusal::new(
                ErrorCode::NotFound,
                "you are signed in with no such browser",
                Effect::NothingDone,
                "list them with browser.list",
            ));
        }
        if call.browser == Some(input.browser) {
            call.clear_cookie();
        }
        Ok(Done {
            seq: door.node().head(),
        })
    }
}
