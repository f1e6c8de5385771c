//! `task.provenance`

use crate::prelude::*;

impl Run for TaskProvenance {
    async fn run(_: &Door, _: &Call, _: TaskRefInput) -> Result<ProvenanceView, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
