//! `task.resume`

use crate::prelude::*;

impl Run for TaskResume {
    async fn run(_: &Door, _: &Call, _: TaskRefInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
