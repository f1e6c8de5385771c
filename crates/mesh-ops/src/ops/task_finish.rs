//! `task.finish`

use crate::prelude::*;

impl Run for TaskFinish {
    async fn run(_: &Door, _: &Call, _: TaskFinishInput) -> Result<TaskTakenIn, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TaskTakenIn> {
        None
    }
}
