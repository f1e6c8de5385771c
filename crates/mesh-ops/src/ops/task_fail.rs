//! `task.fail`

use crate::prelude::*;

impl Run for TaskFail {
    async fn run(_: &Door, _: &Call, _: TaskFailInput) -> Result<TaskTakenIn, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TaskTakenIn> {
        None
    }
}
