//! `task.take`

use crate::prelude::*;

impl Run for TaskTake {
    async fn run(_: &Door, _: &Call, _: TaskTakeInput) -> Result<TasksTaken, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TasksTaken> {
        None
    }
}
