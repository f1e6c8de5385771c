//! `template.delete`

use crate::prelude::*;

impl Run for TemplateDelete {
    async fn run(_: &Door, _: &Call, _: TemplateRefInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
