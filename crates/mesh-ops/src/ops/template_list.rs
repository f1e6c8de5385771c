//! `template.list`

use crate::prelude::*;

impl Run for TemplateList {
    async fn run(_: &Door, _: &Call, _: NoInput) -> Result<List<TemplateView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
