//! `task.start`

use crate::prelude::*;

impl Run for TaskStart {
    async fn run(_: &Door, _: &Call, _: TaskBeatInput) -> Result<LeaseView, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<LeaseView> {
        None
    }
}
