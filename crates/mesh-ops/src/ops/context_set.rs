//! `context.set`

use crate::prelude::*;

impl Run for ContextSet {
    async fn run(_: &Door, _: &Call, _: ContextSetInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
