//! `tool.list`

use crate::prelude::*;

impl Run for ToolList {
    async fn run(_: &Door, _: &Call, _: NoInput) -> Result<List<ToolView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
