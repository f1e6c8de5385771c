//! `logout`: being signed out twice is the same as once, so an idempotency key changes nothing

use crate::prelude::*;

impl Run for Logout {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Done, Refusal> {
        if let Some(browser) = call.browser {
            let me = call.me()?;
            door.vault(move |vault| vault.sign_out(me, browser)).await?;
            call.clear_cookie();
        }
        Ok(Done {
            seq: door.node().head(),
        })
    }
}
