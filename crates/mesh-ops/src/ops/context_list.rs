//! `context.list`

use crate::prelude::*;

impl Run for ContextList {
    async fn run(_: &Door, _: &Call, _: RoomRefInput) -> Result<List<ContextValue>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
