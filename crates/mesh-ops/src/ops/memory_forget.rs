//! `memory.forget`

use crate::prelude::*;

impl Run for MemoryForget {
    async fn run(_: &Door, _: &Call, _: MemoryForgetInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
