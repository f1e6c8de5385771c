//! `template.dispatch`

use crate::prelude::*;

impl Run for TemplateDispatch {
    async fn run(_: &Door, _: &Call, _: TemplateDispatchInput) -> Result<TasksCreated, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TasksCreated> {
        None
    }
}
