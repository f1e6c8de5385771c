//! `task.create`

use crate::prelude::*;

impl Run for TaskCreate {
    async fn run(_: &Door, _: &Call, _: TaskCreateInput) -> Result<TasksCreated, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TasksCreated> {
        None
    }
}
