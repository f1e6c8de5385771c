//! `pipeline.create`

use crate::prelude::*;

impl Run for PipelineCreate {
    async fn run(_: &Door, _: &Call, _: PipelineCreateInput) -> Result<TasksCreated, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TasksCreated> {
        None
    }
}
