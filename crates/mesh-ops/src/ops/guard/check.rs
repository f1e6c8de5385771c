//! `guard.check`

use crate::evidence::scan;
use crate::prelude::*;

impl Run for GuardCheck {
    async fn run(door: &Door, _: &Call, input: GuardCheckInput) -> Result<GuardVerdict, Refusal> {
        check::scanned(&input.text)?;
        scan::verdict(door, input.text, scan::Origin::default()).await
    }
}
