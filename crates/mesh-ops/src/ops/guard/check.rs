//! `guard.check`

use crate::evidence::scan;
use crate::prelude::*;

impl Run for GuardCheck {
    async fn run(
        door: &Door,
        call: &Call,
        input: GuardCheckInput,
    ) -> Result<GuardVerdict, Refusal> {
        check::scanned(&input.text)?;
        door.limit_check(call.me()?, input.text.len())?;
        // Whoever asks for nothing but an opinion waits behind its like, and never in the way of a message.
        let _turn = door.checking().acquire().await;
        scan::verdict(door, input.text, scan::Origin::default()).await
    }
}
