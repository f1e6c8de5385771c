//! `tool.call`

use crate::prelude::*;

impl Run for ToolCall {
    async fn run(_: &Door, _: &Call, _: ToolCallInput) -> Result<ToolAnswer, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<ToolAnswer> {
        None
    }
}
