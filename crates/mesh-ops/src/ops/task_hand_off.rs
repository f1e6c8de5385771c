//! `task.hand_off`

use crate::prelude::*;

impl Run for TaskHandOff {
    async fn run(_: &Door, _: &Call, _: TaskPieceInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
