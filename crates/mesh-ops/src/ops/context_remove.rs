//! `context.remove`

use crate::prelude::*;

impl Run for ContextRemove {
    async fn run(_: &Door, _: &Call, _: ContextRefInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
