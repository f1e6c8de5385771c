//! `dispatch.resume`

use crate::prelude::*;

impl Run for DispatchResume {
    async fn run(_: &Door, _: &Call, _: NoInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
