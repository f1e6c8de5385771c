//! `task.link`

use crate::prelude::*;

impl Run for TaskLink {
    async fn run(_: &Door, _: &Call, _: TaskLinkInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
