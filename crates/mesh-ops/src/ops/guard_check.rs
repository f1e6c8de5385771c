//! `guard.check`

use crate::prelude::*;

use crate::scan;

impl Run for GuardCheck {
    async fn run(door: &Door, _: &Call, input: GuardCheckInput) -> Result<GuardVerdict, Refusal> {
        check::scanned(&input.text)?;
        scan::verdict(door, input.text).await
    }
}
