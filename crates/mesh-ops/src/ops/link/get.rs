//! `link.get`

use super::{describe, waits};
use crate::prelude::*;

impl Run for LinkGet {
    async fn run(door: &Door, call: &Call, input: LinkRefInput) -> Result<Link, Refusal> {
        let waits = waits(door, call).await?;
        describe(door, call, call.link(&input.link)?, &waits)
    }
}
