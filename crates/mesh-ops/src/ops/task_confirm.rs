//! `task.confirm`

use crate::prelude::*;

impl Run for TaskConfirm {
    async fn run(_: &Door, _: &Call, _: TaskConfirmInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
