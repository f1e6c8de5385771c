//! `limits.get`

use crate::prelude::*;

use mesh_model::events::RequestLimits;

impl Run for LimitsGet {
    async fn run(_: &Door, call: &Call, _: NoInput) -> Result<RequestLimits, Refusal> {
        Ok(*call.access.limits())
    }
}
