//! `dispatch.stop`

use crate::prelude::*;

impl Run for DispatchStop {
    async fn run(_: &Door, _: &Call, _: NoInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
