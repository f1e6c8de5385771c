//! `template.create`

use crate::prelude::*;

impl Run for TemplateCreate {
    async fn run(_: &Door, _: &Call, _: TemplateCreateInput) -> Result<TemplateMade, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TemplateMade> {
        None
    }
}
